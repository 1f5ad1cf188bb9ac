import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { pushToJson } from '../../../src/main/exchanges/mexc/protobuf.ts'
import type { LocalSimulator } from '../../../src/main/simulator/control.ts'
import type { Fault } from '../../../src/main/simulator/faults.ts'
import { startSimulator } from '../../../src/main/simulator/index.ts'
import type { BuiltInExchangeId } from '../../../src/shared/domain/index.ts'

let simulator: LocalSimulator
beforeAll(async () => {
  simulator = await startSimulator({ seed: 11, symbols: ['BTC_USDT', 'ETH_USDT'], rate: 100 })
})
afterAll(() => simulator.close())

const Levels = z.array(z.tuple([z.string(), z.string()], z.unknown()))
type Rows = readonly (readonly [string, string, ...unknown[]])[]

/** A depth frame or a REST book in one form: `first` null where the exchange tells no such id, `previous` likewise. */
interface Message {
  readonly isWhole: boolean
  readonly first: number | null
  readonly previous: number | null
  readonly last: number
  readonly bids: Rows
  readonly asks: Rows
}
const whole = { isWhole: true, first: null, previous: null }

interface Dialect {
  readonly name: string
  readonly exchange: BuiltInExchangeId
  readonly symbol: string
  readonly url: string
  readonly subscribe: unknown
  readonly unsubscribe: unknown
  /** Base asset per unit of a quantity. */
  readonly unit: number
  /** Levels of a side that are told. */
  readonly levels?: number
  /** The ids of one frame follow the one before by this. */
  readonly follows: 'first' | 'previous'
  /** null for acknowledgements. */
  read(frame: string): Message | null
  /** null where the stream begins with the book. */
  readonly rest: { readonly url: string; read(body: unknown): Message } | null
}

const BinanceUpdate = z.object({ U: z.number(), u: z.number(), pu: z.number().optional(), b: Levels, a: Levels })
const BinanceBook = z.object({ lastUpdateId: z.number(), bids: Levels, asks: Levels })
const readBinance = (frame: string): Message | null => {
  const update = BinanceUpdate.safeParse(JSON.parse(frame)).data
  if (!update) return null
  const { U, u, pu = null, b, a } = update
  return { isWhole: false, first: U, previous: pu, last: u, bids: b, asks: a }
}
const readLastUpdate = (body: unknown): Message => {
  const { lastUpdateId, bids, asks } = BinanceBook.parse(body)
  return { ...whole, last: lastUpdateId, bids, asks }
}

const OkxBooks = z.object({
  action: z.enum(['snapshot', 'update']),
  data: z.tuple([z.object({ asks: Levels, bids: Levels, prevSeqId: z.number(), seqId: z.number() })]),
})
const readOkx = (frame: string): Message | null => {
  const push = OkxBooks.safeParse(JSON.parse(frame)).data
  if (!push) return null
  const [{ asks, bids, prevSeqId, seqId }] = push.data
  const isWhole = push.action === 'snapshot'
  if (isWhole) expect(prevSeqId).toBe(-1)
  return { isWhole, first: null, previous: isWhole ? null : prevSeqId, last: seqId, bids, asks }
}

const GateObu = z.object({
  result: z.object({
    full: z.literal(true).optional(),
    s: z.string(),
    U: z.number().optional(),
    u: z.number(),
    b: Levels.default([]),
    a: Levels.default([]),
  }),
})
const readGateObu = (frame: string): Message | null => {
  const result = GateObu.safeParse(JSON.parse(frame)).data?.result
  if (!result) return null
  return {
    ...{ isWhole: result.full === true, first: result.U ?? null, previous: null, last: result.u },
    ...{ bids: result.b, asks: result.a },
  }
}
const GateLevels = z.array(z.union([z.tuple([z.string(), z.string()]), z.object({ p: z.string(), s: z.number() })]))
const rowsOf = (levels: z.infer<typeof GateLevels>): Rows =>
  levels.map((level) => ('p' in level ? [level.p, String(level.s)] : level))
const GateUpdate = z.object({ result: z.object({ U: z.number(), u: z.number(), b: GateLevels, a: GateLevels }) })
const readGateUpdate = (frame: string): Message | null => {
  const result = GateUpdate.safeParse(JSON.parse(frame)).data?.result
  if (!result) return null
  const { U, u, b, a } = result
  return { isWhole: false, first: U, previous: null, last: u, bids: rowsOf(b), asks: rowsOf(a) }
}
const GateBook = z.object({ id: z.number(), bids: GateLevels, asks: GateLevels })
const readGateBook = (body: unknown): Message => {
  const { id, bids, asks } = GateBook.parse(body)
  return { ...whole, last: id, bids: rowsOf(bids), asks: rowsOf(asks) }
}

const MexcLevels = z
  .array(z.object({ price: z.string(), quantity: z.string() }))
  .default([])
  .transform((levels) => levels.map(({ price, quantity }): [string, string] => [price, quantity]))
const MexcPush = z.object({
  publicAggreDepths: z.object({ asks: MexcLevels, bids: MexcLevels, fromVersion: z.string(), toVersion: z.string() }),
})
const readMexc = (frame: string): Message | null => {
  if (frame.startsWith('{')) return null
  const { fromVersion, toVersion, bids, asks } = MexcPush.parse(
    pushToJson(Buffer.from(frame, 'latin1')),
  ).publicAggreDepths
  return { isWhole: false, first: Number(fromVersion), previous: null, last: Number(toVersion), bids, asks }
}

const binance = (spot: boolean): Dialect => ({
  name: `binance ${spot ? 'spot' : 'perpetual'}`,
  exchange: 'binance',
  symbol: spot ? 'BTC_USDT' : 'BTC_USDT_PERP',
  url: spot ? 'wss://stream.binance.com:9443/ws' : 'wss://fstream.binance.com/public/ws',
  subscribe: { method: 'SUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 1 },
  unsubscribe: { method: 'UNSUBSCRIBE', params: ['btcusdt@depth@100ms'], id: 2 },
  unit: 1,
  follows: spot ? 'first' : 'previous',
  read: readBinance,
  rest: {
    url: spot
      ? 'https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000'
      : 'https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000',
    read: readLastUpdate,
  },
})
const okx = (spot: boolean): Dialect => {
  const args = [{ channel: 'books', instId: spot ? 'BTC-USDT' : 'BTC-USDT-SWAP' }]
  return {
    name: `okx ${spot ? 'spot' : 'swap'}`,
    exchange: 'okx',
    symbol: spot ? 'BTC_USDT' : 'BTC_USDT_PERP',
    url: 'wss://ws.okx.com:8443/ws/v5/public',
    subscribe: { op: 'subscribe', args },
    unsubscribe: { op: 'unsubscribe', args },
    unit: spot ? 1 : 0.01,
    follows: 'previous',
    read: readOkx,
    rest: null,
  }
}
const gate = (spot: boolean, kind: 'obu' | 'order_book_update', payload: string[], levels?: number): Dialect => {
  const channel = `${spot ? 'spot' : 'futures'}.${kind}`
  const book = spot ? 'spot/order_book?currency_pair' : 'futures/usdt/order_book?contract'
  return {
    name: `gate ${channel} ${payload.join(' ')}`,
    exchange: 'gate',
    symbol: spot ? 'BTC_USDT' : 'BTC_USDT_PERP',
    url: spot ? 'wss://api.gateio.ws/ws/v4/' : 'wss://fx-ws.gateio.ws/v4/ws/usdt',
    subscribe: { time: 1, channel, event: 'subscribe', payload },
    unsubscribe: { time: 1, channel, event: 'unsubscribe', payload },
    unit: spot ? 1 : 0.0001,
    ...(levels === undefined ? {} : { levels }),
    follows: 'first',
    read: kind === 'obu' ? readGateObu : readGateUpdate,
    rest:
      kind === 'obu'
        ? null
        : {
            url: `https://api.gateio.ws/api/v4/${book}=BTC_USDT&limit=100&with_id=true`,
            read: readGateBook,
          },
  }
}
const depthOfMexc = 'spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT'
const mexc: Dialect = {
  name: 'mexc spot',
  exchange: 'mexc',
  symbol: 'BTC_USDT',
  url: 'wss://wbs-api.mexc.com/ws',
  subscribe: { method: 'SUBSCRIPTION', params: [depthOfMexc], id: 1 },
  unsubscribe: { method: 'UNSUBSCRIPTION', params: [depthOfMexc], id: 2 },
  unit: 1,
  follows: 'first',
  read: readMexc,
  rest: { url: 'https://api.mexc.com/api/v3/depth?symbol=BTCUSDT&limit=1000', read: readLastUpdate },
}
const binanceSpot = binance(true)
const dialects: readonly Dialect[] = [
  binanceSpot,
  binance(false),
  okx(true),
  okx(false),
  gate(true, 'obu', ['ob.BTC_USDT.400']),
  gate(false, 'obu', ['ob.BTC_USDT.400']),
  gate(false, 'obu', ['ob.BTC_USDT.50'], 50),
  gate(true, 'order_book_update', ['BTC_USDT', '100ms']),
  gate(false, 'order_book_update', ['BTC_USDT', '100ms', '100'], 100),
  mexc,
]

function loopback(url: string): string {
  const origin = Object.keys(simulator.origins)
    .filter((known) => url.startsWith(`${known}/`))
    .sort((a, b) => b.length - a.length)[0]
  if (origin === undefined) throw new Error(`${url} is not simulated`)
  return simulator.origins[origin] + url.slice(origin.length)
}

async function connect(dialect: Dialect) {
  const socket = new WebSocket(loopback(dialect.url), { perMessageDeflate: false })
  onTestFinished(() => socket.terminate())
  const texts: string[] = []
  const messages: Message[] = []
  socket.on('message', (data: Buffer, isBinary) => {
    const text = data.toString(isBinary ? 'latin1' : 'utf8')
    texts.push(text)
    const message = dialect.read(text)
    if (message) messages.push(message)
  })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const more = (count: number) => expect.poll(() => messages.length, patient).toBeGreaterThanOrEqual(count)
  return { texts, messages, more, say: (words: unknown) => socket.send(JSON.stringify(words)) }
}
const patient = { timeout: 10_000, interval: 20 }
const bookByRest = async ({ rest }: Dialect): Promise<Message> => {
  if (!rest) throw new Error('no such call')
  return rest.read(await (await fetch(loopback(rest.url))).json())
}

class Book {
  readonly #dialect: Dialect
  last = 0
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()
  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }
  apply({ isWhole, last, bids, asks }: Message): void {
    if (isWhole) {
      this.bids.clear()
      this.asks.clear()
    }
    for (const [side, rows] of [[this.bids, bids] as const, [this.asks, asks] as const])
      for (const [price, quantity] of rows)
        if (Number(quantity) === 0) side.delete(price)
        else side.set(price, quantity)
    this.last = last
  }
  view() {
    const side = (levels: ReadonlyMap<string, string>, order: 1 | -1) =>
      [...levels]
        .map(([price, quantity]) => [Number(price), Number((Number(quantity) * this.#dialect.unit).toPrecision(12))])
        .sort(([a = 0], [b = 0]) => order * (a - b))
    return { bids: side(this.bids, -1), asks: side(this.asks, 1) }
  }
  /** What it has to be. */
  truth() {
    const { exchange, symbol, levels } = this.#dialect
    const book = simulator.bookAt(exchange, symbol, this.last)
    if (!book) throw new Error(`${this.last} is no id of a book of ${exchange}:${symbol}`)
    const side = (rows: typeof book.bids) =>
      rows.slice(0, levels).map(({ price, quantity }) => [price, Number(quantity.toPrecision(12))])
    return { bids: side(book.bids), asks: side(book.asks) }
  }
}

describe.each(dialects)('$name, order books over a socket', (dialect) => {
  it('are the true ones at every update, with ids in a row, and begin anew after subscribing again', async () => {
    const { messages, more, say, texts } = await connect(dialect)
    say(dialect.subscribe)
    await more(3)
    const book = new Book(dialect)
    if (dialect.rest) {
      let snapshot = await bookByRest(dialect)
      await expect
        .poll(async () => {
          if (snapshot.last < (messages[0]?.first ?? 0)) snapshot = await bookByRest(dialect)
          return snapshot.last
        }, patient)
        .toBeGreaterThanOrEqual(messages[0]?.first ?? 0)
      book.apply(snapshot)
      expect(book.view()).toEqual(book.truth())
    }
    await more(10)
    const told = [...messages]
    const [first] = told
    expect(first?.isWhole).toBe(dialect.rest === null)
    let applied = 0
    let previous: number | null = null
    for (const message of told) {
      if (previous !== null) {
        expect(dialect.follows === 'first' ? message.first : message.previous).toBe(
          dialect.follows === 'first' ? previous + 1 : previous,
        )
        expect(message.isWhole).toBe(false)
        if (message.first !== null) expect(message.last).toBeGreaterThan(message.first)
      }
      previous = message.last
      if (!message.isWhole && message.last <= book.last) continue
      if (applied === 0 && !message.isWhole && dialect.follows === 'first')
        expect(message.first).toBeLessThanOrEqual(book.last + 1)
      book.apply(message)
      expect(book.view()).toEqual(book.truth())
      applied += 1
    }
    expect(applied).toBeGreaterThan(2)

    say(dialect.unsubscribe)
    await expect
      .poll(async () => {
        const before = messages.length
        await new Promise((resolve) => setTimeout(resolve, 250))
        return messages.length - before
      }, patient)
      .toBe(0)
    const [sent, before] = [texts.length, messages.length]
    say(dialect.subscribe)
    await more(before + 2)
    expect(texts.length).toBeGreaterThan(sent + 2)
    expect(messages[before]?.isWhole).toBe(dialect.rest === null)
    if (!dialect.rest) {
      for (const message of messages.slice(before)) book.apply(message)
      expect(book.view()).toEqual(book.truth())
    }
  })
})

describe('faults of order books', () => {
  const inject = async (fault: Fault) => {
    const injected = await simulator.inject(fault)
    onTestFinished(() => injected.stop())
    return injected
  }
  const gaps = (messages: readonly Message[]) =>
    messages.filter(({ first }, index) => index > 0 && first !== (messages[index - 1]?.last ?? 0) + 1).length

  it('lose frames of one channel of one market only, as the ids show', async () => {
    const { say, texts } = await connect(binanceSpot)
    const params = ['btcusdt@depth@100ms', 'ethusdt@depth@100ms', 'btcusdt@bookTicker']
    await inject({ kind: 'gap', exchange: 'binance', channel: 'order_book', symbol: 'BTC_USDT', probability: 0.5 })
    say({ method: 'SUBSCRIBE', params, id: 1 })
    const of = (symbol: string) =>
      texts.filter((text) => text.includes(`"s":"${symbol}","U"`)).flatMap((text) => readBinance(text) ?? [])
    await expect.poll(() => gaps(of('BTCUSDT')), patient).toBeGreaterThan(0)
    expect(gaps(of('ETHUSDT'))).toBe(0)
    expect(texts.some((text) => text.startsWith('{"u":'))).toBe(true)
  })

  it.each([binanceSpot, okx(true), gate(true, 'obu', ['ob.BTC_USDT.400']), mexc])(
    'cross books while they last, and mend them: $name',
    async (dialect) => {
      const { messages, more, say } = await connect(dialect)
      say(dialect.subscribe)
      await more(2)
      const book = new Book(dialect)
      if (dialect.rest) book.apply(await bookByRest(dialect))
      let read = 0
      const isCrossed = () => {
        for (; read < messages.length; read++) {
          const message = messages[read]
          if (message && (message.isWhole || message.last > book.last)) book.apply(message)
        }
        const { bids, asks } = book.view()
        return (bids[0]?.[0] ?? 0) >= (asks[0]?.[0] ?? Number.POSITIVE_INFINITY)
      }
      expect(isCrossed()).toBe(false)
      const fault = await inject({ kind: 'cross', exchange: dialect.exchange, symbol: 'BTC_USDT' })
      await expect.poll(isCrossed, patient).toBe(true)
      if (dialect.rest) {
        const { bids, asks } = await bookByRest(dialect)
        expect(Number(bids[0]?.[0])).toBeLessThan(Number(asks[0]?.[0]))
      }
      await fault.stop()
      await expect.poll(isCrossed, patient).toBe(false)
      expect(book.view()).toEqual(book.truth())
    },
  )

  it('rename fields and write numbers as text', async () => {
    const { say, texts } = await connect(binanceSpot)
    const depths = () => texts.filter((text) => text.includes('"depthUpdate"'))
    const renaming = await inject({ kind: 'reshape', change: 'rename', exchange: 'binance', channel: 'order_book' })
    say(binanceSpot.subscribe)
    await expect.poll(() => depths().length, patient).toBeGreaterThan(1)
    expect(depths().every((text) => text.includes('"a_new":[') && !text.includes('"a":['))).toBe(true)
    await renaming.stop()
    await inject({ kind: 'reshape', change: 'number_to_text', exchange: 'binance', channel: 'order_book' })
    await expect.poll(() => depths().filter((text) => /"u":"\d+"/.test(text)).length, patient).toBeGreaterThan(1)
    const ack = texts.find((text) => text.includes('"result"'))
    expect(ack).toBe('{"result":null,"id":1}')
  })

  it('reach binary frames, too', async () => {
    const frames: Buffer[] = []
    const socket = new WebSocket(loopback(mexc.url), { perMessageDeflate: false })
    onTestFinished(() => socket.terminate())
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) frames.push(data)
    })
    await new Promise((resolve) => socket.once('open', resolve))
    const renaming = await inject({ kind: 'reshape', change: 'rename', exchange: 'mexc' })
    socket.send(JSON.stringify(mexc.subscribe))
    await expect.poll(() => frames.length, patient).toBeGreaterThan(0)
    expect(frames.map((frame) => pushToJson(frame)?.publicAggreDepths)).toEqual(frames.map(() => undefined))
    await renaming.stop()
  })

  it.each([
    ['binance', 'https://api.binance.com/api/v3/ping', 503, '"code":-1008', 451],
    ['okx', 'https://www.okx.com/api/v5/public/time', 503, '"code":"50001"', 403],
    ['gate', 'https://api.gateio.ws/api/v4/spot/time', 503, '"label":"SERVER_ERROR"', 403],
    ['mexc', 'https://api.mexc.com/api/v3/ping', 503, '"code":503', 403],
  ] as const)('%s closes in its own words', async (exchange, url, status, words, blocked) => {
    const maintenance = await inject({ kind: 'maintenance', exchange })
    const reply = await fetch(loopback(url))
    expect([reply.status, await reply.text()]).toEqual([status, expect.stringContaining(words)])
    const stream = dialects.find((dialect) => dialect.exchange === exchange)?.url ?? ''
    const refused = new WebSocket(loopback(stream))
    expect(
      await new Promise((resolve) => {
        refused.on('unexpected-response', (_request, response) => resolve(response.statusCode))
        refused.on('error', resolve)
      }),
    ).toBe(status)
    refused.terminate()
    await maintenance.stop()
    const block = await inject({ kind: 'region_block', exchange })
    expect((await fetch(loopback(url))).status).toBe(blocked)
    await block.stop()
    expect((await fetch(loopback(url))).status).toBe(200)
  })
})

describe('statistics', () => {
  it('count frames of order books', async () => {
    const before = (await simulator.statistics()).frames.depths
    const { more, say } = await connect(binanceSpot)
    say(binanceSpot.subscribe)
    await more(2)
    expect((await simulator.statistics()).frames.depths).toBeGreaterThanOrEqual(before + 2)
  })
})
