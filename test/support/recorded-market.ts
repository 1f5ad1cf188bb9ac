/**
 * One market on two exchanges, from frames that Binance's futures really sent (2021, fixtures/recordings/BINANCE_FUTURES.ndjson). Of the
 * recordings no two exchanges share a symbol, in time or out of it. So Binance's frames are replayed byte for byte, and Gate tells the
 * same recorded quotes and books in today's form of its frames (as fixtures/depth has them), a constant time later: an exchange that
 * follows another one late. Times of arrival were not recorded: a frame arrives at the time that it bears.
 */
import type { ExchangeId } from '../../src/shared/domain/index.ts'
import { readFrames } from './frames.ts'
import { instrument } from './instruments.ts'

export interface ReceivedFrame {
  readonly exchange: ExchangeId
  readonly feed: string
  readonly data: Buffer
  readonly at: number
}

type Rows = readonly (readonly [price: string, quantity: string])[]

/** What stands by Binance's depth frames up to some time, in its own words. */
export interface Standing {
  readonly lastId: number
  /** When its newest frame arrived. */
  readonly at: number
  readonly bids: Rows
  readonly asks: Rows
}

interface Quote {
  readonly e: 'bookTicker'
  readonly E: number
  readonly s: string
  readonly b: string
  readonly B: string
  readonly a: string
  readonly A: string
}
interface Depth {
  readonly e: 'depthUpdate'
  readonly E: number
  readonly s: string
  readonly u: number
  readonly b: Rows
  readonly a: Rows
}

/** A contract of Gate is a tenth of the asset: sizes in contracts are ten times the recorded ones. */
const gateContract = 0.1
export const gateLateMs = 1_500
/** What came before only says what stood in the books when the replay begins, ms after the first frame. */
const beforeMs = 5_000

const assets = ['SUSHI', 'CTK', 'AKRO', 'KEEP'] as const
export const recordedMarkets = assets.flatMap((asset) => [
  instrument('binance', 'perpetual', asset, 'USDT', `${asset}USDT`, { lotSize: 1, minimumNotional: 5 }),
  instrument('gate', 'perpetual', asset, 'USDT', `${asset}_USDT`, { lotSize: 0.1, contractSize: gateContract }),
])

const gateName = (binanceName: string) => binanceName.replace('USDT', '_USDT')
const contracts = (quantity: string) => Math.round(Number(quantity) / gateContract)
const inContracts = (rows: Rows) => rows.map(([price, quantity]) => [price, String(contracts(quantity))])
const gateFrame = (channel: string, at: number, result: object) =>
  Buffer.from(JSON.stringify({ time: Math.floor(at / 1_000), time_ms: at, channel, event: 'update', result }))

/** `beginsAt`: of the first frame that is replayed. `standingAt`: the book of a Binance contract as the frames up to `at` leave it. */
export function recordedMarket(): {
  readonly frames: readonly ReceivedFrame[]
  readonly beginsAt: number
  readonly standingAt: (nativeName: string, at: number) => Standing
} {
  const lines = readFrames('recordings/BINANCE_FUTURES.ndjson').flatMap((data) => {
    const { data: payload }: { readonly data: Quote | Depth } = JSON.parse(data.toString())
    return payload.e === 'bookTicker' || payload.e === 'depthUpdate' ? [{ data, payload }] : []
  })
  const depths = lines.flatMap(({ payload }) => (payload.e === 'depthUpdate' ? [payload] : []))
  const beginsAt = Math.min(...lines.map(({ payload }) => payload.E)) + beforeMs

  const standingAt = (nativeName: string, at: number): Standing => {
    const bids = new Map<string, string>()
    const asks = new Map<string, string>()
    let [lastId, newest] = [0, 0]
    for (const { E, s, u, b, a } of depths) {
      if (s !== nativeName || E > at) continue
      ;[lastId, newest] = [u, E]
      for (const [side, rows] of [[bids, b] as const, [asks, a] as const])
        for (const [price, quantity] of rows) Number(quantity) === 0 ? side.delete(price) : side.set(price, quantity)
    }
    return { lastId, at: newest, bids: [...bids], asks: [...asks] }
  }

  // Gate counts the changes of a book one by one.
  const counted = new Map<string, number>()
  const gateQuote = ({ E, s, b, B, a, A }: Quote, at: number) =>
    gateFrame('futures.book_ticker', at, { t: E + gateLateMs, s: gateName(s), b, B: contracts(B), a, A: contracts(A) })
  const gateDepth = ({ E, s, b, a }: Depth, at: number) => {
    const id = (counted.get(s) ?? 0) + 1
    counted.set(s, id)
    const sides = { b: inContracts(b), a: inContracts(a) }
    return gateFrame('futures.obu', at, { t: E + gateLateMs, s: `ob.${gateName(s)}.400`, U: id, u: id, ...sides })
  }
  const gateBook = (asset: string) => {
    const { bids, asks } = standingAt(`${asset}USDT`, beginsAt)
    const result = { t: beginsAt + gateLateMs, full: true, s: `ob.${asset}_USDT.400`, u: 0 }
    return gateFrame('futures.obu', beginsAt + gateLateMs, { ...result, b: inContracts(bids), a: inContracts(asks) })
  }

  const replayed = lines.filter(({ payload }) => payload.E > beginsAt)
  const frames: ReceivedFrame[] = [
    ...replayed.map(({ data, payload }): ReceivedFrame => {
      return { exchange: 'binance', feed: 'perpetual-public', data, at: payload.E }
    }),
    ...assets.map((asset): ReceivedFrame => {
      return { exchange: 'gate', feed: 'perpetual', data: gateBook(asset), at: beginsAt + gateLateMs }
    }),
    ...replayed.map(({ payload }): ReceivedFrame => {
      const at = payload.E + gateLateMs
      const data = payload.e === 'bookTicker' ? gateQuote(payload, at) : gateDepth(payload, at)
      return { exchange: 'gate', feed: 'perpetual', data, at }
    }),
  ]
  return { frames: frames.sort((one, other) => one.at - other.at), beginsAt, standingAt }
}
