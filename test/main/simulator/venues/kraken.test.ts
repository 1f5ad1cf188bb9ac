import { crc32 } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { startSimulator } from '../../../../src/main/simulator/index.ts'
import { until } from '../../../support/loopback.ts'

const rest = 'https://api.kraken.com'
const stream = 'wss://ws.kraken.com'
const privateStream = 'wss://ws-auth.kraken.com'

async function open(symbols: readonly string[] = ['BTC_USD', 'DOGE_USD', 'SOL_USDT'], limits = 100) {
  const market = await startSimulator({ venues: ['kraken'], symbols, rate: 50, limits })
  onTestFinished(() => market.close())
  const origins = market.originsOf('kraken')
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> =>
    (await fetch(`${origins[rest]}${path}`, init)).json()
  return { market, ask, origins }
}

/** A client of a socket: everything it was told, and what it asks. */
async function connect(url: string) {
  const socket = new WebSocket(url)
  onTestFinished(() => socket.terminate())
  const told: string[] = []
  socket.on('message', (data: Buffer) => told.push(data.toString()))
  await new Promise((resolve) => socket.once('open', resolve))
  const heard = async (part: string | RegExp, count = 1): Promise<string> => {
    const found = () => told.filter((frame) => (typeof part === 'string' ? frame.includes(part) : part.test(frame)))
    await until(() => found().length >= count, `heard ${part}`)
    return found()[count - 1] ?? ''
  }
  return { told, heard, say: (words: object) => socket.send(JSON.stringify(words)) }
}

const Reply = z.object({ error: z.array(z.string()), result: z.record(z.string(), z.unknown()).optional() })
const keysOf = (reply: unknown) => Object.keys(Reply.parse(reply).result ?? {})

describe("Kraken's REST as the simulator speaks it", () => {
  it('lists pairs by their old names, and tells of each whichever it is called', async () => {
    const { ask } = await open()
    expect(keysOf(await ask('/0/public/AssetPairs'))).toEqual(['XXBTZUSD', 'XDGUSD', 'SOLUSDT'])
    expect(await ask('/0/public/AssetPairs?pair=XBTUSD')).toMatchObject({
      error: [],
      result: { XXBTZUSD: { altname: 'XBTUSD', wsname: 'XBT/USD', base: 'XXBT', quote: 'ZUSD', status: 'online' } },
    })
    // XETH is traded in none of them, but accounts may hold it.
    expect(keysOf(await ask('/0/public/Assets'))).toEqual(
      expect.arrayContaining(['XXBT', 'ZUSD', 'XXDG', 'SOL', 'USDT', 'XETH']),
    )
    // The key of what is told is as one asked.
    expect(keysOf(await ask('/0/public/OHLC?pair=BTC/USD'))).toEqual(['BTC/USD', 'last'])
    expect(keysOf(await ask('/0/public/OHLC?pair=XBTUSD'))).toEqual(['XXBTZUSD', 'last'])
    expect(keysOf(await ask('/0/public/Depth?pair=DOGE/USD&count=5'))).toEqual(['DOGE/USD'])
  })

  it('answers mistakes with HTTP 200 and words', async () => {
    const { ask } = await open()
    expect(await ask('/0/public/OHLC?pair=XMRUSD')).toEqual({ error: ['EQuery:Unknown asset pair'] })
    expect(await ask('/0/public/OHLC?pair=XBTUSD&interval=7')).toEqual({
      error: ['EGeneral:Invalid arguments:interval'],
    })
    expect(await ask('/0/public/Nothing')).toEqual({ error: ['EGeneral:Unknown method'] })
    expect(await ask('/0/private/BalanceEx', { method: 'POST', body: 'nonce=1' })).toEqual({
      error: ['EAPI:Invalid key'],
    })
    // Nothing that would change anything is there.
    expect(await ask('/0/private/AddOrder', { method: 'POST', body: 'nonce=1' })).toEqual({
      error: ['EGeneral:Unknown method'],
    })
  })

  it('tells at most 720 candles, the last under way', async () => {
    const { ask } = await open()
    const reply = Reply.parse(await ask('/0/public/OHLC?pair=BTC/USD&interval=1&since=0'))
    const rows = z.array(z.array(z.union([z.number(), z.string()]))).parse(reply.result?.['BTC/USD'])
    expect(rows).toHaveLength(720)
    expect(Number(rows.at(-1)?.[0]) - Number(reply.result?.last)).toBe(60)
  })

  it('counts what an address asks', async () => {
    const { ask } = await open(['BTC_USD'], 1)
    const replies = await Promise.all(Array.from({ length: 14 }, () => ask('/0/public/Time')))
    const refused = replies.filter((reply) => Reply.parse(reply).error[0] === 'EGeneral:Too many requests')
    expect(refused.length).toBeGreaterThanOrEqual(3)
    expect(Reply.parse(await ask('/0/public/OHLC?pair=BTC/USD')).error).toEqual([])
  })
})

const Level = z.object({ price: z.number(), qty: z.number() })
const Book = z.object({
  data: z.tuple([z.object({ bids: z.array(Level), asks: z.array(Level), checksum: z.number() })]),
})

describe("Kraken's sockets as the simulator speaks them", () => {
  it('greets, answers each symbol by itself, pings, and beats when there is nothing else', async () => {
    const { origins } = await open()
    const { heard, say } = await connect(`${origins[stream]}/v2`)
    expect(await heard('"status"')).toMatch(/"system":"online","api_version":"v2","connection_id":\d{20},/)
    say({ method: 'ping', req_id: 101 })
    expect(JSON.parse(await heard('"pong"'))).toMatchObject({ method: 'pong', req_id: 101 })
    say({ method: 'subscribe', params: { channel: 'trade', symbol: ['XBT/USD', 'DOGE/USD'] }, req_id: 7 })
    expect(JSON.parse(await heard('not supported'))).toMatchObject({
      ...{ error: 'Currency pair not supported XBT/USD', method: 'subscribe', req_id: 7, success: false },
      symbol: 'XBT/USD',
    })
    expect(JSON.parse(await heard('"success":true'))).toMatchObject({
      ...{ method: 'subscribe', req_id: 7, success: true },
      result: { channel: 'trade', snapshot: false, symbol: 'DOGE/USD' },
    })
    await heard('{"channel":"heartbeat"}')
    say({ method: 'subscribe', params: { channel: 'executions', token: 'x' }, req_id: 8 })
    await heard('Try ws-auth.kraken.com')
    const hidden = await connect(`${origins[privateStream]}/v2`)
    hidden.say({ method: 'subscribe', params: { channel: 'trade', symbol: ['DOGE/USD'] }, req_id: 9 })
    await hidden.heard('Try ws.kraken.com')
  }, 20_000)

  it('sends books whose checksums are of the digits on the wire', async () => {
    const { origins } = await open(['BTC_USD'])
    const { heard, say } = await connect(`${origins[stream]}/v2`)
    say({ method: 'subscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 10 }, req_id: 1 })
    const frame = await heard('"channel":"book","type":"snapshot"')
    const [book] = Book.parse(JSON.parse(frame)).data
    expect([book.bids.length, book.asks.length]).toEqual([10, 10])
    const digits = (side: 'bids' | 'asks') =>
      [...(frame.slice(frame.indexOf(`"${side}"`)).split(']')[0] ?? '').matchAll(/"price":([\d.]+),"qty":([\d.]+)/g)]
        .map(([, price = '', quantity = '']) =>
          [price, quantity].map((text) => text.replace('.', '').replace(/^0+/, '')).join(''),
        )
        .join('')
    expect(book.checksum).toBe(crc32(digits('asks') + digits('bids')))
    // Numbers keep the zeros at their end.
    const decimals = [...frame.matchAll(/"qty":\d+\.(\d+)/g)].map(([, after = '']) => after.length)
    expect(decimals).toEqual(Array.from({ length: 20 }, () => 5))
    say({ method: 'unsubscribe', params: { channel: 'book', symbol: ['BTC/USD'], depth: 10 }, req_id: 2 })
    expect(JSON.parse(await heard('"unsubscribe"'))).toMatchObject({
      success: true,
      result: { channel: 'book', depth: 10 },
    })
  }, 20_000)

  it('has candles of one interval of a symbol on a connection, and refuses every other', async () => {
    const { origins } = await open(['BTC_USD', 'DOGE_USD'])
    const { heard, say } = await connect(`${origins[stream]}/v2`)
    const params = { channel: 'ohlc', symbol: ['BTC/USD'], snapshot: true }
    const ask = (method: string, req_id: number, more: object) =>
      say({ method, params: { ...params, ...more }, req_id })
    const answer = async (req_id: number): Promise<unknown> => JSON.parse(await heard(`"req_id":${req_id}`))
    const one = { success: false, error: 'Already subscribed to one ohlc interval on this symbol', symbol: 'BTC/USD' }
    ask('subscribe', 1, { interval: 1 })
    ask('subscribe', 2, { interval: 60 })
    ask('subscribe', 3, { interval: 1 })
    ask('subscribe', 4, { interval: 7 })
    ask('unsubscribe', 5, { interval: 5 })
    ask('subscribe', 6, { interval: 60, symbol: ['DOGE/USD'] })
    expect(await answer(1)).toMatchObject({ success: true, result: { interval: 1 } })
    expect(await answer(2)).toMatchObject(one)
    expect(await answer(3)).toMatchObject(one)
    expect(await answer(4)).toMatchObject({ success: false })
    expect(await answer(5)).toMatchObject({ success: false, error: 'Subscription Not Found' })
    expect(await answer(6)).toMatchObject({ success: true, result: { interval: 60, symbol: 'DOGE/USD' } })
    expect(await heard(/"type":"snapshot".*"interval":60/)).toMatch(/"interval_begin":"[\d-]+T\d\d:00:00\.0{9}Z"/)
    ask('unsubscribe', 7, { interval: 1 })
    ask('subscribe', 8, { interval: 60 })
    expect(await answer(8)).toMatchObject({ success: true, result: { interval: 60, symbol: 'BTC/USD' } })
  }, 20_000)
})
