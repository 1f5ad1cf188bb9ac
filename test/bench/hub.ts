/**
 * The hub's hot path end to end: frames over a real socket from another thread, through the session, the Binance connector, the
 * bus, the quote board and the spreads, beside bare `ws` and JSON.parse in the same run; what one spread and one push cost.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { WebSocket } from 'ws'
import { Arbitrage } from '../../src/main/analytics/arbitrage.ts'
import { SpreadBoard } from '../../src/main/analytics/spreads.ts'
import { allQuotes } from '../../src/main/broadcaster.ts'
import { createBus } from '../../src/main/bus/index.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import { createLogger } from '../../src/main/log.ts'
import { QuoteTruth } from '../../src/main/market/quote-truth.ts'
import { QuoteBoard } from '../../src/main/market/quotes.ts'
import { type ExchangeId, exchangeIds, type Instrument } from '../../src/shared/domain/index.ts'
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts'
import { instrument, lookupOf } from '../support/instruments.ts'
import { nowUs, type Order, type Pace, type ServerOptions } from './hub-server.ts'
import { median, type Row, type Table } from './table.ts'

const frames = 300_000
const rounds = 5
const pacedSeconds = 4
const rates = [1_000, 5_000, 20_000, 50_000]
const target = 300_000
const coins = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC', 'DOT', 'AVAX']

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))
const quantile = (sorted: Float64Array, q: number): number => sorted[Math.floor(sorted.length * q)] ?? Number.NaN

const spot = (exchange: ExchangeId, base: string): Instrument =>
  instrument(exchange, 'spot', base, 'USDT', `${base}USDT`)

/** Ten coins on four exchanges: a quote of one moves six pairs. The other exchanges' quotes stand. */
function market() {
  const instruments = exchangeIds.flatMap((exchange) => coins.map((base) => spot(exchange, base)))
  const board = new QuoteBoard(instruments)
  for (const one of instruments) {
    board.applyBookTicker({
      kind: 'book_ticker',
      instrument: one,
      bidPrice: 67_010,
      bidQuantity: 1,
      askPrice: 67_011,
      askQuantity: 2,
      exchangeAt: null,
      receivedAt: Date.now(),
    })
  }
  const arbitrage = new Arbitrage({
    quotes: board,
    takerFee: () => 0.001,
    maximumAgeMs: 600_000,
    thresholds: { openAbovePercent: 50, closeBelowPercent: 50 },
    lastOpportunityId: 0,
    onOpportunity: () => undefined,
    onPair: () => undefined,
  })
  const truth = new QuoteTruth(board, {
    ...{ lifeOf: () => null, clockOffsetMs: () => 0, onClockDoubt: () => undefined, onChange: () => undefined },
  })
  return { binance: instruments.filter(({ exchange }) => exchange === 'binance'), board, truth, arbitrage }
}

/** Frames in, at `onQuote` one by one; ends with `stop`. */
type Client = (port: number, onQuote: (sentAtUs: number) => void) => { stop(): Promise<void> }

const bare: Client = (port, onQuote) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/stream`, { perMessageDeflate: false })
  socket.on('open', () => socket.send('{"method":"SUBSCRIBE","params":[],"id":1}'))
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { data?: { B: string } }
    if (frame.data) onQuote(Number(frame.data.B))
  })
  return { stop: async () => socket.terminate() }
}

const throughSession =
  (withSpreads: boolean): Client =>
  (port, onQuote) => {
    const { binance, board, truth, arbitrage } = market()
    const bus = createBus((error) => {
      throw error
    })
    if (withSpreads) {
      bus.on('book_ticker', (quote) => {
        const slot = board.applyBookTicker(quote)
        if (slot < 0) return
        truth.quoted(slot)
        arbitrage.quoted(slot, quote.receivedAt)
      })
    }
    bus.on('book_ticker', (quote) => onQuote(quote.bidQuantity ?? Number.NaN))
    const connector = connectors.binance
    const session = new ExchangeSession({
      connector,
      // Nobody answers there: the bench has streams only.
      origins: Object.fromEntries(
        connector.origins.map((origin) => [
          origin,
          origin.startsWith('ws') ? `ws://127.0.0.1:${port}` : 'http://127.0.0.1:1',
        ]),
      ),
      bus,
      logger: createLogger('silent'),
    })
    session.useInstruments(lookupOf(binance))
    session.want(binance.map((one) => ({ channel: 'book_ticker', instrument: one, period: null })))
    session.start()
    return {
      stop: async () => {
        const { rejected } = session.status()
        if (rejected.length > 0) throw new Error(`rejected: ${JSON.stringify(rejected)}`)
        await session.stop()
      },
    }
  }

const clients: readonly (readonly [string, Client])[] = [
  ['ws + JSON.parse', bare],
  ['session + connector + bus', throughSession(false)],
  ['the same + quotes + spreads', throughSession(true)],
]

class Server {
  readonly port: number
  private readonly worker: Worker

  private constructor(worker: Worker, port: number) {
    this.worker = worker
    this.port = port
  }

  static async start(options: ServerOptions): Promise<Server> {
    const worker = new Worker(new URL('./hub-server.ts', import.meta.url), { workerData: options })
    return new Server(worker, Number(await answer(worker)))
  }

  async pace(pace: Pace): Promise<void> {
    this.worker.postMessage({ pace } satisfies Order)
    await answer(this.worker)
  }

  async stop(): Promise<void> {
    await this.worker.terminate()
  }
}

/** Its next message; rejects when it fails. */
const answer = async (worker: Worker): Promise<unknown> => (await once(worker, 'message'))[0]

/** Frames a second, from the first to the last. */
async function fast(server: Server, client: Client): Promise<number> {
  let count = 0
  let begun = 0
  let finish: (ms: number) => void = () => undefined
  const finished = new Promise<number>((resolve) => {
    finish = resolve
  })
  const running = client(server.port, () => {
    if (++count === 1) begun = performance.now()
    if (count === frames) finish(performance.now() - begun)
  })
  const ms = await finished
  await running.stop()
  return ((frames - 1) / ms) * 1_000
}

async function asFastAsPossible(server: Server, pace: Pace): Promise<Row[]> {
  await server.pace(pace)
  const measured = new Map<string, number[]>(clients.map(([name]) => [name, []]))
  // Interleaved, so that a busy moment of the machine falls on all of them; the first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, client] of clients) {
      const rate = await fast(server, client)
      if (round > 0) measured.get(name)?.push(rate)
    }
  }
  const floor = median(measured.get(clients[0]?.[0] ?? '') ?? [])
  return [...measured].map(([name, values]) => ({
    sender: String(pace),
    what: name,
    'frames a second': Math.round(median(values)),
    'of the floor': `${Math.round((median(values) / floor) * 100)} %`,
    target: pace === 'coalesced' && name !== clients[0]?.[0] ? target : '',
  }))
}

async function paced(server: Server, rate: number, name: string, client: Client): Promise<Row> {
  await server.pace(rate)
  const latencies = new Float64Array(rate * (pacedSeconds + 2))
  let count = 0
  let measuring = false
  const running = client(server.port, (sentAtUs) => {
    if (measuring && count < latencies.length) latencies[count++] = nowUs() - sentAtUs
  })
  await wait(1_500)
  measuring = true
  const cpu = process.threadCpuUsage()
  const begun = performance.now()
  await wait(pacedSeconds * 1_000)
  measuring = false
  const ms = performance.now() - begun
  const { user, system } = process.threadCpuUsage(cpu)
  await running.stop()
  const sorted = latencies.subarray(0, count).sort()
  return {
    'frames a second sent': rate,
    what: name,
    'frames a second heard': Math.round((count / ms) * 1_000),
    'p50 us': Math.round(quantile(sorted, 0.5)),
    'p99 us': Math.round(quantile(sorted, 0.99)),
    'CPU % of one core': rounded((user + system) / ms / 10, 1),
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Median nanoseconds of one `step`, after warming up. */
function timed(steps: number, step: (n: number) => void): number {
  const results: number[] = []
  for (let round = 0; round < 9; round++) {
    const begun = process.hrtime.bigint()
    for (let n = 0; n < steps; n++) step(n)
    results.push(Number(process.hrtime.bigint() - begun) / steps)
  }
  return median(results.slice(2))
}

interface PlainQuote {
  bid: number
  ask: number
  bidQuantity: number
  askQuantity: number
  live: boolean
  receivedAt: number
}

/** The same arithmetic over objects in a map, a new result each: what the typed arrays are for. */
function plainSpreads(instruments: readonly Instrument[]) {
  const quotes = new Map<string, PlainQuote>(
    instruments.map(({ key }) => [
      key,
      { bid: 67_010, ask: 67_011, bidQuantity: 1, askQuantity: 2, live: true, receivedAt: Date.now() },
    ]),
  )
  const fees = new Map(instruments.map(({ key }) => [key, 0.001]))
  const results = new Map<string, object>()
  return (buyKey: string, sellKey: string, now: number) => {
    const buy = quotes.get(buyKey)
    const sell = quotes.get(sellKey)
    if (!buy?.live || !sell?.live || buy.receivedAt < now - 600_000 || sell.receivedAt < now - 600_000) return
    const quantity = Math.min(buy.askQuantity, sell.bidQuantity)
    const net = sell.bid * (1 - (fees.get(sellKey) ?? 0)) - buy.ask * (1 + (fees.get(buyKey) ?? 0))
    results.set(`${buyKey} ${sellKey}`, {
      grossPercent: ((sell.bid - buy.ask) / buy.ask) * 100,
      netPercent: (net / buy.ask) * 100,
      buyPrice: buy.ask,
      sellPrice: sell.bid,
      quantity,
      profit: net * quantity,
    })
  }
}

function spreadCosts(): Row[] {
  const { board, truth, arbitrage } = market()
  const spreads = new SpreadBoard(board, () => 0.001, 600_000)
  const now = Date.now()
  const pairs = spreads.pairs.length
  const plain = plainSpreads(board.instruments)
  const pairAt = (n: number) => spreads.pairs[n % pairs]
  return [
    {
      what: 'one pair, typed arrays',
      ns: rounded(
        timed(500_000, (n) => void spreads.update(n % pairs, now)),
        1,
      ),
      'target ns': 100,
    },
    {
      what: 'one pair, objects in maps',
      ns: rounded(
        timed(500_000, (n) => plain(pairAt(n)?.buy ?? '', pairAt(n)?.sell ?? '', now)),
        1,
      ),
      'target ns': '',
    },
    {
      what: 'one quote: how far it can be relied on',
      ns: rounded(
        timed(500_000, (n) => truth.quoted(n % 40)),
        1,
      ),
      'target ns': 50,
    },
    {
      what: 'one quote: its six pairs and their opportunities',
      ns: rounded(
        timed(200_000, (n) => arbitrage.quoted(n % 40, now)),
        1,
      ),
      'target ns': '',
    },
  ]
}

function pushCosts(): Row[] {
  const count = 500
  const board = new QuoteBoard(Array.from({ length: count }, (_, i) => spot('okx', `C${i}`)))
  board.instruments.forEach((one, slot) => {
    board.applyBookTicker({
      kind: 'book_ticker',
      instrument: one,
      bidPrice: 100 + slot / 7,
      bidQuantity: slot / 3,
      askPrice: 101 + slot / 7,
      askQuantity: null,
      exchangeAt: 1_790_000_000_000 + slot,
      receivedAt: 1_790_000_000_005 + slot,
    })
  })
  const columns = allQuotes(board)
  const objects = board.instruments.map((one, slot) => ({
    instrumentId: one.id,
    bidPrice: columns.bidPrice[slot],
    bidQuantity: columns.bidQuantity[slot],
    askPrice: columns.askPrice[slot],
    askQuantity: null,
    lastPrice: null,
    exchangeAt: columns.exchangeAt[slot],
    receivedAt: columns.receivedAt[slot],
  }))
  const wire = encodeMessage({ kind: 'push', name: 'market.quotes', payload: columns })
  const json = JSON.stringify(objects)
  const us = (step: () => void) => rounded(timed(300, step) / 1_000, 1)
  return [
    { what: 'gather the columns', us: us(() => void allQuotes(board)), bytes: '' },
    { what: 'columns over IPC (structured clone)', us: us(() => void structuredClone(columns)), bytes: '' },
    { what: 'objects over IPC (structured clone)', us: us(() => void structuredClone(objects)), bytes: '' },
    {
      what: 'columns as wire text, written',
      us: us(() => void encodeMessage({ kind: 'push', name: 'market.quotes', payload: columns })),
      bytes: wire.length,
    },
    { what: 'columns as wire text, read', us: us(() => void decodeMessage(wire)), bytes: '' },
    { what: 'objects as JSON, written', us: us(() => void JSON.stringify(objects)), bytes: json.length },
    { what: 'objects as JSON, read', us: us(() => void JSON.parse(json)), bytes: '' },
  ]
}

export async function benchHub(): Promise<readonly Table[]> {
  const server = await Server.start({ symbols: coins.map((base) => `${base}USDT`), frames })
  try {
    const fastest = [
      ...(await asFastAsPossible(server, 'coalesced')),
      ...(await asFastAsPossible(server, 'one by one')),
    ]
    const atRates: Row[] = []
    for (const rate of rates) {
      for (const [name, client] of [clients[0], clients[2]].flatMap((one) => (one ? [one] : []))) {
        atRates.push(await paced(server, rate, name, client))
      }
    }
    return [
      { title: `One socket to the bus, as fast as possible (${frames} frames, medians of ${rounds})`, rows: fastest },
      { title: 'The same at steady rates, frame by frame: from sending to the last listener', rows: atRates },
      { title: 'Spreads', rows: spreadCosts() },
      { title: 'A push of 500 quotes to one client', rows: pushCosts() },
    ]
  } finally {
    await server.stop()
  }
}
