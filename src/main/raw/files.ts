/** The ring's files: lines are gathered in a spool file for each connection and minute, and stored compressed when the minute is over. */
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { EpochMs } from '../../shared/domain/index.ts'
import { codeOf, messageOf } from '../errors.ts'
import { zstd } from '../storage/cold/zstd.ts'
import { keyOf, linesOf, minuteMs, minuteOfKey, type RawHead, type RawPlace } from './format.ts'
import type { RingState } from './messages.ts'
import type { RawStore } from './store.ts'

/** A minute of a connection is stored in parts of about this many bytes before compression, which bounds memory. */
const mostPartBytes = 4 * 1024 * 1024
/** A file is not added to after this long beyond its minute: late lines begin another part. */
const lateMs = 10_000
const hourMs = 3_600_000

export interface RingFilesOptions {
  readonly store: RawStore
  /** A folder of this machine, for what is not stored yet. */
  readonly spool: string
  readonly keepHours: number
  /** The oldest files go first above this. */
  readonly maximumBytes: number
}

interface Open {
  readonly key: string
  readonly path: string
  readonly minute: EpochMs
  bytes: number
}

interface Kept {
  readonly key: string
  readonly minute: EpochMs
  readonly bytes: number
}

/**
 * One call at a time: the caller awaits each. What a crash leaves in the spool is stored at the next start, a torn last line cut off.
 * Trouble with the disk is kept in words and tried again with the next block or sweep.
 */
export class RingFiles {
  private readonly options: RingFilesOptions
  private readonly open = new Map<string, Open>()
  private readonly parts = new Map<string, number>()
  /** Of an earlier run, by key, and not stored yet. */
  private readonly leftovers = new Map<string, Open>()
  private kept: Kept[] = []
  /** Of the newest block, and of the newest sweep, in words: neither hides the other's. */
  private writingProblem: string | null = null
  private sweepingProblem: string | null = null

  constructor(options: RingFilesOptions) {
    this.options = options
  }

  /** Takes in what lies there already. */
  async start(now: EpochMs): Promise<void> {
    const found = await this.attempt(async () => {
      for (const { key, bytes } of await this.options.store.list('')) {
        const minute = minuteOfKey(key)
        if (minute !== null) this.kept.push({ key, minute, bytes })
      }
      this.order()
      for (const key of await this.spooled()) {
        const minute = minuteOfKey(key)
        if (minute !== null) this.leftovers.set(key, { key, path: this.spoolPath(key), minute, bytes: 0 })
      }
    })
    await this.sweep(now)
    this.sweepingProblem = found ?? this.sweepingProblem
  }

  /** Rejects never; false: the lines could not be kept, none of them, and `state().problem` says why. */
  async add(place: Omit<RawPlace, 'part'>, head: RawHead, block: Buffer): Promise<boolean> {
    const series = `${place.exchange}/${place.connection}/${place.minute}`
    this.writingProblem = await this.attempt(async () => {
      let file = this.open.get(series)
      if (file === undefined) {
        const part = this.parts.get(series) ?? this.freePart(place)
        const key = keyOf({ ...place, part })
        file = { key, path: this.spoolPath(key), minute: place.minute, bytes: 0 }
        await mkdir(dirname(file.path), { recursive: true })
        file.bytes = await append(file.path, `${JSON.stringify(head)}\n`, 0)
        this.open.set(series, file)
        this.parts.set(series, part + 1)
      }
      try {
        file.bytes += await append(file.path, linesOf(block), file.bytes)
      } catch (error) {
        // Somebody removed it: the next block begins another one.
        if (codeOf(error) === 'ENOENT') this.open.delete(series)
        throw error
      }
    })
    if (this.writingProblem !== null) return false
    const file = this.open.get(series)
    // What cannot be stored now is stored by a sweep: its lines are kept, in the spool.
    if (file !== undefined && file.bytes >= mostPartBytes) await this.store(series, file)
    return true
  }

  /** Stores minutes that are over, and removes what is too old or too much. */
  async sweep(now: EpochMs): Promise<void> {
    let problem: string | null = null
    for (const [key, file] of this.leftovers) {
      const failure = await this.attempt(() => this.finish(file))
      // One that somebody removed is nobody's any more.
      if (failure === null || !(await exists(file.path).catch(() => true))) this.leftovers.delete(key)
      problem = failure ?? problem
    }
    for (const [series, file] of this.open) {
      if (now < file.minute + minuteMs + lateMs && now >= file.minute - minuteMs) continue
      problem = (await this.store(series, file)) ?? problem
    }
    for (const series of this.parts.keys()) {
      const minute = Number(series.slice(series.lastIndexOf('/') + 1))
      if (now - minute > hourMs && !this.open.has(series)) this.parts.delete(series)
    }
    this.sweepingProblem = (await this.attempt(() => this.prune(now))) ?? problem
  }

  /** Stores everything. */
  async close(): Promise<void> {
    for (const [series, file] of this.open) await this.store(series, file)
  }

  state(): RingState {
    return {
      bytes: this.bytes(),
      files: this.kept.length,
      oldest: this.kept[0]?.minute ?? null,
      newest: this.kept.at(-1)?.minute ?? null,
      problem: this.writingProblem ?? this.sweepingProblem,
    }
  }

  private bytes(): number {
    let sum = 0
    for (const { bytes } of this.kept) sum += bytes
    return sum
  }

  /** What is wrong, in words; null: it is stored. One that somebody removed is forgotten. */
  private store(series: string, file: Open): Promise<string | null> {
    return this.attempt(async () => {
      try {
        await this.finish(file)
        this.open.delete(series)
      } catch (error) {
        if (codeOf(error) === 'ENOENT' && !(await exists(file.path))) this.open.delete(series)
        throw error
      }
    })
  }

  /** Behind those of an earlier run, or of one before raw frames were switched off and on: nothing is written over. */
  private freePart(place: Omit<RawPlace, 'part'>): number {
    const taken = new Set(this.kept.filter(({ minute }) => minute === place.minute).map(({ key }) => key))
    const isTaken = (key: string) => taken.has(key) || this.leftovers.has(key)
    let part = 0
    while (isTaken(keyOf({ ...place, part }))) part++
    return part
  }

  private async finish({ key, path, minute }: Open): Promise<void> {
    const content = await readFile(path)
    const whole = content.subarray(0, content.lastIndexOf(10) + 1)
    if (whole.length > 0) {
      const packed = zstd.compress(whole)
      await this.options.store.put(key, packed)
      this.kept = this.kept.filter((file) => file.key !== key)
      this.kept.push({ key, minute, bytes: packed.length })
      this.order()
    }
    await rm(path, { force: true })
  }

  private async prune(now: EpochMs): Promise<void> {
    const { store, keepHours, maximumBytes } = this.options
    let bytes = this.bytes()
    for (const file of [...this.kept]) {
      if (file.minute + minuteMs > now - keepHours * hourMs && bytes <= maximumBytes) return
      await store.remove(file.key)
      this.kept.shift()
      bytes -= file.bytes
    }
  }

  private order(): void {
    this.kept.sort((a, b) => a.minute - b.minute || (a.key < b.key ? -1 : 1))
  }

  private async spooled(): Promise<readonly string[]> {
    try {
      const names = await readdir(this.options.spool, { recursive: true })
      const keys = names.map((name) => name.split(sep).join('/')).sort()
      const files: string[] = []
      for (const key of keys) if ((await stat(this.spoolPath(key))).isFile()) files.push(key)
      return files
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }

  private spoolPath(key: string): string {
    return join(this.options.spool, ...key.split('/'))
  }

  /** What went wrong, in words; null: nothing. */
  private async attempt(run: () => Promise<void>): Promise<string | null> {
    try {
      await run()
      return null
    } catch (error) {
      return `raw frames cannot be written: ${messageOf(error)}`
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Adds text to a file of `length` bytes (0: a new one), whole or not at all. Returns the bytes written. */
async function append(path: string, text: string, length: number): Promise<number> {
  const handle = await open(path, length === 0 ? 'w' : 'r+', 0o600)
  try {
    const content = Buffer.from(text)
    try {
      await handle.truncate(length)
      for (let written = 0; written < content.length; ) {
        written += (await handle.write(content, written, content.length - written, length + written)).bytesWritten
      }
    } catch (error) {
      // Half a line would spoil the first of the next block.
      await handle.truncate(length)
      throw error
    }
    return content.length
  } finally {
    await handle.close()
  }
}
