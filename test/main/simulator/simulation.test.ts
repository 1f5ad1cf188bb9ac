import { connect, createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../../src/main/simulator/faults.ts'
import type { ExchangeId } from '../../../src/shared/domain/index.ts'
import { loopbackOf, plainSimulation } from '../../support/plain-simulation.ts'
import { openSocket } from '../../support/socket.ts'
import { plainOrigins } from '../../support/venue.ts'

const Trade = z.object({ tradeId: z.number(), price: z.number(), side: z.enum(['BUY', 'SELL']), at: z.number() })
const Quote = z.object({ bidPrice: z.number(), askPrice: z.number(), at: z.number(), updateId: z.number() })
const Kline = z.object({
  openTime: z.number(),
  isClosed: z.boolean(),
  trades: z.number(),
  firstTradeId: z.number(),
  close: z.number(),
})
const Event = z.object({ trade: Trade.optional(), quote: Quote.optional(), kline: Kline.optional() })
const events = (frames: readonly string[]) => frames.map((text) => Event.parse(JSON.parse(text)))
const isQuote = (text: string): boolean => text.includes('"quote":{')
const rest = (exchange: ExchangeId) => plainOrigins(exchange).rest
const stream = (exchange: ExchangeId) => plainOrigins(exchange).stream

async function started(...args: Parameters<typeof plainSimulation>) {
  const simulator = await plainSimulation(...args)
  return {
    simulator,
    get: (path: string, exchange: ExchangeId = 'binance') => fetch(loopbackOf(simulator, rest(exchange)) + path),
    open: (path = '/', exchange: ExchangeId = 'binance') => openSocket(loopbackOf(simulator, stream(exchange)) + path),
  }
}

describe('the simulator over sockets', () => {
  it('stands in for every origin of the chosen venues and makes keys from the seed', async () => {
    const { simulator } = await started({ seed: 5 })
    const { simulator: again } = await started({ seed: 5 })
    expect(Object.keys(simulator.origins)).toEqual([rest('binance'), stream('binance'), rest('okx'), stream('okx')])
    expect(Object.keys(simulator.originsOf('okx'))).toEqual([rest('okx'), stream('okx')])
    expect(simulator.originsOf('mexc')).toEqual({})
    expect(simulator.keys).toEqual(again.keys)
    expect(simulator.keys.okx).not.toEqual(simulator.keys.binance)
  })

  it('answers REST through the venue, with the market behind it', async () => {
    const at = Date.UTC(2026, 4, 4, 12, 0, 30)
    const { get } = await started({}, () => at)
    expect(await (await get('/time')).json()).toEqual({ now: at })
    const quote = Quote.parse(await (await get('/quote?symbol=BTC_USDT')).json())
    expect(quote.at).toBe(at)
    expect((await get('/nowhere')).status).toBe(404)
    const minute = at - 30_000
    const klines = z
      .array(Kline)
      .parse(await (await get(`/klines?symbol=BTC_USDT&period=1m&from=${minute - 120_000}&to=${at}`)).json())
    expect(klines.map(({ openTime, isClosed }) => [openTime, isClosed])).toEqual([
      [minute - 120_000, true],
      [minute - 60_000, true],
      [minute, false],
    ])
  })

  it('gives two simulators of one seed the same prices at the same time', async () => {
    const at = Date.UTC(2026, 4, 4, 12, 0, 30)
    const first = await started({ seed: 9, venues: ['okx'] }, () => at)
    const second = await started({ seed: 9, venues: ['gate', 'okx'], symbols: ['BTC_USDT'] }, () => at)
    const path = '/trades?symbol=BTC_USDT&limit=100'
    expect(await (await first.get(path, 'okx')).text()).toBe(await (await second.get(path, 'okx')).text())
  })

  it('sends each trade at the quote before it, ids in a row, and agrees with REST', async () => {
    // Time runs twenty times as fast, so that nobody waits for trades.
    const startedAt = Date.now()
    const { open, get } = await started({ symbols: ['BTC_USDT'] }, () => startedAt + (Date.now() - startedAt) * 20)
    const client = await open()
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    client.send({ subscribe: 'trades', symbol: 'BTC_USDT' })
    const trades = () => events(client.frames).flatMap(({ trade }) => (trade ? [trade] : []))
    await vi.waitFor(() => expect(trades().length).toBeGreaterThanOrEqual(5), { timeout: 15_000 })
    let quote: z.infer<typeof Quote> | undefined
    for (const event of events(client.frames)) {
      if (event.quote) {
        expect(event.quote.updateId).toBeGreaterThan(quote?.updateId ?? 0)
        expect(event.quote.askPrice).toBeGreaterThan(event.quote.bidPrice)
        quote = event.quote
      }
      if (event.trade) expect(event.trade.price).toBe(event.trade.side === 'BUY' ? quote?.askPrice : quote?.bidPrice)
    }
    const streamed = trades()
    const history = z.array(Trade).parse(await (await get('/trades?symbol=BTC_USDT&limit=50')).json())
    const overlap = history.filter(({ tradeId }) => streamed.some((trade) => trade.tradeId === tradeId))
    expect(overlap).toEqual(streamed.slice(0, overlap.length))
    expect(streamed.map(({ tradeId }) => tradeId)).toEqual(streamed.map((_, i) => (streamed[0]?.tradeId ?? 0) + i))
  })

  it('sends open candles every second and the closed one right after its minute, equal to what REST tells', async () => {
    // The clock runs from two seconds before a minute, so that nobody waits for one.
    const boundary = Date.UTC(2026, 4, 4, 12, 5)
    const offset = boundary - 2_000 - Date.now()
    const { open, get } = await started({}, () => Date.now() + offset)
    const client = await open()
    client.send({ subscribe: '1m', symbol: 'BTC_USDT' })
    client.send({ subscribe: '5m', symbol: 'BTC_USDT' })
    await client.frame((text) => text.includes(`"openTime":${boundary}`) && text.includes('"period":"5m"'))
    const klines = events(client.frames).flatMap(({ kline }) => (kline ? [kline] : []))
    const closed = klines.filter(({ isClosed }) => isClosed)
    expect(closed.map(({ openTime }) => openTime)).toEqual([boundary - 60_000, boundary - 300_000])
    const path = `/klines?symbol=BTC_USDT&period=1m&from=${boundary - 60_000}&to=${boundary - 60_000}`
    const { at: _, ...told } = z
      .looseObject({ at: z.number() })
      .parse(z.array(z.unknown()).parse(await (await get(path)).json())[0])
    expect(closed[0]).toEqual(Kline.parse(told))
    expect(
      klines.filter(({ openTime, isClosed }) => openTime === boundary - 60_000 && !isClosed).length,
    ).toBeGreaterThanOrEqual(1)
  })

  it('sends nothing nobody subscribed, and nothing after an unsubscribe', async () => {
    const { open } = await started()
    const client = await open('/greeting')
    await client.frame((text) => text === '{"hello":true}')
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    await client.frame(isQuote)
    client.send({ unsubscribe: 'quotes@BTC_USDT' })
    const last = await client.frame((text) => text.includes('"left":[]'))
    client.send({ every: 20 })
    await client.frame((text) => text === '{"beat":5}')
    expect(client.frames.slice(client.frames.indexOf(last) + 1).filter(isQuote)).toEqual([])
  })

  it('conflates a throttled subscription to the newest quote at its speed', async () => {
    const { open } = await started({ rate: 500 })
    const client = await open()
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT', throttle: 200 })
    client.send({ every: 100 })
    await client.frame((text) => text === '{"beat":15}')
    const ats = events(client.frames).flatMap(({ quote }) => (quote ? [quote.at] : []))
    expect(ats.length).toBeGreaterThanOrEqual(4)
    expect(ats.length).toBeLessThanOrEqual(9)
  })

  it('pings with a payload, hears the pong, answers pings and closes with the code asked for', async () => {
    const { open } = await started()
    const client = await open()
    client.send({ ping: 'marco' })
    await client.frame((text) => text === '{"pong":"marco"}')
    const pong = new Promise((resolve) => client.socket.once('pong', (data) => resolve(data.toString())))
    client.socket.ping('polo')
    expect(await pong).toBe('polo')
    client.send({ close: 4001 })
    expect(await client.closed).toBe(4001)
  })

  it('refuses an upgrade as the venue says, and sockets and REST on each other’s origins', async () => {
    const { simulator, open, get } = await started()
    await expect(open('/refused')).rejects.toThrow('Unexpected server response: 403')
    await expect(openSocket(loopbackOf(simulator, rest('binance')).replace('http', 'ws'))).rejects.toThrow('404')
    expect((await fetch(loopbackOf(simulator, stream('binance')).replace('ws', 'http'))).status).toBe(426)
    expect((await get('/time')).status).toBe(200)
  })

  it('outlives a venue that throws: 500, close 1011, and counts it', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const { simulator, open, get } = await started()
    expect((await get('/throw')).status).toBe(500)
    const client = await open()
    client.send({ throw: true })
    expect(await client.closed).toBe(1011)
    const broken = await open()
    broken.send({ break: true })
    broken.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    expect(await broken.closed).toBe(1011)
    expect((await simulator.statistics()).venueErrors).toBe(3)
    expect((await get('/time')).status).toBe(200)
    warn.mockRestore()
  })

  it('withholds quotes from a client that does not read', async () => {
    const { simulator, open } = await started({ rate: 60_000 })
    const client = await open()
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    await client.frame(isQuote)
    client.socket.pause()
    await vi.waitFor(async () => expect((await simulator.statistics()).withheld).toBeGreaterThan(0), {
      timeout: 15_000,
    })
  })

  it('closes a client for which too much waits', async () => {
    const { simulator, open } = await started()
    const client = await open()
    client.socket.pause()
    client.send({ flood: 64 })
    await vi.waitFor(async () => expect(await simulator.statistics()).toMatchObject({ slowClients: 1, sockets: 0 }), {
      timeout: 15_000,
    })
  })

  it('counts 20,000 frames a second towards the rate', async () => {
    const { simulator, open } = await started({
      rate: 20_000,
      symbols: ['BTC_USDT', 'ETH_USDT', 'SOL_USDT', 'XRP_USDT'],
    })
    const client = await open()
    for (const symbol of ['BTC_USDT', 'ETH_USDT', 'SOL_USDT', 'XRP_USDT']) client.send({ subscribe: 'quotes', symbol })
    await client.frame(isQuote)
    const before = client.frames.length
    const startedAt = performance.now()
    await vi.waitFor(() => expect(client.frames.length - before).toBeGreaterThan(30_000), { timeout: 15_000 })
    const perSecond = (client.frames.length - before) / ((performance.now() - startedAt) / 1_000)
    // In one thread with its client, on a busy machine; docs/simulator.md tells what a thread of its own reaches.
    expect(perSecond).toBeGreaterThan(8_000)
    expect(perSecond).toBeLessThan(30_000)
    expect((await simulator.statistics()).frames.quotes).toBeGreaterThanOrEqual(30_000)
  })

  it('frees its ports and leaves no handle when closed, twice if asked', async () => {
    const idle = () => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name)).length
    const before = idle()
    const { simulator, open, get } = await started()
    const client = await open()
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    await client.frame(isQuote)
    await (await get('/time')).text()
    await simulator.close()
    await simulator.close()
    expect(await client.closed).toBe(1006)
    await expect(get('/time')).rejects.toThrow()
    await vi.waitFor(() => expect(idle()).toBeLessThanOrEqual(before))
  })
})

describe('the simulator with clients in the middle of something', () => {
  it('closes while an upgrade and an answer wait for their latency', async () => {
    const { simulator, open, get } = await started()
    await simulator.inject({ kind: 'latency', ms: 60_000 })
    const waiting = [open(), get('/time')].map((promise) => expect(promise).rejects.toThrow())
    await vi.waitFor(async () => expect((await simulator.statistics()).requests).toBe(1))
    await simulator.close()
    await Promise.all(waiting)
  })

  it('forgets a client whose handshake fails and goes on with the others', async () => {
    const { simulator, open } = await started()
    const { port } = new URL(loopbackOf(simulator, stream('binance')))
    const head =
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
    const reply = await new Promise<string>((resolve, reject) => {
      const client = connect(Number(port), '127.0.0.1', () => client.write(`${head}Sec-WebSocket-Key: none\r\n\r\n`))
      client.once('data', (data) => resolve(data.toString()))
      client.once('error', reject)
    })
    expect(reply).toMatch(/^HTTP\/1\.1 400 /)
    const client = await open()
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    await client.frame(isQuote)
    expect((await simulator.statistics()).sockets).toBe(1)
  })
})

describe('the simulator’s options', () => {
  it('takes consecutive ports in a stable order', async () => {
    // Any four free ports in a row; another program may take one in between, so a few tries.
    const origins = await vi.waitFor(async () => {
      const port = 20_000 + (Math.floor(performance.now() * 7) % 20_000)
      const { simulator } = await started({ port })
      return Object.values(simulator.origins).map((origin) => Number(new URL(origin).port) - port)
    })
    expect(origins).toEqual([0, 1, 2, 3])
  })

  it('says which port is in use, and keeps none', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(plainSimulation({ port })).rejects.toThrow(`port ${port} for ${rest('binance')} is in use`)
    server.close()
  })

  it.each([
    [{ rate: -1 }, /^simulator options\.rate: .*\(got -1\)$/],
    [{ seed: 1.5 }, /^simulator options\.seed: .*\(got 1\.5\)$/],
    [{ symbols: ['btc-usdt'] }, /^simulator options\.symbols\[0\]: must be written like BTC_USDT.*\(got "btc-usdt"\)$/],
    [{ symbols: ['USDT_USDT'] }, /USDT_USDT is quoted in itself/],
    [{ port: 70_000 }, /^simulator options\.port: .*\(got 70000\)$/],
    [{ faults: [{ kind: 'gap', at: 1 }] }, /^faults\[0\]\.for/],
  ])('names what is wrong in %j', async (options, message) => {
    await expect(plainSimulation(options)).rejects.toThrow(message)
  })
})

describe('the simulator’s faults over sockets', () => {
  it('drops sockets without a close frame, of the named exchange only', async () => {
    const { simulator, open } = await started()
    const [binance, okx] = [await open(), await open('/', 'okx')]
    await simulator.inject({ kind: 'drop', exchange: 'okx' })
    expect(await okx.closed).toBe(1006)
    expect(binance.socket.readyState).toBe(binance.socket.OPEN)
    expect(await simulator.dropSockets(null)).toBe(1)
    expect(await binance.closed).toBe(1006)
  })

  it('falls silent, pongs included, and speaks again', async () => {
    const { simulator, open } = await started()
    const client = await open()
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    await client.frame(isQuote)
    const silence = await simulator.inject({ kind: 'silence', exchange: 'binance' })
    const other = await open('/', 'okx')
    other.send({ every: 20 })
    // What was on its way before the silence has come by now.
    await other.frame((text) => text === '{"beat":3}')
    const heard = client.frames.length
    let pongs = 0
    client.socket.on('pong', () => (pongs += 1))
    client.socket.ping('anyone?')
    await other.frame((text) => text === '{"beat":15}')
    expect([client.frames.length, pongs]).toEqual([heard, 0])
    await silence.stop()
    await vi.waitFor(() => expect(client.frames.length).toBeGreaterThan(heard))
  })

  it('sends malformed frames and bodies', async () => {
    const { simulator, open, get } = await started()
    const client = await open()
    const malformed = await simulator.inject({ kind: 'malformed' })
    client.send({ subscribe: 'quotes', symbol: 'BTC_USDT' })
    const frame = await client.frame(() => true)
    expect(() => JSON.parse(frame)).toThrow(SyntaxError)
    await expect((await get('/time')).json()).rejects.toThrow(SyntaxError)
    await malformed.stop()
    await client.frame((text) => isQuote(text) && text.endsWith('}'))
  })

  it('sends frames twice', async () => {
    const { simulator, open } = await started()
    await simulator.inject({ kind: 'duplicate' })
    const client = await open()
    client.send({ every: 10 })
    await client.frame((text) => text === '{"beat":3}')
    expect(client.frames.slice(0, 4)).toEqual(['{"beat":1}', '{"beat":1}', '{"beat":2}', '{"beat":2}'])
  })

  it('swaps frames with their next, losing none', async () => {
    const { simulator, open } = await started()
    await simulator.inject({ kind: 'reorder' })
    const client = await open()
    client.send({ every: 10 })
    await client.frame((text) => text === '{"beat":3}')
    expect(client.frames.slice(0, 4)).toEqual(['{"beat":2}', '{"beat":1}', '{"beat":4}', '{"beat":3}'])
  })

  it('loses frames by probability', async () => {
    const { simulator, open } = await started()
    await simulator.inject({ kind: 'gap', probability: 0.5 })
    const client = await open()
    client.send({ every: 10 })
    await client.frame((text) => /"beat":(3[0-9])/.test(text))
    const beats = client.frames.map((text) => z.object({ beat: z.number() }).parse(JSON.parse(text)).beat)
    expect(beats.length).toBeGreaterThan(5)
    expect(beats.length).toBeLessThan(28)
    expect(beats).toEqual([...beats].sort((a, b) => a - b))
  })

  it('answers REST and upgrades with a status and Retry-After', async () => {
    const { simulator, open, get } = await started()
    const limited = await simulator.inject({ kind: 'status', status: 429, retryAfter: 7, exchange: 'binance' })
    const reply = await get('/time')
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '7'])
    await expect(open()).rejects.toThrow('429')
    expect((await get('/time', 'okx')).status).toBe(200)
    await limited.stop()
    expect((await get('/time')).status).toBe(200)
  })

  it('answers late, frames in order', async () => {
    const { simulator, open, get } = await started()
    const client = await open()
    const late = await simulator.inject({ kind: 'latency', ms: 300 })
    const asked = performance.now()
    const answer = get('/time').then(() => performance.now() - asked)
    client.send({ every: 10 })
    const beat = client.frame((text) => text === '{"beat":1}').then(() => performance.now() - asked)
    for (const elapsed of await Promise.all([answer, beat])) {
      expect(elapsed).toBeGreaterThan(290)
      expect(elapsed).toBeLessThan(3_000)
    }
    await late.stop()
    await client.frame((text) => text === '{"beat":40}')
    expect(client.frames).toEqual(client.frames.map((_, index) => `{"beat":${index + 1}}`))
  })

  it('sets a venue’s clock wrong', async () => {
    const at = Date.UTC(2026, 4, 4, 12)
    const { simulator, get } = await started({}, () => at)
    const now = async (exchange: ExchangeId) => (await get('/time', exchange)).json()
    const skewed = await simulator.inject({ kind: 'skew', ms: -5_000, exchange: 'okx' })
    expect([await now('binance'), await now('okx')]).toEqual([{ now: at }, { now: at - 5_000 }])
    await skewed.stop()
    expect(await now('okx')).toEqual({ now: at })
  })

  it('refuses connections', async () => {
    const { simulator, open, get } = await started()
    const refused = await simulator.inject({ kind: 'refuse' })
    await expect(get('/time')).rejects.toThrow('fetch failed')
    await expect(open()).rejects.toThrow(/socket hang up|ECONNRESET/)
    await refused.stop()
    expect((await get('/time')).status).toBe(200)
  })

  it('runs faults by the clock of its file', async () => {
    const { open } = await started({ faults: [{ kind: 'drop', at: 0.4, exchange: 'binance' }] })
    const client = await open()
    expect(await client.closed).toBe(1006)
  })

  it('refuses an ill-formed fault by name', async () => {
    const { simulator } = await started()
    const { ms: _, ...without } = { kind: 'latency', ms: 1 } as const
    expect(Fault.safeParse(without).success).toBe(false)
    await expect(simulator.inject({ kind: 'latency', ms: -1 })).rejects.toThrow(/^fault\.ms: .*\(got -1\)$/)
  })
})
