import type { RejectedFrames, RejectReason } from '../../shared/domain/index.ts'

const sampleLength = 200
const logEveryMs = 10_000

interface Rejection {
  count: number
  sample: string
  loggedAt: number
  loggedCount: number
}

/** `connection`: the one that brought the sample; undefined where its owner does not say. */
type RejectionLog = (reason: RejectReason, sample: string, sinceLast: number, connection: string | undefined) => void

/** Counts frames that were not understood, by reason, and passes one sample per reason and ten seconds on to the log. */
export class Rejections {
  private readonly log: RejectionLog
  private readonly byReason = new Map<RejectReason, Rejection>()

  constructor(log: RejectionLog) {
    this.log = log
  }

  /** `now` epoch ms. */
  add(reason: RejectReason, detail: string, frame: Buffer, isBinary: boolean, now: number, connection?: string): void {
    let rejection = this.byReason.get(reason)
    if (rejection === undefined) {
      rejection = { count: 0, sample: '', loggedAt: Number.NEGATIVE_INFINITY, loggedCount: 0 }
      this.byReason.set(reason, rejection)
    }
    rejection.count += 1
    // A clock that was set back must not silence the log.
    if (now - rejection.loggedAt < logEveryMs && now >= rejection.loggedAt) return
    rejection.sample = sampleOf(detail, frame, isBinary)
    this.log(reason, rejection.sample, rejection.count - rejection.loggedCount, connection)
    rejection.loggedAt = now
    rejection.loggedCount = rejection.count
  }

  list(): RejectedFrames[] {
    return [...this.byReason].map(([reason, { count, sample }]) => ({ reason, count, sample }))
  }
}

function sampleOf(detail: string, frame: Buffer, isBinary: boolean): string {
  const start = frame.subarray(0, sampleLength)
  return `${detail}: ${isBinary ? start.toString('base64') : start.toString('utf8')}`.slice(0, sampleLength)
}
