/** Full books of `book`: the stream brings the whole and then its changes, each with a checksum of what it leads to. */
import { crc32 } from 'node:zlib'
import { scaleOf } from '../../../shared/decimal.ts'
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import type { Normalized } from '../contract.ts'
import { type BookRules, LevelList } from '../depth.ts'
import { microsecondsOf } from '../instants.ts'
import { bookLevels, checksumLevels } from './endpoints.ts'
import { BookFrame, type Level } from './schemas.ts'

/**
 * In      {"channel":"book","type":"update","data":[{"symbol":"MATIC/USD","bids":[{"price":0.5657,"qty":1098.3947558}],"asks":[],
 *         "checksum":2114181697,"timestamp":"2023-10-06T17:35:55.440295Z"}]}
 * Out     one depth; a snapshot where `type` says so. No ids are sent: the message's time in microseconds stands for one, 0 for a snapshot
 *         without a time, on which everything follows. qty 0 deletes; exchangeAt = timestamp in ms; JSON's numbers are the float64 nearest
 *         to their text
 * Rejects schema · unknownInstrument · value (a time that is none, a price that is not above 0, a negative quantity, a checksum that is
 *         no CRC32). The checksum of the next message tells the book that this one is missing
 * Source  "book" of WebSocket v2; fixtures kraken/ws_documented.ndjson, kraken/ws_book.ndjson (recorded)
 */
export function createDepthNormalizer(
  instruments: ReadonlyMap<string, Instrument>,
): (json: unknown, receivedAt: EpochMs) => Normalized {
  const bids = new LevelList()
  const asks = new LevelList()
  return (json, receivedAt) => {
    const frame = BookFrame.safeParse(json)
    if (!frame.success)
      return { kind: 'rejected', reason: 'schema', detail: frame.error.issues[0]?.message ?? 'no book' }
    const { type, data } = frame.data
    const [row] = data
    const { symbol, checksum, timestamp } = row
    const instrument = instruments.get(symbol)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: symbol.slice(0, 100) }
    const isSnapshot = type === 'snapshot'
    const isUntimed = isSnapshot && timestamp === undefined
    const id = isUntimed ? 0 : microsecondsOf(timestamp ?? '')
    const wrong =
      fill('bids', row.bids, bids) ??
      fill('asks', row.asks, asks) ??
      (isUntimed || id > 0 ? wrongChecksum(checksum) : `timestamp: ${JSON.stringify(timestamp)?.slice(0, 40)}: no time`)
    if (wrong !== null) return { kind: 'rejected', reason: 'value', detail: `${symbol} depth: ${wrong}` }
    const ids = { firstId: id, lastId: id, previousId: null }
    const exchangeAt = isUntimed ? null : Math.floor(id / 1_000)
    return {
      kind: 'depth',
      depth: { instrument, isSnapshot, ...ids, bids, asks, checksum, exchangeAt, receivedAt },
    }
  }
}

const mostChecksum = 0xffff_ffff

function wrongChecksum(checksum: number): string | null {
  const isChecksum = Number.isInteger(checksum) && checksum >= 0 && checksum <= mostChecksum
  return isChecksum ? null : `checksum: ${checksum}: no unsigned number of 32 bits`
}

/** What is wrong with a level, in words. */
function fill(side: string, levels: readonly Level[], list: LevelList): string | null {
  list.clear()
  for (const [at, { price, qty }] of levels.entries()) {
    if (!(price > 0 && price < Number.POSITIVE_INFINITY && qty >= 0 && qty < Number.POSITIVE_INFINITY))
      return `${side}.${at}: ${price} ${qty}: no price above 0 with a quantity of 0 or more`
    // adding 0 makes 0 of -0
    list.push(price, qty + 0)
  }
  return null
}

/** Above it, units of the smallest step cannot be told from their neighbours with certainty once multiplied out. */
const mostUnits = 2 ** 51

/**
 * CRC32 of the best ten asks, best first, then the best ten bids: of each level price and quantity with all the decimals of their market,
 * without the point and zeros ahead, which is how many of the smallest unit they are. null where a number has more digits than float64
 * holds for certain (above 22 million of an asset counted to 8 decimals), or a step is not known.
 * Source  "Book checksum (WebSocket v2)"; its sample is 2439117997, and 2114181697 after the update
 */
export const bookRules: BookRules = {
  snapshot: null,
  /**
   * Nothing numbers the messages, so that time alone puts them in order; several of one time may follow each other. Whether one is missing
   * the checksum tells, of the best ten levels. One from before what is known would change levels back, so that the book is built anew.
   */
  follows: ({ isSnapshot, lastId }, known) => (isSnapshot || lastId >= known ? 'next' : 'gap'),
  checksum(book, { tickSize, lotSize }) {
    if (tickSize === null || lotSize === null) return null
    const { askPrice, askQuantity, bidPrice, bidQuantity } = book.top(checksumLevels)
    const [prices, quantities] = [10 ** scaleOf(tickSize).places, 10 ** scaleOf(lotSize).places]
    let text = ''
    for (const [price, quantity] of [
      [askPrice, askQuantity],
      [bidPrice, bidQuantity],
    ] as const) {
      for (let at = 0; at < price.length; at++) {
        const priceUnits = Math.round((price[at] ?? Number.NaN) * prices)
        const quantityUnits = Math.round((quantity[at] ?? Number.NaN) * quantities)
        if (!(priceUnits < mostUnits && quantityUnits < mostUnits)) return null
        text += `${priceUnits}${quantityUnits}`
      }
    }
    return crc32(text)
  },
  levels: bookLevels,
  intervalMs: 100,
}
