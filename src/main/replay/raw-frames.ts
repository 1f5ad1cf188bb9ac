/** Raw frames read back in the order in which they were received, over all connections of an exchange. */
import type { EpochMs, ExchangeId } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import { minuteOf, minuteOfKey, partOfKey, RawHead, RawLine } from '../raw/format.ts'
import type { RawStore } from '../raw/store.ts'
import { contentSizeOf, zstd } from '../storage/cold/zstd.ts'

/** Larger files are none of ours. */
const mostContentBytes = 256 * 1024 * 1024

/** One line of a file, with whose it is. */
export interface RawEntry {
  readonly head: RawHead
  readonly line: RawLine
}

export interface RawRange {
  readonly exchange: ExchangeId
  /** from <= at < to */
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Minutes that hold something, ascending; each is in memory as a whole. `onDamage` hears of files and lines that cannot be read. */
export async function* readRawFrames(
  store: RawStore,
  { exchange, from, to }: RawRange,
  onDamage: (key: string, problem: string) => void,
): AsyncGenerator<readonly RawEntry[]> {
  const byMinute = new Map<EpochMs, string[]>()
  for (const { key } of await store.list(`${exchange}/`)) {
    const minute = minuteOfKey(key)
    if (minute === null || minute < minuteOf(from) || minute >= to) continue
    byMinute.set(minute, [...(byMinute.get(minute) ?? []), key])
  }
  for (const [, keys] of [...byMinute].sort(([a], [b]) => a - b)) {
    const entries: RawEntry[] = []
    // Part by part, so that lines of one connection stay in their order, those of the same millisecond among them.
    for (const key of keys.sort((a, b) => partOfKey(a) - partOfKey(b))) {
      try {
        for (const entry of readFile(await store.get(key), (problem) => onDamage(key, problem))) {
          if (entry.line.at >= from && entry.line.at < to) entries.push(entry)
        }
      } catch (error) {
        onDamage(key, messageOf(error))
      }
    }
    yield entries.sort((a, b) => a.line.at - b.line.at || Number(isDown(a)) - Number(isDown(b)))
  }
}

/** It was noted when what came in its millisecond had come. */
const isDown = ({ line }: RawEntry): boolean => 'mark' in line && (line.mark === 'down' || line.mark === 'stops')

/** Throws where the file as a whole cannot be read. */
function* readFile(packed: Uint8Array, onDamage: (problem: string) => void): Generator<RawEntry> {
  const size = contentSizeOf(packed)
  if (size > mostContentBytes) throw new Error(`it announces ${size} bytes, more than a file of raw frames holds`)
  const content = Buffer.from(zstd.decompress(packed, size))
  const lines = content.toString().split('\n')
  const head = RawHead.safeParse(JSON.parse(lines[0] ?? ''))
  if (!head.success) throw new Error('its first line does not say whose frames they are')
  for (let row = 1; row < lines.length; row++) {
    const text = lines[row]
    if (!text) continue
    const line = lineOf(text)
    if (line === null) onDamage(`line ${row + 1} cannot be read: ${text.slice(0, 80)}`)
    else yield { head: head.data, line }
  }
}

function lineOf(text: string): RawLine | null {
  try {
    return RawLine.safeParse(JSON.parse(text)).data ?? null
  } catch {
    // No JSON: the caller tells of the line.
    return null
  }
}
