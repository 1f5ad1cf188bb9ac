/** Watches the disk that the data folder lies on, and warns while there is still time to do something. */
import { statfs } from 'node:fs/promises'
import type { Alert, EpochMs } from '../shared/domain/index.ts'
import { sizeText } from './files.ts'
import type { Logger } from './log.ts'

export interface DiskSpace {
  /** For this user. */
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Rejects with the system's error. */
export async function readDisk(folder: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

export interface DiskWatchOptions {
  readonly folder: string
  /** Asked at every look; 0: never warn. */
  readonly warnBelowFreeBytes: () => number
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
  readonly logger: Logger
  readonly now?: () => EpochMs
  readonly read?: (folder: string) => Promise<DiskSpace>
}

type State = 'fine' | 'filling' | 'low' | 'full'

interface Look {
  readonly at: EpochMs
  readonly freeBytes: number
}

const everyMs = 30_000
const hourMs = 3_600_000
/** Before that nothing is said about the rate. */
const shortestWatchMs = hourMs / 3
const warnHours = 24
/** Once warned of, it must be this much better before the warning goes: nobody wants it to come and go. */
const calmHours = 36
const calmFactor = 1.1
/** Below this SQLite and everything else soon fail. */
const fullBytes = 100e6
const wayOut =
  'make room on it, keep rows for a shorter time (Data, Storage), or move the data folder to a larger disk (--data)'

export class DiskWatch {
  private readonly options: DiskWatchOptions
  private looks: Look[] = []
  private state: State = 'fine'
  private timer: NodeJS.Timeout | null = null
  private isReadable = true
  /** null: not known. */
  space: DiskSpace | null = null
  /** In words, while the disk is or soon will be short. */
  warning: string | null = null

  constructor(options: DiskWatchOptions) {
    this.options = options
  }

  /** Looks at once and then every 30 s. */
  start(): void {
    if (this.timer) return
    this.timer = setInterval(() => void this.look(), everyMs)
    this.timer.unref()
    void this.look()
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer)
    this.timer = null
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { folder, logger, read = readDisk, now = Date.now } = this.options
    try {
      this.space = await read(folder)
      this.isReadable = true
    } catch (error) {
      if (this.isReadable) logger.warn({ err: error, folder }, 'the free space of the disk could not be read')
      this.isReadable = false
      this.space = null
      return
    }
    const at = now()
    const { freeBytes } = this.space
    // A clock set back would turn rates around.
    this.looks = this.looks.filter((look) => look.at > at - hourMs && look.at < at)
    this.looks.push({ at, freeBytes })
    this.judge(this.space)
  }

  private judge(space: DiskSpace): void {
    const limit = this.options.warnBelowFreeBytes()
    const hours = this.hoursLeft()
    const next = limit === 0 ? 'fine' : this.next(space.freeBytes, limit, hours)
    this.warning = this.words(next, space, limit, hours)
    if (next === this.state) return
    this.state = next
    this.options.onAlert({
      severity: next === 'fine' ? 'info' : next === 'full' ? 'error' : 'warning',
      rule: 'disk',
      subject: 'disk',
      message:
        this.warning ??
        `There is room again on the disk of ${this.options.folder}: ${sizeText(space.freeBytes)} are free`,
    })
  }

  private next(freeBytes: number, limit: number, hours: number): State {
    const { state } = this
    if (freeBytes < fullBytes * (state === 'full' ? calmFactor : 1)) return 'full'
    if (freeBytes < limit * (state === 'low' || state === 'full' ? calmFactor : 1)) return 'low'
    return hours < (state === 'filling' ? calmHours : warnHours) ? 'filling' : 'fine'
  }

  /** Until the disk is full at the rate of the last hour; Infinity while it does not shrink, or was not watched for long. */
  private hoursLeft(): number {
    const first = this.looks[0]
    const last = this.looks.at(-1)
    if (!first || !last || last.at - first.at < shortestWatchMs) return Infinity
    // It must shrink in each third of the time: one large file that was copied is no rate.
    const points = [0, 1 / 3, 2 / 3, 1].map((part) => {
      const at = first.at + (last.at - first.at) * part
      return this.looks.find((look) => look.at >= at) ?? last
    })
    const rates = points.slice(1).map((to, third) => {
      const from = points[third] ?? first
      return ((from.freeBytes - to.freeBytes) / (to.at - from.at)) * hourMs
    })
    // Two looks at one moment tell no rate: NaN, and nothing is said.
    const perHour = Math.min(...rates)
    return perHour > 0 ? last.freeBytes / perHour : Infinity
  }

  private words(state: State, { freeBytes, totalBytes }: DiskSpace, limit: number, hours: number): string | null {
    const { folder } = this.options
    const left = `${sizeText(freeBytes)} of ${sizeText(totalBytes)} are free on the disk of ${folder}`
    if (state === 'fine') return null
    if (state === 'full') return `The disk is as good as full, recording is about to stop: only ${left}; ${wayOut}`
    if (state === 'low')
      return `The disk runs short: only ${left}, and you want to be warned below ${sizeText(limit)}; ${wayOut}`
    const when = Number.isFinite(hours)
      ? `will be full in about ${Math.max(1, Math.round(hours))} hours`
      : 'was about to be full'
    return `The disk fills up: ${left}, and at the rate of the last hour it ${when}; ${wayOut}`
  }
}
