import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountNormalized, Ask } from '../../../../src/main/exchanges/account-contract.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/okx/account-stream.ts'
import { okx } from '../../../../src/main/exchanges/okx/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { nearly } from '../../../support/mutations.ts'

const btc = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const eth = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
const lookup = lookupOf([btc, eth, swap])
const credentials = { key: 'canary-key', secret: 'canary-secret', passphrase: 'canary-passphrase' }
const connector = okx.account.create({ account: 'okx-main', credentials, lookup })

interface Sample {
  readonly code: string
  readonly msg: string
  readonly data: readonly Readonly<Record<string, unknown>>[]
}
const documented = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/okx/rest_private.json'), 'utf8'),
) as Readonly<Record<string, Sample>>

/** Answers each call with its endpoint's sample, or with rows of the test's own; every call is kept. */
function answering(rows: Readonly<Record<string, readonly unknown[]>> = {}) {
  const asked: string[] = []
  const ask: Ask = async (call) => {
    const endpoint = call.url.replace('https://www.okx.com/api/v5/', '')
    asked.push(`${endpoint}?${call.query.map((pair) => pair.join('=')).join('&')}`)
    const own = rows[endpoint]
    const parsed = call.parse(own ? { code: '0', msg: '', data: own } : (documented[endpoint] ?? nothing))
    const failure = { kind: 'unreadable', code: null, message: parsed.ok ? '' : parsed.problem, retryAfterMs: null }
    return parsed.ok ? parsed : { ok: false, failure: { ...failure, kind: 'unreadable' } }
  }
  return { ask, asked }
}
const nothing = { code: '0', msg: '', data: [] }
const sampleOf = (endpoint: string) => documented[endpoint]?.data[0] ?? {}
const everything = { from: 0, to: 4_000_000_000_000 }
const own = { account: 'okx-main', exchange: 'okx', receivedAt: expect.any(Number) }
async function rowsOf<T>(pages: AsyncIterable<{ ok: boolean; value?: readonly T[] }>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) {
    expect(page).toMatchObject({ ok: true })
    rows.push(...(page.value ?? []))
  }
  return rows
}

describe('documented okx rows', () => {
  it('of balances: the trading account and the funding wallet', async () => {
    expect(await connector.balances(answering().ask)).toEqual({
      ok: true,
      value: [
        {
          ...own,
          wallet: 'unified',
          asset: 'USDT',
          free: '28.21006347',
          locked: '0',
          total: '28.21006347',
          exchangeAt: 1_621_556_539_861,
        },
        {
          ...own,
          wallet: 'funding',
          asset: 'USDT',
          free: '37.11827078',
          locked: '0',
          total: '37.11827078',
          exchangeAt: null,
        },
      ],
    })
  })

  it('of the key', async () => {
    expect(await connector.permissions(answering().ask)).toEqual({
      ok: true,
      value: {
        canRead: true,
        canTrade: false,
        canWithdraw: false,
        ipRestricted: false,
        ipAddresses: [],
        expiresAt: null,
        notes: [],
      },
    })
  })

  it('of an open order', async () => {
    expect(await connector.openOrders(answering().ask, [])).toEqual({
      ok: true,
      value: [
        {
          row: {
            ...own,
            symbol: 'BTC_USDT',
            exchangeOrderId: '301835739059335168',
            clientOrderId: null,
            side: 'BUY',
            type: 'LIMIT',
            timeInForce: 'GTC',
            price: '59200',
            stopPrice: null,
            quantity: '1',
            quoteQuantity: null,
            filledQuantity: '0',
            averagePrice: null,
            status: 'NEW',
            exchangeStatus: 'live',
            reduceOnly: false,
            createdAt: 1_618_235_248_028,
            updatedAt: 1_618_235_248_028,
          },
          raw: JSON.stringify(sampleOf('trade/orders-pending')),
        },
      ],
    })
  })

  it('of a fill, whose charged fee is positive here', async () => {
    expect(await rowsOf(connector.fills(answering().ask, 0, [], []))).toEqual([
      {
        row: {
          ...own,
          symbol: 'ETH_USDT',
          tradeId: '107601752',
          exchangeOrderId: '317321390244397056',
          side: 'BUY',
          price: '2654.98',
          quantity: '0.007533',
          fee: '0.000007533',
          feeAsset: 'ETH',
          liquidity: 'taker',
          realisedPnl: null,
          at: 1_621_927_314_983,
        },
        raw: JSON.stringify(sampleOf('trade/fills-history')),
      },
    ])
  })

  it('of a deposit and a withdrawal', async () => {
    const transfer = { ...own, fromWallet: null, toWallet: null, updatedAt: null }
    const rows = await rowsOf(connector.transfers(answering().ask, everything))
    expect(rows.map(({ row }) => row)).toEqual([
      {
        ...transfer,
        transferId: '88165462',
        kind: 'deposit',
        asset: 'USDT',
        amount: '1',
        fee: null,
        feeAsset: null,
        network: 'TRC20',
        address: 'TKrx...',
        transactionId: '16f36383292f451xxxxxxxxxxxxx584f3391642d988f97',
        status: 'completed',
        exchangeStatus: '2 (successful)',
        createdAt: 1_674_103_661_000,
      },
      {
        ...transfer,
        transferId: '4703879',
        kind: 'withdrawal',
        asset: 'ETH',
        amount: '0.094',
        fee: '0.01',
        feeAsset: 'ETH',
        network: 'Ethereum',
        address: '0xA41446125D0B5b6785f6898c9D67874D763A1519',
        transactionId: '0x62477bac6509a04512819bb1455e923a60dea5966c7caeaa0b24eb8fb0432b85',
        status: 'completed',
        exchangeStatus: '2 (successful)',
        createdAt: 1_655_251_200_000,
      },
    ])
    expect(rows.map(({ raw }) => JSON.parse(raw))).toEqual([
      sampleOf('asset/deposit-history'),
      sampleOf('asset/withdrawal-history'),
    ])
  })

  it('of a funding fee', async () => {
    expect(await rowsOf(connector.fundingPayments(answering().ask, everything, []))).toEqual([
      {
        ...own,
        symbol: 'BTC_USDT_PERP',
        paymentId: '623950854533513219',
        asset: 'USDT',
        amount: '0.0219338232210000',
        at: 1_695_033_476_167,
      },
    ])
  })
})

describe('documented okx private frames', () => {
  it('are understood as the documentation says', () => {
    const normalize = createAccountNormalizer({ account: 'okx-main', lookup })
    const control = (what: object) => ({ kind: 'control', control: what })
    const [order] = readFrames('okx/ws_private.ndjson')
      .map(String)
      .filter((frame) => frame.includes('"ordId"'))
    const raw = JSON.stringify(JSON.parse(order ?? '').data[0])
    const message = 'key rejected (60009): check the key, the secret, the passphrase and the IP allow-list'
    expect(readFrames('okx/ws_private.ndjson').map((frame) => normalize(frame, false, 7))).toEqual([
      control({
        type: 'closing',
        message: '64008 The connection will soon be closed for a service upgrade. Please reconnect.',
      }),
      control({ type: 'loggedIn' }),
      { kind: 'rejectedKey', code: '60009', message, control: { type: 'loginRefused', message } },
      control({ type: 'ignored' }),
      control({ type: 'refused', id: null, wires: ['orders'], message: 'too many connections subscribe to orders' }),
      control({ type: 'ack', id: null, wires: ['orders'] }),
      {
        kind: 'events',
        events: [
          {
            kind: 'balance',
            balance: {
              account: 'okx-main',
              exchange: 'okx',
              wallet: 'unified',
              asset: 'USDT',
              free: '2900',
              locked: '0',
              total: '2900',
              exchangeAt: 1_705_564_223_311,
              receivedAt: 7,
            },
          },
        ],
      },
      { kind: 'events', events: [] },
      {
        kind: 'events',
        events: [
          {
            kind: 'order',
            order: {
              account: 'okx-main',
              exchange: 'okx',
              symbol: 'BTC_USDT',
              exchangeOrderId: '452197707845865472',
              clientOrderId: null,
              side: 'SELL',
              type: 'LIMIT',
              timeInForce: 'GTC',
              price: '31527.1',
              stopPrice: null,
              quantity: '0.001',
              quoteQuantity: null,
              filledQuantity: '0.001',
              averagePrice: '31527.1',
              status: 'FILLED',
              exchangeStatus: 'filled',
              reduceOnly: false,
              createdAt: 1_654_084_334_977,
              updatedAt: 1_654_084_353_264,
              receivedAt: 7,
            },
            raw,
          },
          {
            kind: 'fill',
            fill: {
              account: 'okx-main',
              exchange: 'okx',
              symbol: 'BTC_USDT',
              tradeId: '242589207',
              exchangeOrderId: '452197707845865472',
              side: 'SELL',
              price: '31527.1',
              quantity: '0.001',
              fee: '0.02522168',
              feeAsset: 'USDT',
              liquidity: 'maker',
              realisedPnl: null,
              at: 1_654_084_353_263,
              receivedAt: 7,
            },
            raw,
          },
        ],
      },
    ])
  })

  it('never make the normalizer throw, whatever is wrong with them', () => {
    const frames = readFrames('okx/ws_private.ndjson')
    const normalize = createAccountNormalizer({ account: 'okx-main', lookup })
    fc.assert(
      fc.property(nearly(frames), (frame) => {
        expect(normalize(frame, false, 7).kind).toMatch(/^(events|control|rejected|rejectedKey)$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('okx orders', () => {
  const open = sampleOf('trade/orders-pending')
  const read = async (change: object) => {
    const result = await connector.openOrders(answering({ 'trade/orders-pending': [{ ...open, ...change }] }).ask, [])
    if (!result.ok) throw new Error(result.failure.message)
    return result.value[0]?.row
  }

  it.each<[string, object, object]>([
    [
      'a swap in contracts',
      { instId: 'BTC-USDT-SWAP', instType: 'SWAP', sz: '3', accFillSz: '0.7', avgPx: '59100', reduceOnly: 'true' },
      { symbol: 'BTC_USDT_PERP', quantity: '0.03', filledQuantity: '0.007', averagePrice: '59100', reduceOnly: true },
    ],
    [
      'a market buy in quote asset',
      { ordType: 'market', px: '', sz: '100', tgtCcy: 'quote_ccy', accFillSz: '0.0019' },
      {
        type: 'MARKET',
        timeInForce: null,
        price: null,
        quantity: null,
        quoteQuantity: '100',
        filledQuantity: '0.0019',
      },
    ],
    [
      'a market buy in base asset',
      { ordType: 'market', px: '', sz: '0.5', tgtCcy: 'base_ccy' },
      { quantity: '0.5', quoteQuantity: null },
    ],
    ['a market buy by default', { ordType: 'market', sz: '100' }, { quantity: null, quoteQuantity: '100' }],
    [
      'a market sell by default',
      { ordType: 'market', side: 'sell', sz: '2' },
      { side: 'SELL', quantity: '2', quoteQuantity: null },
    ],
    [
      'a market order of a swap',
      { instId: 'BTC-USDT-SWAP', ordType: 'market', sz: '2' },
      { quantity: '0.02', quoteQuantity: null, price: null },
    ],
    [
      'an order of a type that every object knows',
      { ordType: 'constructor' },
      { type: 'CONSTRUCTOR', timeInForce: null },
    ],
    ['a post-only order', { ordType: 'post_only' }, { type: 'LIMIT', timeInForce: 'POST_ONLY' }],
    ['an order with the best price', { ordType: 'optimal_limit_ioc' }, { type: 'MARKET', timeInForce: 'IOC' }],
    ['a type yet to come', { ordType: 'iceberg' }, { type: 'ICEBERG', timeInForce: null }],
    ['a name of the trader', { clOrdId: 'mine1' }, { clientOrderId: 'mine1' }],
    ['partly filled', { state: 'partially_filled' }, { status: 'PARTIALLY_FILLED' }],
    ['filled', { state: 'filled' }, { status: 'FILLED' }],
    ['cancelled', { state: 'canceled' }, { status: 'CANCELED', exchangeStatus: 'canceled' }],
    [
      'cancelled by the trader',
      { state: 'canceled', ordType: 'ioc', cancelSource: '1' },
      { status: 'CANCELED', exchangeStatus: 'canceled (cancelSource 1)' },
    ],
    [
      'ended by OKX',
      { state: 'canceled', cancelSource: '0' },
      { status: 'EXPIRED', exchangeStatus: 'canceled (cancelSource 0)' },
    ],
    ['never meant to rest', { state: 'canceled', ordType: 'fok', cancelSource: '' }, { status: 'EXPIRED' }],
    ['by market maker protection', { state: 'mmp_canceled' }, { status: 'CANCELED', exchangeStatus: 'mmp_canceled' }],
  ])('are read: %s', async (_name, change, expected) => {
    expect(await read(change)).toMatchObject(expected)
  })

  it.each([
    [{ state: 'resting' }, 'state: "resting": an unknown word'],
    [{ side: 'both' }, 'side: "both": an unknown word'],
    [{ sz: '' }, 'sz: "": no decimal number'],
    [{ uTime: '' }, 'uTime: "": no time in milliseconds'],
    [{ ordId: 5 }, 'ordId: 5: '],
  ])('are not guessed: %j', async (change, problem) => {
    await expect(read(change)).rejects.toThrow(problem)
  })

  it('of other products are passed over and named, and empty nothing', async () => {
    const rows = [{ ...open, instId: 'BTC-USD-260925' }, open, { ...open, sz: 'x' }]
    expect(await connector.openOrders(answering({ 'trade/orders-pending': rows }).ask, [])).toMatchObject({
      value: [{ row: { exchangeOrderId: '301835739059335168' } }],
      passedOver: {
        count: 2,
        names: ['BTC-USD-260925'],
        samples: ['BTC-USD-260925: not a listed instrument', 'sz: "x": no decimal number'],
      },
    })
    const strange = { 'trade/orders-pending': [{ ...open, instId: 'BTC-USD-260925' }] }
    expect(await connector.openOrders(answering(strange).ask, [])).toMatchObject({ ok: true, value: [] })
  })
})

describe('okx positions', () => {
  const row = {
    ...{ instId: 'BTC-USDT-SWAP', posId: '1', posSide: 'net', pos: '-10', avgPx: '59000', markPx: '59100', upl: '-10' },
    ...{ liqPx: '', lever: '5', mgnMode: 'cross', uTime: '1618235248028' },
  }
  const read = async (...rows: object[]) => {
    const result = await connector.positions(answering({ 'account/positions': rows }).ask)
    if (!result.ok) throw new Error(result.failure.message)
    return result.value
  }
  const whole = {
    ...own,
    symbol: 'BTC_USDT_PERP',
    side: 'BOTH',
    quantity: '-0.1',
    entryPrice: '59000',
    markPrice: '59100',
    unrealisedPnl: '-10',
    liquidationPrice: null,
    leverage: '5',
    marginMode: 'cross',
    settleAsset: 'USDT',
    exchangeAt: 1_618_235_248_028,
  }

  it('are counted out of contracts, signed in the net mode', async () => {
    expect(await read(row)).toEqual([whole])
  })
  it('have a side and a sign in the hedge mode', async () => {
    const rows = [
      { ...row, posSide: 'short', pos: '10' },
      { ...row, posId: '2', posSide: 'long', pos: '3' },
    ]
    expect(await read(...rows)).toEqual([
      { ...whole, side: 'SHORT' },
      { ...whole, side: 'LONG', quantity: '0.03' },
    ])
  })
  it('take the misspelled time too', async () => {
    const { uTime, ...rest } = row
    expect(await read({ ...rest, uTIme: uTime })).toEqual([whole])
  })
  it('that are closed are none', async () => {
    expect(await read({ ...row, pos: '0', avgPx: '' }, { ...row, posId: '2', pos: '' })).toEqual([])
  })
  it('of two margin modes are one, and what differs is not told', async () => {
    const isolated = { ...row, posId: '2', pos: '4', avgPx: '58000', upl: '3', mgnMode: 'isolated', liqPx: '50000' }
    const joined = {
      ...{ ...whole, quantity: '-0.06', entryPrice: null, unrealisedPnl: '-7', marginMode: null },
      receivedAt: 7,
    }
    expect(await read(row, isolated)).toEqual([{ ...joined, receivedAt: expect.any(Number) }])
    const normalize = createAccountNormalizer({ account: 'okx-main', lookup })
    const push = (...data: object[]) =>
      normalize(Buffer.from(JSON.stringify({ arg: { channel: 'positions' }, data })), false, 7)
    expect(push(row, isolated)).toMatchObject({
      events: [{ position: { quantity: '-0.1' } }, { kind: 'position', position: joined }],
    })
    expect(push({ ...isolated, pos: '0' })).toMatchObject({ events: [{ position: { ...whole, receivedAt: 7 } }] })
    expect(push({ ...row, pos: '0', avgPx: '', upl: '' })).toMatchObject({
      events: [{ position: { quantity: '0', entryPrice: null, unrealisedPnl: null } }],
    })
  })
})

describe('okx transfers and bills', () => {
  const bill = { ...sampleOf('account/bills'), type: '1', instId: '', from: '6', to: '18', subType: '11', balChg: '5' }
  it.each<[string, object, object]>([
    ['from the funding wallet', {}, { fromWallet: 'funding', toWallet: 'unified', amount: '5' }],
    [
      'to the funding wallet',
      { from: '18', to: '6', balChg: '-5.50' },
      { fromWallet: 'unified', toWallet: 'funding', amount: '5.5' },
    ],
    ['to another account', { from: '18', to: '18', balChg: '-5' }, { fromWallet: 'unified', toWallet: null }],
    ['from another account', { from: '', to: '' }, { fromWallet: null, toWallet: 'unified' }],
  ])('know a move %s', async (_name, change, expected) => {
    const empty = { 'asset/deposit-history': [], 'asset/withdrawal-history': [] }
    const { ask } = answering({ ...empty, 'account/bills': [{ ...bill, ...change }] })
    expect(await rowsOf(connector.transfers(ask, everything))).toMatchObject([
      { row: { kind: 'internal', transferId: '623950854533513219', status: 'completed', ...expected } },
    ])
  })

  it.each([
    ['20', '-2', { fromWallet: 'funding', toWallet: null }],
    ['21', '2', { fromWallet: null, toWallet: 'funding' }],
    ['22', '-2', { fromWallet: 'funding', toWallet: null }],
    ['23', '2', { fromWallet: null, toWallet: 'funding' }],
    ['361', '2', { fromWallet: null, toWallet: 'funding' }],
  ])('know a move between accounts, bill type %s of the funding wallet', async (type, balChg, expected) => {
    const sample = { billId: '12344', ccy: 'BTC', clientId: '', balChg, bal: '12', ts: '1597026383085', notes: '' }
    const others = ['1', '2', '130', '131', '75'].map((other) => ({ ...sample, type: other, billId: `9${other}` }))
    const empty = { 'asset/deposit-history': [], 'asset/withdrawal-history': [] }
    const { ask } = answering({ ...empty, 'asset/bills': [{ ...sample, type }, ...others] })
    expect(await rowsOf(connector.transfers(ask, everything))).toMatchObject([
      {
        row: {
          ...{ kind: 'internal', transferId: 'asset 12344', asset: 'BTC', amount: '2', status: 'completed' },
          ...{ exchangeStatus: `asset bill type ${type}`, createdAt: 1_597_026_383_085, ...expected },
        },
      },
    ])
  })

  it.each([
    ['0', 'pending'],
    ['1', 'completed'],
    ['2', 'completed'],
    ['8', 'pending'],
    ['11', 'failed'],
    ['17', 'pending'],
  ])('take a deposit in state %s for %s', async (state, status) => {
    const rows = { 'asset/deposit-history': [{ ...sampleOf('asset/deposit-history'), state }] }
    const [deposit] = await rowsOf(connector.transfers(answering(rows).ask, everything))
    expect(deposit?.row).toMatchObject({ status, exchangeStatus: expect.stringMatching(new RegExp(`^${state} \\(`)) })
  })

  it.each([
    ['-3', 'pending'],
    ['-2', 'cancelled'],
    ['-1', 'failed'],
    ['0', 'pending'],
    ['2', 'completed'],
    ['12', 'pending'],
    ['19', 'pending'],
  ])('take a withdrawal in state %s for %s', async (state, status) => {
    const rows = {
      'asset/deposit-history': [],
      'asset/withdrawal-history': [{ ...sampleOf('asset/withdrawal-history'), state }],
    }
    const [withdrawal] = await rowsOf(connector.transfers(answering(rows).ask, everything))
    expect(withdrawal?.row).toMatchObject({ status })
  })

  it('do not guess a state', async () => {
    const rows = { 'asset/deposit-history': [{ ...sampleOf('asset/deposit-history'), state: '99' }] }
    for await (const page of connector.transfers(answering(rows).ask, everything)) {
      expect(page).toMatchObject({ ok: false, failure: { message: 'deposits: state: "99": an unknown word' } })
      break
    }
  })

  it('read an old fee with its unit in it', async () => {
    const { feeCcy: _not, ...old } = { ...sampleOf('asset/withdrawal-history'), fee: '0.01000000eth', feeCcy: '' }
    const rows = { 'asset/deposit-history': [], 'asset/withdrawal-history': [old] }
    const [withdrawal] = await rowsOf(connector.transfers(answering(rows).ask, everything))
    expect(withdrawal?.row).toMatchObject({ fee: '0.01000000', feeAsset: 'ETH' })
  })

  it('take the funding of an isolated position from its profit', async () => {
    const rows = { 'account/bills': [{ ...sampleOf('account/bills'), balChg: '0', pnl: '-0.5' }] }
    expect(await rowsOf(connector.fundingPayments(answering(rows).ask, everything, []))).toMatchObject([
      { amount: '-0.5' },
    ])
  })

  it('page by time without losing rows of one millisecond', async () => {
    const all = Array.from({ length: 250 }, (_, n) => ({
      ...sampleOf('asset/deposit-history'),
      depId: String(1_000 - n),
      ts: String(1_674_103_661_000 - Math.floor(n / 7)),
    }))
    const { asked } = answering()
    const ask: Ask = async (call) => {
      const after = Number(call.query.find(([name]) => name === 'after')?.[1])
      asked.push(call.url)
      const rows = call.url.endsWith('deposit-history') ? all.filter(({ ts }) => Number(ts) < after).slice(0, 100) : []
      const parsed = call.parse({ code: '0', msg: '', data: rows })
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    const rows = await rowsOf(connector.transfers(ask, everything))
    expect(rows.map(({ row }) => row.transferId)).toEqual(all.map(({ depId }) => depId))
  })
})

describe('okx private sockets', () => {
  const normalize = createAccountNormalizer({ account: 'okx-main', lookup })
  const say = (frame: object | string): AccountNormalized =>
    normalize(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)), false, 7)

  it('log in with seconds of the exchange’s clock and subscribe in one request', () => {
    const [trading, transfers] = connector.streams
    const rules = trading?.rules(null, () => 1_704_876_947_500)
    expect(JSON.parse(rules?.login?.(0) ?? '')).toMatchObject({ op: 'login', args: [{ timestamp: '1704876947' }] })
    expect(rules?.url).toBe('wss://ws.okx.com:8443/ws/v5/private')
    expect(rules?.subscribe(trading?.wires ?? [], () => 3, 0)).toEqual([
      {
        id: 3,
        wires: ['account', 'orders', 'positions', 'balance_and_position'],
        text: '{"id":"3","op":"subscribe","args":[{"channel":"account","extraParams":"{\\"updateInterval\\":\\"0\\"}"},{"channel":"orders","instType":"ANY"},{"channel":"positions","instType":"SWAP","extraParams":"{\\"updateInterval\\":\\"0\\"}"},{"channel":"balance_and_position"}]}',
      },
    ])
    const business = transfers?.rules(null, () => 0)
    expect(business?.url).toBe('wss://ws.okx.com:8443/ws/v5/business')
    expect(business?.login).toBeDefined()
    expect(transfers?.wires).toEqual(['deposit-info', 'withdrawal-info'])
  })

  it.each(['60001', '60005', '60007', '60009', '60024', '60032'])('reject the key by %s', (code) => {
    const message = expect.stringMatching(new RegExp(`^key rejected \\(${code}\\): \\w`))
    expect(say({ event: 'error', code, msg: 'words' })).toEqual({
      kind: 'rejectedKey',
      code,
      message,
      control: { type: 'loginRefused', message },
    })
  })

  it.each(['60004', '60006'])('blame the clock by %s', (code) => {
    expect(say({ event: 'error', code, msg: 'Timestamp request expired' })).toEqual({
      kind: 'clock',
      control: { type: 'loginRefused', message: expect.stringMatching(new RegExp(`clock.*${code}`)) },
    })
  })

  it('refuse a subscription by its request, without repeating what OKX quotes', () => {
    expect(say({ id: '3', event: 'error', code: '60018', msg: "channel:orders doesn't exist" })).toEqual({
      kind: 'control',
      control: { type: 'refused', id: 3, wires: null, message: "60018 channel:orders doesn't exist" },
    })
    const quoted = 'Invalid request: {"op":"login","args":[{"apiKey":"canary-key","passphrase":"canary-passphrase"}]}'
    for (const frame of [
      { id: '3', event: 'error', code: '60012', msg: quoted },
      { event: 'error', code: '60012', msg: quoted },
      { event: 'error', code: '60009', msg: quoted },
      `{"event":"error","code":"60012","msg":"Invalid request: {\\"apiKey\\":\\"canary-key`,
    ])
      expect(JSON.stringify(say(frame))).not.toContain('canary')
  })

  it('take an error that answers no request for one to the login', () => {
    expect(say({ event: 'error', code: '63999', msg: 'Internal system error' })).toEqual({
      kind: 'control',
      control: { type: 'loginRefused', message: '63999 Internal system error' },
    })
  })

  it.each(['60014', '63999', '64004', '64007'])('let %s pass, the ack time-out asks again', (code) => {
    expect(say({ id: '3', event: 'error', code, msg: 'later' })).toMatchObject({ kind: 'rejected', reason: 'value' })
  })

  it('reject what they do not know', () => {
    expect([
      say('{"event'),
      say({ arg: { channel: 'orders' } }),
      say({ arg: { channel: 'liquidation-warning' }, data: [] }),
      say({ event: 'party' }),
      say({ arg: { channel: 'orders' }, data: [{ instId: 'BTC-USD-260925' }] }),
    ]).toMatchObject(
      ['json', 'schema', 'unknownChannel', 'unknownChannel', 'unknownInstrument'].map((reason) => ({
        kind: 'rejected',
        reason,
      })),
    )
  })

  it('keep what can be read of a push, and ask REST for the rest', () => {
    const row = { instId: 'BTC-USDT-SWAP', posId: '1', posSide: 'net', pos: '1', avgPx: '1' }
    const kindsOf = (...data: object[]) => {
      const result = say({ arg: { channel: 'positions' }, data })
      return result.kind === 'events' ? result.events.map((event) => ('poll' in event ? event.poll : event.kind)) : []
    }
    expect(kindsOf(row, { ...row, pos: 'x' })).toEqual(['position', 'positions'])
    expect(kindsOf({ ...row, pos: 'x' })).toEqual(['positions'])
    expect(say({ arg: { channel: 'orders' }, data: [{ instId: 'BTC-USDT', ordId: '1' }] })).toMatchObject({
      events: [{ kind: 'hint', poll: 'orders' }],
      rejected: { reason: 'value', detail: expect.stringContaining('orders') },
    })
    // Of what is not listed REST knows no more: a coin-margined swap comes every 5 s.
    expect(kindsOf(row, { ...row, instId: 'X-USD-SWAP' })).toEqual(['position'])
  })

  it('give hints where only REST tells more', () => {
    const occasion = (eventType: string) => say({ arg: { channel: 'balance_and_position' }, data: [{ eventType }] })
    expect([occasion('transferred'), occasion('funding_fee'), occasion('filled')]).toEqual([
      {
        kind: 'events',
        events: [
          { kind: 'hint', poll: 'transfers' },
          { kind: 'hint', poll: 'balances' },
        ],
      },
      { kind: 'events', events: [{ kind: 'hint', poll: 'funding' }] },
      { kind: 'events', events: [] },
    ])
    const data = [sampleOf('asset/deposit-history')]
    expect(say({ arg: { channel: 'deposit-info' }, data })).toMatchObject({
      events: [
        { kind: 'transfer', transfer: { transferId: '88165462' } },
        { kind: 'hint', poll: 'balances' },
      ],
    })
    const ofSubAccount = [{ ...sampleOf('asset/deposit-history'), subAcct: 'test' }]
    expect(say({ arg: { channel: 'deposit-info' }, data: ofSubAccount })).toEqual({
      kind: 'events',
      events: [
        { kind: 'hint', poll: 'transfers' },
        { kind: 'hint', poll: 'balances' },
      ],
    })
  })

  it('take an available balance from availEq where availBal is empty', () => {
    const details = [{ ccy: 'USDT', cashBal: '10', availBal: '', availEq: '4', frozenBal: '6', uTime: '1705564223311' }]
    expect(say({ arg: { channel: 'account' }, eventType: 'event_update', data: [{ details }] })).toMatchObject({
      events: [{ balance: { free: '4', locked: '6', total: '10' } }],
    })
  })
})
