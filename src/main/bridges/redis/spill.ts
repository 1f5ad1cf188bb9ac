/**
 * Happenings on the disk: segments named by the sequence number of their first line, so that the folder's sorting is theirs. A line is
 * `<crc32 of the rest, 8 hex digits> <sequence>\t<channel path>\t<message>\n`; one torn by a crash fails its checksum and is skipped.
 */
import { mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { codeOf } from '../../errors.ts'

export interface Happening {
  readonly sequence: number
  /** Without the prefix: settings may change it while this waits. */
  readonly path: string
  readonly message: string
}

export interface Segment {
  readonly file: string
  readonly first: number
  count: number
  bytes: number
  /** Of its last line; Infinity for one of an earlier run, to which nothing is added. */
  last: number
}

export interface Loaded {
  readonly segment: Segment
  readonly happenings: readonly Happening[]
  /** Lines that could not be read. */
  readonly damaged: number
}

export interface SpillOptions {
  readonly folder: string
  /** Beyond this the oldest segments are given up. */
  readonly maximumBytes: number
  readonly segmentBytes: number
}

const nameOf = (sequence: number): string => `${String(sequence).padStart(16, '0')}.spill`
const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0')

function lineOf({ sequence, path, message }: Happening): string {
  const rest = `${sequence}\t${path}\t${message}`
  return `${checksum(rest)} ${rest}\n`
}

function happeningOf(line: string): Happening | null {
  const rest = line.slice(9)
  if (line.slice(0, 8) !== checksum(rest)) return null
  const [sequence, path, message] = rest.split('\t')
  return path === undefined || message === undefined ? null : { sequence: Number(sequence), path, message }
}

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

/** Not for concurrent use: its owner asks for one thing after the other. */
export class Spill {
  private readonly options: SpillOptions
  /** Oldest first. */
  private segments: Segment[] = []

  constructor(options: SpillOptions) {
    this.options = options
  }

  get count(): number {
    return this.segments.reduce((sum, { count }) => sum + count, 0)
  }

  get isEmpty(): boolean {
    return this.segments.length === 0
  }

  /** Finds what earlier runs left. Rejects when the folder cannot be used. */
  async open(): Promise<void> {
    const { folder } = this.options
    await mkdir(folder, { recursive: true })
    const names = (await readdir(folder)).filter((name) => /^\d{16}\.spill$/.test(name)).sort()
    this.segments = []
    for (const name of names) {
      const file = join(folder, name)
      const bytes = await readFile(file)
      let count = 0
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
      this.segments.push({ file, first: Number(name.slice(0, 16)), count, bytes: bytes.length, last: Infinity })
    }
  }

  /**
   * Writes a run of happenings where its numbers belong: behind the newest segment, or as one of its own.
   * @returns how many older ones were given up to stay within the bound; rejects when the disk refuses, and nothing is written then
   */
  async write(happenings: readonly Happening[], reading: Segment | null): Promise<number> {
    for (let from = 0; from < happenings.length; ) {
      let text = ''
      let to = from
      while (to < happenings.length && (text === '' || text.length < this.options.segmentBytes)) {
        text += lineOf(happenings[to] as Happening)
        to += 1
      }
      await this.append(happenings.slice(from, to), text, reading)
      from = to
    }
    return this.shrink(reading)
  }

  /** The oldest segment's content; null: there is none. */
  async oldest(): Promise<Loaded | null> {
    const segment = this.segments[0]
    if (!segment) return null
    // Closed from now on: what is written while it is being delivered would be missed.
    segment.last = Infinity
    const text = await readFile(segment.file, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return null
      throw error
    })
    // Somebody took it away; what is behind it must not wait for ever.
    if (text === null) return { segment, happenings: [], damaged: segment.count }
    const lines = text.split('\n')
    // Behind the last line's end stands nothing, unless a crash tore it.
    const tail = lines.pop()
    const happenings: Happening[] = []
    let damaged = tail === '' ? 0 : 1
    for (const line of lines) {
      const happening = happeningOf(line)
      if (happening) happenings.push(happening)
      else damaged += 1
    }
    return { segment, happenings, damaged }
  }

  async remove(segment: Segment): Promise<void> {
    this.segments = this.segments.filter((other) => other !== segment)
    await rm(segment.file, { force: true })
  }

  private async append(happenings: readonly Happening[], text: string, reading: Segment | null): Promise<void> {
    const first = happenings[0]?.sequence ?? 0
    const last = happenings.at(-1)?.sequence ?? first
    const newest = this.segments.at(-1)
    const fits = newest && newest !== reading && newest.last < first && newest.bytes < this.options.segmentBytes
    const segment = fits
      ? newest
      : { file: join(this.options.folder, nameOf(first)), first, count: 0, bytes: 0, last: first }
    const handle = await open(segment.file, fits ? 'a' : 'w', 0o600)
    try {
      await handle.appendFile(text)
    } catch (error) {
      // What was written of it would come twice, or tear the next line.
      await truncate(segment.file, segment.bytes).catch(() => {
        segment.last = Infinity
      })
      throw error
    } finally {
      await handle.close()
    }
    segment.count += happenings.length
    segment.bytes += Buffer.byteLength(text)
    segment.last = last
    if (!fits) this.segments = [...this.segments, segment].sort((a, b) => a.first - b.first)
  }

  private async shrink(reading: Segment | null): Promise<number> {
    let lost = 0
    let bytes = this.segments.reduce((sum, segment) => sum + segment.bytes, 0)
    while (bytes > this.options.maximumBytes && this.segments.length > 1) {
      const oldest = this.segments.find((segment) => segment !== reading)
      if (!oldest) break
      await this.remove(oldest)
      bytes -= oldest.bytes
      lost += oldest.count
    }
    return lost
  }
}
