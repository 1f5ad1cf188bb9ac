import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Ask, Page } from '../../../../src/main/exchanges/account-contract.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/kucoin/account-stream.ts'
import { kucoin } from '../../../../src/main/exchanges/kucoin/index.ts'
import { parseExactJson } from '../../../../src/main/net/exact-json.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const spot = instrument('kucoin', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const perpetual = instrument('kucoin', 'perpetual', 'BTC', 'USDT', 'XBTUSDTM', { contractSize: 0.001 })
const people = instrument('kucoin', 'perpetual', 'PEOPLE', 'USDT', 'PEOPLEUSDTM', { contractSize: 10 })
const lookup = lookupOf([spot, perpetual, people])
const receivedAt = expect.any(Number)
const common = { account: 'kucoin-main', exchange: 'kucoin', receivedAt }

const text = readFileSync(join(import.meta.dirname, '../../../fixtures/kucoin/rest_private.json'), 'utf8')
const samples: ReadonlyMap<string, unknown> = new Map(Object.entries(JSON.parse(text)))
/** As the client reads the reply: from the fixture's own text, so that long integers keep their digits. */
const sampleOf = (path: string): unknown => {
  const line = text.split('\n').find((one) => one.trim().startsWith(`"${path}": `))
  return line === undefined
    ? undefined
    : parseExactJson(
        line
          .trim()
          .replace(/^"[^"]*": /, '')
          .replace(/,$/, ''),
      )
}

/** Answers each path with its documented sample, and lists of which none is told as empty. */
function answering(more: Readonly<Record<string, unknown>> = {}): { readonly ask: Ask; readonly asked: string[] } {
  const asked: string[] = []
  const seen = new Set<string>()
  const ask: Ask = async (call) => {
    const { pathname } = new URL(call.url)
    const path = pathname.replace('/api/v1/', '')
    asked.push(`${call.method ?? 'GET'} ${path}${call.query.map(([name, value]) => ` ${name}=${value}`).join('')}`)
    const empty = { code: '200000', data: { items: [], dataList: [], totalPage: 0, hasMore: false, lastId: null } }
    const body = path === 'timestamp' ? { code: '200000', data: 1_731_470_500_000 } : (more[path] ?? sampleOf(path))
    // A list is told once: windows after the first have nothing.
    const isAgain = seen.has(path) && path !== 'timestamp'
    seen.add(path)
    const failure = kucoin.dialect.failure({ status: 200, headers: {} }, body, 0)
    if (failure !== null) return { ok: false, failure }
    const list = path.endsWith('hf/accounts/ledgers') ? { code: '200000', data: [] } : empty
    const parsed = call.parse(isAgain ? list : (body ?? list))
    return parsed.ok
      ? parsed
      : { ok: false, failure: { kind: 'unreadable', code: null, message: parsed.problem, retryAfterMs: null } }
  }
  return { ask, asked }
}
const account = kucoin.account.create({
  account: 'kucoin-main',
  credentials: { key: 'k', secret: 's', passphrase: 'p' },
  lookup,
})
async function rowsOf<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) {
    if (!page.ok) throw new Error(page.failure.message)
    rows.push(...page.value)
  }
  return rows
}
const hourMs = 3_600_000

describe('documented replies about a kucoin account', () => {
  it('are permissions', async () => {
    expect(await account.permissions(answering().ask)).toEqual({
      ok: true,
      value: {
        ...{ canRead: true, canTrade: true, canWithdraw: true, ipRestricted: true, ipAddresses: ['203.**.154'] },
        ...{ expiresAt: null, notes: expect.arrayContaining([expect.stringContaining('own accounts')]) },
      },
    })
    const key = { code: '200000', data: { permission: 'General,InnerTransfer', ipWhitelist: '' } }
    expect(await account.permissions(answering({ 'user/api-key': key }).ask)).toMatchObject({
      value: { canRead: true, canTrade: false, canWithdraw: false, ipRestricted: false },
    })
  })

  it('are balances of all accounts', async () => {
    const balance = { ...common, asset: 'USDT', exchangeAt: null }
    expect(await account.balances(answering().ask)).toEqual({
      ok: true,
      value: [
        { ...balance, wallet: 'spot', free: '25.66759503', locked: '1', total: '26.66759503' },
        { ...balance, wallet: 'futures', free: '290.326799096', locked: '81.06749972', total: '371.394298816' },
      ],
    })
  })

  it('are open orders, of the symbols that have some', async () => {
    const symbols = { code: '200000', data: { symbols: ['BTC-USDT', 'GONE-USDT'] } }
    const { ask, asked } = answering({ 'hf/orders/active/symbols': symbols })
    const order = { ...common, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', stopPrice: null, quoteQuantity: null }
    expect(await account.openOrders(ask, [])).toEqual({
      ok: true,
      value: [
        {
          raw: expect.stringContaining('"id":"67120bbef094e200070976f6"'),
          row: {
            ...{ ...order, symbol: 'BTC_USDT', exchangeOrderId: '67120bbef094e200070976f6' },
            ...{ clientOrderId: '5c52e11203aa677f33e493fb', price: '50000', quantity: '0.00001', filledQuantity: '0' },
            ...{ averagePrice: null, status: 'NEW', exchangeStatus: 'open', reduceOnly: null },
            ...{ createdAt: 1_729_235_902_748, updatedAt: 1_729_235_909_862 },
          },
        },
        {
          raw: expect.stringContaining('"id":"230181737576050688"'),
          row: {
            ...{ ...order, symbol: 'PEOPLE_USDT_PERP', exchangeOrderId: '230181737576050688', price: '0.05' },
            ...{ clientOrderId: '5a80bd847f1811ef8a7faa665a37b3d7', quantity: '100', filledQuantity: '0' },
            ...{ averagePrice: null, status: 'NEW', exchangeStatus: 'open', reduceOnly: false },
            ...{ createdAt: 1_727_692_804_813, updatedAt: 1_727_692_804_813 },
          },
        },
      ],
      passedOver: { count: 1, names: ['GONE-USDT'], samples: ['GONE-USDT: not a listed instrument'] },
    })
    expect(asked).toEqual([
      'GET hf/orders/active/symbols',
      'GET hf/orders/active symbol=BTC-USDT',
      'GET orders status=active currentPage=1 pageSize=1000',
    ])
  })

  it('are fills, ids beyond 2^53 with all their digits', async () => {
    const { ask } = answering()
    const fills = await rowsOf(account.fills(ask, 1_729_000_000_000, [], [spot]))
    expect(fills.map(({ row }) => row)).toEqual([
      {
        ...{ ...common, symbol: 'BTC_USDT', tradeId: '11029373945659392', exchangeOrderId: '6717422bd51c29000775ea03' },
        ...{ side: 'BUY', price: '67717.6', quantity: '0.00001', fee: '0.000677176', feeAsset: 'USDT' },
        ...{ liquidity: 'taker', realisedPnl: null, at: 1_729_577_515_473 },
      },
      {
        ...{ ...common, symbol: 'BTC_USDT_PERP', tradeId: '1784277132002', exchangeOrderId: '236317094436728832' },
        ...{ side: 'BUY', price: '67445', quantity: '0.001', fee: '0.040467', feeAsset: 'USDT' },
        ...{ liquidity: 'taker', realisedPnl: null, at: 1_729_155_587_944 },
      },
    ])
  })

  it('are asked for in windows of a week, from the cursor on and a minute past its clock', async () => {
    const { ask, asked } = answering({ 'hf/fills': { code: '200000', data: { items: [], lastId: null } } })
    const at = 1_731_470_500_000 - 8 * 24 * hourMs
    await rowsOf(account.fills(ask, at - hourMs, [{ instrument: spot, tradeId: null, at }], [spot]))
    expect(asked.filter((line) => line.includes('hf/fills'))).toEqual([
      `GET hf/fills symbol=BTC-USDT startAt=${at} endAt=${at + 168 * hourMs} limit=100`,
      `GET hf/fills symbol=BTC-USDT startAt=${at + 168 * hourMs} endAt=1731470560000 limit=100`,
    ])
  })

  it('are transfers; each account tells its own side of a move', async () => {
    const at = 1_728_640_000_000
    const transfers = await rowsOf(account.transfers(answering().ask, { from: at, to: at + 6 * hourMs }))
    const told = transfers.map(({ row }) => [row.kind, row.transferId, row.fromWallet, row.toWallet, row.amount])
    expect(told).toEqual([
      ['deposit', expect.stringMatching(/^1721730920000 USDT 6\.00000000 TSv3L1fS7/), null, null, '6.00000000'],
      ['withdrawal', '670891f7e0f4410007c4f9b5', null, null, '6.00000000'],
      ['internal', 'TRADE 265329987780896', 'spot', null, '0.01'],
      ['internal', 'CONTRACT 51360793', null, 'futures', '0.01'],
    ])
    expect(transfers[0]?.row).toMatchObject({
      status: 'completed',
      exchangeStatus: 'SUCCESS',
      network: 'trx',
      fee: '0.00000000',
    })
  })

  it('know a deposit again when the chain has given it an id', async () => {
    const at = 1_728_640_000_000
    const deposit = { currency: 'USDT', chain: 'trx', address: 'TSv3L1fS7', amount: '6', fee: '0', createdAt: at }
    const page = (status: string, walletTxId: string | null) => ({
      code: '200000',
      data: { totalPage: 1, items: [{ ...deposit, status, walletTxId }] },
    })
    const read = async (status: string, walletTxId: string | null) => {
      const { ask } = answering({ deposits: page(status, walletTxId) })
      const [first] = await rowsOf(account.transfers(ask, { from: at, to: at + 3_600_000 }))
      return first?.row
    }
    const [early, late] = [await read('PROCESSING', null), await read('SUCCESS', 'd2f5')]
    expect([early, late]).toMatchObject([
      { kind: 'deposit', status: 'pending', transactionId: null },
      { kind: 'deposit', status: 'completed', transactionId: 'd2f5' },
    ])
    expect(late?.transferId).toBe(early?.transferId)
  })

  it('are positions, funding and fees', async () => {
    expect(await account.positions(answering().ask)).toEqual({
      ok: true,
      value: [
        {
          ...{ ...common, symbol: 'BTC_USDT_PERP', side: 'BOTH', quantity: '0.001', entryPrice: '67430.9' },
          ...{ markPrice: '68323.06', unrealisedPnl: '0.89216', liquidationPrice: '45704.44', leverage: '2.97' },
          ...{ marginMode: 'isolated', settleAsset: 'USDT', exchangeAt: 1_730_636_040_926 },
        },
      ],
    })
    const range = { from: 1_731_470_000_000, to: 1_731_470_500_000 }
    expect(await rowsOf(account.fundingPayments(answering().ask, range, [spot, perpetual]))).toEqual([
      {
        ...{ ...common, symbol: 'BTC_USDT_PERP', paymentId: '1472387374042586', asset: 'USDT' },
        ...{ amount: '-0.05585669', at: 1_731_470_400_000 },
      },
    ])
    expect(await account.fees?.(answering().ask, [spot])).toEqual({
      ok: true,
      value: [{ ...common, kind: 'spot', symbol: 'BTC_USDT', maker: '0.001', taker: '0.001' }],
    })
  })

  it('say that there is no such order', async () => {
    const unknown = { 'hf/orders/1': { code: '400100', msg: 'order does not exist' } }
    expect(await account.order(answering(unknown).ask, spot, '1')).toEqual({ ok: true, value: null })
    const none = { 'hf/orders/1': { code: '200000', data: null } }
    expect(await account.order(answering(none).ask, spot, '1')).toEqual({ ok: true, value: null })
    const wrong = { 'hf/orders/1': { code: '400100', msg: 'Parameter error: symbol' } }
    expect(await account.order(answering(wrong).ask, spot, '1')).toMatchObject({ ok: false })
  })

  it.each([
    ['an unknown side', { side: 'both' }, 'side: "both": an unknown word'],
    ['a size that is none', { dealSize: 'x' }, 'dealSize: "x": no decimal number'],
    ['no time', { createdAt: 0 }, 'createdAt: 0: no time in milliseconds'],
  ])('with %s name the field', async (_what, odd, problem) => {
    const sample = samples.get('hf/orders/active')
    const [row] =
      typeof sample === 'object' && sample !== null && 'data' in sample && Array.isArray(sample.data) ? sample.data : []
    const { ask } = answering({
      'hf/orders/active/symbols': { code: '200000', data: { symbols: ['BTC-USDT'] } },
      'hf/orders/active': { code: '200000', data: [{ ...row, ...odd }] },
    })
    expect(await account.openOrders(ask, [])).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining(problem) },
    })
  })

  it('tell how a closed order ended', async () => {
    const row = {
      ...{ id: '1', symbol: 'BTC-USDT', type: 'market', side: 'sell', price: '0', size: '0', funds: '10' },
      ...{ dealSize: '0.5', dealFunds: '30000.5', cancelExist: false, active: false, createdAt: 1_731_470_400_000 },
    }
    const items = [row, { ...row, id: '2', dealSize: '0', dealFunds: '0', cancelExist: true }]
    const { ask } = answering({ 'hf/orders/done': { code: '200000', data: { items, lastId: 5 } } })
    const range = { from: 1_731_470_000_000, to: 1_731_470_500_000 }
    const orders = await rowsOf(account.orderHistory(ask, range, [spot]))
    expect(
      orders.map(({ row: { status, exchangeStatus, price, quantity, quoteQuantity, averagePrice } }) => [
        status,
        exchangeStatus,
        price,
        quantity,
        quoteQuantity,
        averagePrice,
      ]),
    ).toEqual([
      ['CANCELED', 'canceled', null, null, '10', null],
      ['FILLED', 'filled', null, null, '10', '60001'],
    ])
  })
})

describe('documented frames of private kucoin sockets', () => {
  const normalize = createAccountNormalizer({ account: 'kucoin-main', lookup })
  const results = readFrames('kucoin/account_ws.ndjson').map((frame) => normalize(frame, false, 1))
  const at1 = { account: 'kucoin-main', exchange: 'kucoin', receivedAt: 1 }
  const order = {
    ...{ ...at1, side: 'BUY', timeInForce: null, stopPrice: null, quoteQuantity: null, averagePrice: null },
    reduceOnly: null,
  }
  const raw = expect.any(String)

  it('are orders of spot as they open, match and end', () => {
    const common = { ...order, symbol: 'BTC_USDT' }
    expect(results.slice(0, 3)).toEqual([
      {
        kind: 'events',
        events: [
          {
            ...{ kind: 'order', raw },
            order: {
              ...{ ...common, exchangeOrderId: '6720ecd9ec71f4000747731a', clientOrderId: '5c52e11203aa677f33e493fb' },
              ...{ type: 'LIMIT', price: '50000', quantity: '0.00001', filledQuantity: '0', status: 'NEW' },
              ...{ exchangeStatus: 'open', createdAt: 1_730_211_033_305, updatedAt: 1_730_211_033_335 },
            },
          },
        ],
      },
      {
        kind: 'events',
        events: [
          {
            ...{ kind: 'order', raw },
            order: {
              ...{ ...common, exchangeOrderId: '6720da3fa30a360007f5f832', clientOrderId: '5c52e11203aa677f33e493fc' },
              ...{ type: 'MARKET', price: null, quantity: '0.00001', filledQuantity: '0.00001', status: 'FILLED' },
              ...{ exchangeStatus: 'filled', createdAt: 1_730_206_271_588, updatedAt: 1_730_206_271_616 },
            },
          },
          {
            ...{ kind: 'fill', raw },
            fill: {
              ...{ ...at1, symbol: 'BTC_USDT', tradeId: '11116472408358913', side: 'BUY', price: '71171.9' },
              ...{ exchangeOrderId: '6720da3fa30a360007f5f832', quantity: '0.00001', fee: null, feeAsset: null },
              ...{ liquidity: 'taker', realisedPnl: null, at: 1_730_206_271_616 },
            },
          },
        ],
      },
      {
        kind: 'events',
        events: [
          {
            ...{ kind: 'order', raw },
            order: {
              ...{ ...common, exchangeOrderId: '6720df7640e6fe0007b57696', clientOrderId: '5c52e11203aa677f33e493fb' },
              ...{ type: 'LIMIT', price: '50000', quantity: '0.00002', filledQuantity: '0', status: 'CANCELED' },
              ...{ exchangeStatus: 'canceled', createdAt: 1_730_207_606_848, updatedAt: 1_730_207_624_559 },
            },
          },
        ],
      },
    ])
  })

  it('are orders of which nothing is told but that they were received', () => {
    expect(results[6]).toMatchObject({
      kind: 'events',
      events: [
        {
          kind: 'order',
          order: {
            ...{ exchangeOrderId: '6720da3fa30a360007f5f832', type: 'MARKET', price: null, quantity: '0.00001' },
            ...{ filledQuantity: '0', status: 'NEW', exchangeStatus: 'open', updatedAt: 1_730_206_271_616 },
          },
        },
      ],
    })
    const matched = { symbol: 'BTC-USDT', orderId: '1', orderType: 'limit', side: 'buy', type: 'match', ts: 1e18 }
    expect(read('/spotMarket/tradeOrdersV2', { ...matched, originSize: '1' })).toMatchObject({
      ...{ events: [{ kind: 'hint', poll: 'orders' }], rejected: { reason: 'value' } },
    })
  })

  it('are positions, whichever of both topics names them', () => {
    expect([results[7], results[8]]).toMatchObject([
      {
        kind: 'events',
        events: [
          {
            kind: 'position',
            position: {
              ...{ symbol: 'BTC_USDT_PERP', side: 'BOTH', quantity: '0.001', entryPrice: '91694.5' },
              ...{ liquidationPrice: '73853.0426625', marginMode: 'isolated', exchangeAt: 1_731_924_561_514 },
            },
          },
        ],
      },
      {
        kind: 'events',
        events: [{ kind: 'position', position: { quantity: '0', marginMode: 'cross', exchangeAt: 1_758_424_326_819 } }],
      },
    ])
  })

  it('are balances of both', () => {
    const balance = { ...at1, asset: 'USDT' }
    expect([results[3], results[5]]).toEqual([
      {
        kind: 'events',
        events: [
          {
            kind: 'balance',
            balance: {
              ...{ ...balance, wallet: 'spot', free: '20.132773386762', locked: '1.001', total: '21.133773386762' },
              exchangeAt: 1_730_269_283_892,
            },
          },
        ],
      },
      {
        kind: 'events',
        events: [
          {
            kind: 'balance',
            balance: {
              ...{
                ...balance,
                wallet: 'futures',
                free: '285.652001096',
                locked: '85.74229772',
                total: '371.394298816',
              },
              exchangeAt: 1_741_164_936_624,
            },
          },
        ],
      },
    ])
  })

  it('are orders of futures, in base asset', () => {
    expect(results[4]).toMatchObject({
      events: [
        {
          kind: 'order',
          order: {
            ...{ symbol: 'BTC_USDT_PERP', quantity: '0.001', filledQuantity: '0.001', status: 'FILLED', type: 'LIMIT' },
            ...{ createdAt: 1_731_916_985_768, updatedAt: 1_731_916_996_762 },
          },
        },
        { kind: 'fill', fill: { tradeId: '1794175373644', price: '91670', quantity: '0.001', liquidity: 'maker' } },
      ],
    })
  })

  const read = (topic: string, data: object, more: object = {}) =>
    normalize(Buffer.from(JSON.stringify({ topic, type: 'message', subject: 's', data, ...more })), false, 1)

  it('send for transfers, for funding and for what could not be read', () => {
    const balance = { currency: 'USDT', total: '1', available: '1', hold: '0', time: '1730269283892' }
    expect(read('/account/balance', { ...balance, relationEvent: 'main.deposit' })).toMatchObject({
      events: [
        { kind: 'balance', balance: { wallet: 'funding' } },
        { kind: 'hint', poll: 'transfers' },
      ],
    })
    expect(read('/account/balance', { ...balance, relationEvent: 'margin.hold' })).toEqual({
      kind: 'control',
      control: { type: 'ignored' },
    })
    expect(read('/contract/position:XBTUSDTM', {}, { subject: 'position.settlement' })).toEqual({
      kind: 'events',
      events: [
        { kind: 'hint', poll: 'funding' },
        { kind: 'hint', poll: 'positions' },
      ],
    })
    expect(read('/account/balance', { ...balance, total: 'x', relationEvent: 'trade.hold' })).toEqual({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'balances' }],
      rejected: { reason: 'value', detail: '/account/balance total: "x": no decimal number' },
    })
  })

  it('tell of positions, and pass over a mark price alone', () => {
    const position = { symbol: 'XBTUSDTM', currentQty: -3, avgEntryPrice: 91_694.5, marginMode: 'CROSS', leverage: 5 }
    expect(read('/contract/position:XBTUSDTM', position)).toMatchObject({
      events: [{ kind: 'position', position: { quantity: '-0.003', marginMode: 'cross', leverage: '5' } }],
    })
    expect(read('/contract/position:XBTUSDTM', { symbol: 'XBTUSDTM', markPrice: 1 })).toMatchObject({ kind: 'control' })
    const marked = { markPrice: 7947.83, unrealisedPnl: -0.00014735, currentTimestamp: 1_558_087_175_068 }
    expect(read('/contract/position:XBTUSDTM', { ...marked, settleCurrency: 'USDT' })).toMatchObject({
      kind: 'control',
    })
  })

  it('say when a token is no longer good, and name what is strange', () => {
    const expired = '{"type":"error","code":401,"data":"token is expired"}'
    expect(normalize(Buffer.from(expired), false, 1)).toMatchObject({ kind: 'expired' })
    expect(read('/spotMarket/tradeOrdersV2', { symbol: 'XYZ-USDT' })).toMatchObject({
      ...{ kind: 'rejected', reason: 'unknownInstrument', detail: 'XYZ-USDT' },
    })
    expect(read('/margin/debt', {})).toMatchObject({ kind: 'rejected', reason: 'unknownChannel' })
  })
})
