import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { SimAccountControl } from '../../../../src/main/simulator/account/contract.ts'
import type { LocalSimulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type { CreateVenue, SimInstrument } from '../../../../src/main/simulator/venue.ts'
import { createGateVenue } from '../../../../src/main/simulator/venues/gate.ts'
import { until } from '../../../support/loopback.ts'

/** Time stands still, so that no window of a limit ends in the middle of a test. */
const at = 1_790_000_000_500
const now = (): number => Math.floor(at / 1000)
const prefix = '/api/v4'
const emptyHash = createHash('sha512').update('').digest('hex')

/** Independent of the connector: signs as the documents say. */
function signer(key: string, secret: string) {
  return (method: string, path: string, query: string, time: number): Record<string, string> => {
    const text = `${method}\n${prefix}${path}\n${query}\n${emptyHash}\n${time}`
    return { KEY: key, Timestamp: String(time), SIGN: createHmac('sha512', secret).update(text).digest('hex') }
  }
}

async function venue(): Promise<{
  simulator: LocalSimulator
  account: SimAccountControl
  instruments: readonly SimInstrument[]
  get(path: string, query?: string, more?: { by?: 'keys' | 'tradingKeys'; method?: string }): Promise<Answer>
  ask(path: string, headers: Record<string, string>): Promise<Answer>
}> {
  let instruments: readonly SimInstrument[] = []
  const createVenue: CreateVenue = (market, account) => {
    instruments = market.instruments
    return createGateVenue(market, account)
  }
  const options = { venues: ['gate'], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 0 } as const
  const simulator = await runSimulation(options, { gate: createVenue }, () => at)
  onTestFinished(() => simulator.close())
  const account = simulator.accounts.get('gate')
  const origin = simulator.origins['https://api.gateio.ws']
  if (!account || !origin) throw new Error('no gate')
  const send = async (path: string, method: string, headers: Record<string, string>): Promise<Answer> => {
    const reply = await fetch(`${origin}${prefix}${path}`, { method, headers })
    return { status: reply.status, body: await reply.json(), headers: reply.headers }
  }
  return {
    simulator,
    account,
    instruments,
    ask: (path, headers) => send(path, 'GET', headers),
    get: (path, query = '', { by = 'keys', method = 'GET' } = {}) => {
      const key = simulator[by].gate
      if (!key) throw new Error('no key')
      const headers = signer(key.key, key.secret)(method, path, query, now())
      return send(query === '' ? path : `${path}?${encodeURI(query)}`, method, headers)
    },
  }
}
interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}
const told = ({ status, body }: Answer): unknown[] => [
  status,
  typeof body === 'object' && body !== null && 'label' in body ? body.label : body,
]

describe("the Gate venue's signed side", () => {
  it('checks headers, then time, then key, then signature', async () => {
    const { simulator, ask } = await venue()
    const path = '/spot/accounts'
    const own = simulator.keys.gate
    if (!own) throw new Error('no key')
    const right = signer(own.key, own.secret)('GET', path, '', now())
    const late = signer('nobody', 'x')('GET', path, '', now() - 70)
    const answers = await Promise.all(
      [
        {},
        { KEY: own.key, SIGN: 'x' },
        late,
        { ...right, Timestamp: 'soon' },
        { ...right, KEY: 'nobody' },
        { ...right, SIGN: 'x' },
        signer(own.key, own.secret)('GET', '/spot/orders', '', now()),
        right,
      ].map((headers) => ask(path, headers)),
    )
    expect(answers.map(told)).toEqual([
      [400, 'MISSING_REQUIRED_HEADER'],
      [400, 'MISSING_REQUIRED_HEADER'],
      [403, 'REQUEST_EXPIRED'],
      [403, 'REQUEST_EXPIRED'],
      [401, 'INVALID_KEY'],
      [401, 'INVALID_SIGNATURE'],
      [401, 'INVALID_SIGNATURE'],
      [200, []],
    ])
    expect(answers[4]?.body).toEqual({ label: 'INVALID_KEY', message: 'Invalid key provided' })
  })

  it('takes the query as it stands, not percent-encoded', async () => {
    const { get } = await venue()
    expect(told(await get('/spot/my_trades', 'currency_pair=龙虾_USDT'))).toEqual([200, []])
  })

  it('knows permissions, addresses and the end of a key', async () => {
    const { account, ask } = await venue()
    const plain = {
      secret: 'x',
      passphrase: null,
      canTrade: false,
      canWithdraw: false,
      ipAddresses: [],
      expiresAt: null,
    }
    account.addKey({ ...plain, key: 'no-spot', lacks: ['spot'] })
    account.addKey({ ...plain, key: 'away', ipAddresses: ['203.0.113.7'] })
    account.addKey({ ...plain, key: 'old', expiresAt: at - 1 })
    account.addKey({ ...plain, key: 'revoked' })
    account.revokeKey('revoked')
    const path = '/spot/accounts'
    const answers = await Promise.all(
      ['no-spot', 'away', 'old', 'revoked'].map((key) => ask(path, signer(key, 'x')('GET', path, '', now()))),
    )
    expect(answers.map(told)).toEqual([
      [403, 'FORBIDDEN'],
      [403, 'IP_FORBIDDEN'],
      [401, 'INVALID_KEY'],
      [401, 'INVALID_KEY'],
    ])
  })

  it('changes nothing', async () => {
    const { get } = await venue()
    expect(told(await get('/spot/orders', '', { method: 'POST' }))).toEqual([403, 'READ_ONLY'])
    expect(told(await get('/spot/orders', '', { method: 'POST', by: 'tradingKeys' }))).toEqual([404, 'NOT_FOUND'])
  })

  it('refuses what the documents refuse', async () => {
    const { account, get } = await venue()
    const month = `from=${now() - 31 * 86_400}&to=${now()}`
    expect(told(await get('/futures/usdt/accounts'))).toEqual([400, 'USER_NOT_FOUND'])
    account.advanceTransfer(account.deposit('USDT', '100').id, 'completed')
    account.move('USDT', '50', 'spot', 'futures')
    const asked = [
      ['/spot/my_trades', month],
      ['/spot/my_trades', 'limit=1001'],
      ['/spot/my_trades', 'page=0'],
      ['/spot/orders', 'status=open'],
      ['/spot/orders', 'status=closed'],
      ['/spot/orders/1', 'currency_pair=BTC_USDT'],
      ['/spot/orders/1', ''],
      ['/wallet/deposits', 'limit=501'],
      ['/futures/usdt/orders/1', ''],
      ['/futures/usdt/account_book', month],
      ['/margin/accounts', ''],
    ] as const
    const answers: unknown[] = []
    for (const [path, query] of asked) answers.push(told(await get(path, query)))
    expect(answers).toEqual([
      [400, 'INVALID_PARAM_VALUE'],
      [400, 'INVALID_PARAM_VALUE'],
      [400, 'INVALID_PARAM_VALUE'],
      [400, 'MISSING_REQUIRED_PARAM'],
      [400, 'INVALID_PARAM_VALUE'],
      [404, 'ORDER_NOT_FOUND'],
      [400, 'MISSING_REQUIRED_PARAM'],
      [400, 'INVALID_PARAM_VALUE'],
      [404, 'ORDER_NOT_FOUND'],
      [400, 'INVALID_PARAM_VALUE'],
      [404, 'NOT_FOUND'],
    ])
  })

  it('gives the last 7 days unless told', async () => {
    const { account, get } = await venue()
    account.deposit('USDT', '100')
    const week = 7 * 86_400
    const counted = async (query: string) => {
      const { body } = await get('/wallet/deposits', query)
      return Array.isArray(body) ? body.length : body
    }
    expect([await counted(''), await counted(`to=${now() - week}`), await counted(`from=${now() - week}`)]).toEqual([
      1, 0, 1,
    ])
  })

  it('writes sizes as the header asks for them', async () => {
    const { account, instruments, simulator, ask } = await venue()
    account.advanceTransfer(account.deposit('USDT', '10000').id, 'completed')
    account.move('USDT', '9000', 'spot', 'futures')
    const instrument = instruments.find(({ kind, base }) => kind === 'perpetual' && base === 'BTC')
    const own = simulator.keys.gate
    if (!own || !instrument) throw new Error('no key, no contract')
    account.place({ instrument, side: 'SELL', type: 'LIMIT', price: '100000', quantity: '0.0123' })
    const path = '/futures/usdt/orders'
    const query = 'status=open'
    const headers = signer(own.key, own.secret)('GET', path, query, now())
    const answers = [
      await ask(`${path}?${query}`, headers),
      await ask(`${path}?${query}`, { ...headers, 'X-Gate-Size-Decimal': '1' }),
    ]
    expect(answers.map(({ body }) => body)).toMatchObject([
      [{ contract: 'BTC_USDT', size: -123, left: -123, price: '100000', status: 'open' }],
      [{ contract: 'BTC_USDT', size: '-123', left: '-123', price: '100000', status: 'open' }],
    ])
  })

  it('counts 200 calls in 10 s per endpoint and user', async () => {
    const { get } = await venue()
    const answers: Answer[] = []
    for (let n = 0; n < 4; n++) {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, () => get('/account/detail')))))
    }
    const one = await get('/account/detail')
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(200)
    expect(told(one)).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect(one.headers.get('x-gate-ratelimit-requests-remain')).toBe('0')
    expect(told(await get('/spot/accounts'))).toEqual([200, []])
  })
})

describe("the Gate venue's private channels", () => {
  async function socket(family: 'spot' | 'futures') {
    const { simulator, account, instruments } = await venue()
    const origin = simulator.origins[family === 'spot' ? 'wss://api.gateio.ws' : 'wss://fx-ws.gateio.ws']
    const own = simulator.keys.gate
    if (!origin || !own) throw new Error('no gate')
    const client = new WebSocket(`${origin}${family === 'spot' ? '/ws/v4/' : '/v4/ws/usdt'}`)
    onTestFinished(() => client.close())
    const frames: Frame[] = []
    client.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))))
    await new Promise((resolve) => client.addEventListener('open', resolve))
    let id = 0
    const say = async (
      channel: string,
      payload: string[],
      more: { event?: string; time?: number; key?: string } = {},
    ) => {
      const { event = 'subscribe', time = now(), key = own.key } = more
      const text = `channel=${channel}&event=${event}&time=${time}`
      const SIGN = createHmac('sha512', own.secret).update(text).digest('hex')
      id += 1
      const asked = id
      client.send(JSON.stringify({ time, id, channel, event, payload, auth: { method: 'api_key', KEY: key, SIGN } }))
      await until(() => frames.some((frame) => frame.id === asked), `answer to ${channel}`)
      const { result, error } = frames.find((frame) => frame.id === asked) ?? {}
      return error ?? result
    }
    const find = (kind: string, base: string): SimInstrument => {
      const found = instruments.find((one) => one.kind === kind && one.base === base)
      if (!found) throw new Error(`no ${base}`)
      return found
    }
    const pushes = () => frames.filter(({ event }) => event === 'update')
    return { account, say, find, pushes, frames }
  }
  interface Frame {
    readonly id?: number
    readonly channel?: string
    readonly event?: string
    readonly result?: unknown
    readonly error?: unknown
  }
  const success = { status: 'success' }

  it('want the right user and listed names', async () => {
    const { account, say } = await socket('futures')
    expect([
      await say('futures.orders', [account.userId, '!all']),
      await say('futures.balances', [account.userId]),
      await say('futures.orders', ['1', '!all']),
      await say('futures.orders', [account.userId]),
      await say('futures.orders', [account.userId, 'XYZ_USDT']),
      await say('futures.orders', [account.userId, '!all'], { time: now() - 61 }),
      await say('futures.orders', [account.userId, '!all'], { key: 'nobody' }),
    ]).toEqual([
      success,
      success,
      { code: 2, message: 'invalid user id 1' },
      { code: 2, message: 'empty payload' },
      { code: 2, message: 'unknown contract XYZ_USDT' },
      {
        code: 4,
        message: '{"label":"REQUEST_EXPIRED","message":"gap between request Timestamp and server time exceeds 60"}\n',
      },
      { code: 4, message: '{"label":"INVALID_KEY","message":"Invalid key provided"}\n' },
    ])
  })

  it('tell of the pairs that were asked for, until unsubscribed', async () => {
    const { account, say, find, pushes, frames } = await socket('spot')
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    expect(await say('spot.orders', ['ETH_USDT'])).toEqual(success)
    const place = (base: string) =>
      account.place({ instrument: find('spot', base), side: 'BUY', type: 'LIMIT', price: '1000', quantity: '1' })
    place('BTC')
    const { id } = place('ETH')
    expect(await say('spot.orders', ['ETH_USDT'], { event: 'unsubscribe' })).toEqual(success)
    account.end(id, 'CANCELED')
    // What was sent before its answer has come with it.
    expect(await say('spot.balances', [])).toEqual(success)
    expect(pushes()).toMatchObject([
      {
        channel: 'spot.orders',
        result: [{ id, event: 'put', finish_as: 'open', currency_pair: 'ETH_USDT', left: '1' }],
      },
    ])
    expect(JSON.stringify(frames)).not.toContain('SIGN')
  })

  it('write a life of an order in the words of each event', async () => {
    const { account, say, find, pushes } = await socket('futures')
    account.advanceTransfer(account.deposit('USDT', '100000').id, 'completed')
    account.move('USDT', '90000', 'spot', 'futures')
    for (const channel of ['orders', 'usertrades', 'positions']) {
      await say(`futures.${channel}`, [account.userId, '!all'])
    }
    await say('futures.balances', [account.userId])
    const instrument = find('perpetual', 'BTC')
    const order = account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '90000', quantity: '0.5' })
    account.fill(order.id, '0.2')
    account.end(order.id, 'CANCELED')
    account.settleFunding(instrument)
    await until(() => pushes().length === 7, 'all pushes')
    expect(pushes()).toMatchObject([
      { channel: 'futures.orders', result: [{ finish_as: '_new', status: 'open', size: 5000, left: 5000 }] },
      { channel: 'futures.orders', result: [{ finish_as: '_update', left: 3000, price: 90000 }] },
      { channel: 'futures.usertrades', result: [{ order_id: order.id, size: 2000, fee: 3.6, role: 'maker' }] },
      { channel: 'futures.positions', result: [{ size: 2000, entry_price: 90000, mode: 'single' }] },
      { channel: 'futures.balances', result: [{ type: 'fee', change: -3.6, balance: 89996.4, currency: 'usdt' }] },
      { channel: 'futures.orders', result: [{ finish_as: 'cancelled', status: 'finished', left: 3000 }] },
      { channel: 'futures.balances', result: [{ type: 'fund' }] },
    ])
  })
})
