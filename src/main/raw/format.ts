/**
 * A file of raw frames: zstd over JSON lines, one file for each connection and minute (and part, where a minute is long), named
 * `<exchange>/<connection>/<year>/<month>/<day>/<HHMM>-<id>[.<part>].ndjson.zst` in UTC. The first line says whose they are:
 *
 *   {"format":1,"exchange":"binance","feed":"spot","connection":"binance/spot#1/7f3a9c"}
 *   {"at":1795262640123,"text":"{\"stream\":...}"}      a text frame; `at` epoch ms when it was received, never descending
 *   {"at":1795262640150,"base64":"CjRzcG90..."}         a binary frame
 *   {"at":1795262640200,"mark":"takes_over","other":"binance/spot#1/aa01b2"}
 *
 * Marks: `opens` (`other`: the connection that it will take over from, or null), `takes_over` (from now on it counts, and the other one
 * no more), `ends`. In a file of the connection `topics`: {"at":...,"mark":"down","feed":"spot","instruments":["binance:BTC_USDT"]}, and
 * `live` alike: from `down` on what was quoted of these instruments does not count. {"at":...,"mark":"stops"} there: no frames of the exchange
 * are kept from here on, so that nothing that was quoted counts.
 */
import { z } from 'zod'
import { type EpochMs, ExchangeId } from '../../shared/domain/index.ts'

export const rawFormat = 1
/** Marks that concern instruments rather than one connection. */
export const topicsConnection = 'topics'

const at = z.number().int().nonnegative()
export const RawHead = z.object({
  format: z.literal(rawFormat),
  exchange: ExchangeId,
  feed: z.string(),
  connection: z.string(),
})
export type RawHead = Readonly<z.infer<typeof RawHead>>

export const RawLine = z.union([
  z.object({ at, text: z.string() }),
  z.object({ at, base64: z.string() }),
  z.object({ at, mark: z.enum(['opens', 'takes_over', 'ends']), other: z.string().nullable() }),
  z.object({ at, mark: z.enum(['down', 'live']), feed: z.string(), instruments: z.array(z.string()) }),
  z.object({ at, mark: z.literal('stops') }),
])
export type RawLine = Readonly<z.infer<typeof RawLine>>

/** Which minute of which connection a file holds. */
export interface RawPlace {
  readonly exchange: ExchangeId
  /** `binance/spot#1/7f3a9c`, or `topics` */
  readonly connection: string
  /** Start of the minute, epoch ms. */
  readonly minute: EpochMs
  /** From 0; a long minute has several. */
  readonly part: number
}

export const minuteMs = 60_000
export const minuteOf = (time: EpochMs): EpochMs => time - (time % minuteMs)

/** Letters, digits, dot, underscore and hyphen stay; anything else is a hyphen. */
const plain = (text: string): string => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '')

export function keyOf({ exchange, connection, minute, part }: RawPlace): string {
  const [name = '', id = ''] = connection.replace(`${exchange}/`, '').split('/')
  const iso = new Date(minute).toISOString()
  const [year, month, day] = [iso.slice(0, 4), iso.slice(5, 7), iso.slice(8, 10)]
  const suffix = `${id === '' ? '' : `-${plain(id)}`}${part === 0 ? '' : `.${part}`}`
  return `${exchange}/${plain(name)}/${year}/${month}/${day}/${iso.slice(11, 13)}${iso.slice(14, 16)}${suffix}.ndjson.zst`
}

const keyText =
  /^[a-z]+\/[A-Za-z0-9._-]+\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)(\d\d)(?:-[A-Za-z0-9._-]+?)?(?:\.\d+)?\.ndjson\.zst$/

/** Start of the minute that a file of that name holds; null: it is none of these files. */
export function minuteOfKey(key: string): EpochMs | null {
  const [, year, month, day, hour, minute] = keyText.exec(key) ?? []
  if (year === undefined) return null
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
  return Number.isNaN(time) ? null : time
}

/** Its part of a long minute, from 0. Names sort otherwise: `.1` before `.10` before `.2` before the part 0, which bears no number. */
export const partOfKey = (key: string): number => Number(/\.(\d+)\.ndjson\.zst$/.exec(key)?.[1] ?? 0)

// Between threads frames travel as bytes: epoch ms (float64), kind (uint8), length (uint32), content; numbers little-endian.

export const rawKind = { text: 0, binary: 1, mark: 2 } as const
export const recordHeadBytes = 13

/** Lines of a block of such records. */
export function linesOf(block: Buffer): string {
  const lines: string[] = []
  for (let offset = 0; offset + recordHeadBytes <= block.length; ) {
    const time = block.readDoubleLE(offset)
    const kind = block.readUInt8(offset + 8)
    const length = block.readUInt32LE(offset + 9)
    const content = block.subarray(offset + recordHeadBytes, offset + recordHeadBytes + length)
    offset += recordHeadBytes + length
    if (kind === rawKind.mark) lines.push(`{"at":${time},${content.toString()}}`)
    else if (kind === rawKind.text && isPlainText(content))
      lines.push(`{"at":${time},"text":${JSON.stringify(content.toString())}}`)
    else lines.push(`{"at":${time},"base64":"${content.toString('base64')}"}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Text that is not UTF-8 would not come back as it was. */
const isPlainText = (content: Buffer): boolean => content.equals(Buffer.from(content.toString()))
