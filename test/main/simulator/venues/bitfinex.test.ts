import { createHmac } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { LocalSimulator } from '../../../../src/main/simulator/index.ts'
import { loopbackOf } from '../../../support/plain-simulation.ts'
import { simulator } from '../../../support/simulator.ts'
import { openSocket } from '../../../support/socket.ts'

const started = () => simulator({ venues: ['bitfinex'], symbols: ['BTC_USDT', 'DOGE_USDT'] })
const publicSocket = async (market: LocalSimulator) =>
  openSocket(`${loopbackOf(market, 'wss://api-pub.bitfinex.com')}/ws/2`)
const isEvent = (event: string) => (text: string) => text.includes(`"event":"${event}"`)
const book = { event: 'subscribe', channel: 'book', symbol: 'tBTCUST', prec: 'P0', freq: 'F0', len: '250', subId: '7' }

async function get(market: LocalSimulator, path: string) {
  const reply = await fetch(`${loopbackOf(market, 'https://api-pub.bitfinex.com')}${path}`)
  const text = await reply.text()
  return { status: reply.status, body: text.startsWith('[') || text.startsWith('{') ? JSON.parse(text) : text }
}

describe('bitfinex sockets of the simulator', () => {
  it('number every frame, bear the time, and tell books whose checksums fit', async () => {
    const client = await publicSocket(await started())
    expect(JSON.parse(await client.frame(isEvent('info')))).toMatchObject({ version: 2, platform: { status: 1 } })
    client.send({ event: 'conf', flags: 229_376 })
    expect(JSON.parse(await client.frame(isEvent('conf')))).toEqual({ event: 'conf', status: 'OK', flags: 229_376 })
    client.send(book)
    const { chanId, ...ack } = JSON.parse(await client.frame(isEvent('subscribed')))
    expect(ack).toEqual({ ...book, event: 'subscribed', pair: 'BTCUST' })
    await client.frame((text) => text.includes('"cs"'))

    const frames = client.frames.filter((text) => text.startsWith('[')).map((text) => JSON.parse(text))
    expect(frames.map((frame) => frame.at(-2))).toEqual(frames.map((_, at) => at + 1))
    expect(frames.every((frame) => frame[0] === chanId && Math.abs(frame.at(-1) - Date.now()) < 60_000)).toBe(true)
    const sides = { bids: new Map<number, number>(), asks: new Map<number, number>() }
    const checked: boolean[] = []
    for (const [, payload, told] of frames) {
      if (payload === 'cs') {
        const best = [...sides.bids].sort(([a], [b]) => b - a).slice(0, 25)
        const worst = [...sides.asks].sort(([a], [b]) => a - b).slice(0, 25)
        const words = Array.from({ length: 25 }, (_, at) => [best[at] ?? [], worst[at] ?? []]).flat(2)
        checked.push((crc32(words.join(':')) | 0) === told)
      } else if (payload !== 'hb') {
        for (const [price, count, amount] of Array.isArray(payload[0]) ? payload : [payload]) {
          const side = amount > 0 ? sides.bids : sides.asks
          if (count === 0) side.delete(price)
          else side.set(price, amount)
        }
      }
    }
    expect(checked).toEqual([true])
  }, 20_000)

  it('answer what is wrong in the documented words', async () => {
    const client = await publicSocket(await started())
    const answer = async (request: object, fits: string) => {
      client.send(request)
      return JSON.parse(await client.frame((text) => text.includes(fits)))
    }
    expect(await answer({ ...book, symbol: 'tNOPE' }, 'symbol: invalid')).toEqual({
      ...{ channel: 'book', symbol: 'tNOPE', prec: 'P0', freq: 'F0', len: '250', subId: '7' },
      ...{ event: 'error', msg: 'symbol: invalid', code: 10_300, pair: 'NOPE' },
    })
    expect(await answer({ ...book, len: '7' }, 'length: invalid')).toMatchObject({ code: 10_300 })
    await answer(book, '"subscribed"')
    expect(await answer(book, 'subscribe: dup')).toMatchObject({ code: 10_301, chanId: expect.any(Number) })
    expect(await answer({ event: 'unsubscribe', chanId: 1 }, 'unsubscribe: invalid')).toMatchObject({ code: 10_400 })
    expect(await answer({ event: 'nope' }, 'event: invalid (nope)')).toMatchObject({ code: 10_000 })
    expect(await answer({ event: 'ping', cid: 5 }, '"pong"')).toMatchObject({ cid: 5, ts: expect.any(Number) })
  })
})

describe('bitfinex REST of the simulator', () => {
  it('answers arrays, errors with status 500, and its clock in the Date', async () => {
    const market = await started()
    const [status, unknown, wrong, pages] = await Promise.all([
      get(market, '/v2/platform/status'),
      get(market, '/v2/book/tNOPE/P0'),
      get(market, '/v2/candles/trade:1m:tBTCUST/hist?limit=99999'),
      get(market, '/v2/nothing'),
    ])
    expect([status, unknown, wrong, pages.status]).toEqual([
      { status: 200, body: [1] },
      { status: 500, body: ['error', 10_020, 'symbol: invalid'] },
      { status: 500, body: ['error', 10_020, 'limit: invalid'] },
      404,
    ])
    const { body } = await get(market, '/v2/conf/pub:map:currency:sym,pub:list:pair:exchange')
    expect(body[0]).toContainEqual(['UST', 'USDt'])
    expect(body[1]).toEqual(['BTCUST', 'DOGE:UST', 'TESTBTC:TESTUSD'])
    const trades = await get(market, '/v2/trades/tBTCUST/hist?limit=3')
    expect(trades.body.map((row: unknown[]) => row.length)).toEqual([4, 4, 4])
  })

  it('blocks who asks too often', async () => {
    const market = await started()
    const statuses: number[] = []
    for (let n = 0; n < 17; n++) statuses.push((await get(market, '/v2/trades/tBTCUST/hist?limit=1')).status)
    expect([statuses.filter((status) => status === 200).length >= 15, statuses.at(-1)]).toEqual([true, 429])
    expect(await get(market, '/v2/platform/status')).toEqual({ status: 429, body: { error: 'ERR_RATE_LIMIT' } })
  })

  it('reads for whoever signs, with numbers that grow', async () => {
    const market = await started()
    const key = market.keys.bitfinex
    const ask = async (nonce: string, secret = key?.secret ?? '', path = '/v2/auth/r/wallets') => {
      const reply = await fetch(`${loopbackOf(market, 'https://api.bitfinex.com')}${path}`, {
        method: 'POST',
        headers: {
          'bfx-nonce': nonce,
          'bfx-apikey': key?.key ?? '',
          'bfx-signature': createHmac('sha384', secret).update(`/api${path}${nonce}{}`).digest('hex'),
        },
        body: '{}',
      })
      return { status: reply.status, body: reply.status === 404 ? null : await reply.json() }
    }
    expect((await ask('10')).status).toBe(200)
    expect([
      await ask('10'),
      await ask('11', 'another'),
      await ask('12', undefined, '/v2/auth/w/order/submit'),
    ]).toEqual([
      { status: 500, body: ['error', 10_114, 'nonce: small'] },
      { status: 500, body: ['error', 10_100, 'apikey: digest invalid'] },
      { status: 404, body: null },
    ])
  })
})
