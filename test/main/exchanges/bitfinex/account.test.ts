import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Ask } from '../../../../src/main/exchanges/account-contract.ts'
import {
  contextOf,
  joinWallets,
  readOrder,
  readPosition,
} from '../../../../src/main/exchanges/bitfinex/account-normalize.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/bitfinex/account-stream.ts'
import { bitfinex } from '../../../../src/main/exchanges/bitfinex/index.ts'
import { readingPaths } from '../../../../src/main/exchanges/bitfinex/signing.ts'
import type { RestCall } from '../../../../src/main/net/rest.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const lookup = lookupOf([
  instrument('bitfinex', 'spot', 'ETH', 'USD', 'tETHUSD'),
  instrument('bitfinex', 'spot', 'LTC', 'USDT', 'tLTCUST'),
  instrument('bitfinex', 'spot', 'BTC', 'USD', 'tBTCUSD'),
  instrument('bitfinex', 'perpetual', 'BTC', 'USDT', 'tBTCF0:USTF0'),
])
const fixture: Readonly<Record<string, readonly unknown[]>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/bitfinex/rest_private.json'), 'utf8'),
)
const at = expect.any(Number)
const account = 'bitfinex-main'
const common = { account, exchange: 'bitfinex', receivedAt: at }

/** A connector whose calls are answered by these, path by path, and what it asked. */
function connectorWith(answers: (path: string, body: Readonly<Record<string, unknown>>) => unknown) {
  const asked: [string, unknown][] = []
  const ask: Ask = async <T>(call: RestCall<T>) => {
    const path = new URL(call.url).pathname
    const signed = call.sign?.({ method: call.method ?? 'GET', path, query: [], queryString: '', now: 1 })
    const body = JSON.parse(signed?.body ?? '')
    asked.push([path, body])
    const parsed = call.parse(answers(path.replace('/v2/auth/r/', ''), body))
    return parsed.ok
      ? parsed
      : { ok: false, failure: { kind: 'unreadable', code: null, message: parsed.problem, retryAfterMs: null } }
  }
  const credentials = { key: 'key', secret: 'secret', passphrase: null }
  return { connector: bitfinex.account.create({ account, credentials, lookup }), ask, asked }
}
const all = async <T>(pages: AsyncIterable<{ ok: boolean; value?: readonly T[] }>) => {
  const rows: T[] = []
  for await (const page of pages) {
    if (!page.ok) throw new Error('a page failed')
    rows.push(...(page.value ?? []))
  }
  return rows
}

describe('a bitfinex account', () => {
  const answered = connectorWith((path, { category }) => {
    if (path === 'ledgers/hist') return category === 29 ? fixture.fundingEvents : fixture.moves
    return fixture[path.replace('/hist', '')]
  })
  const { connector, ask } = answered

  it('has its balances, codes read and one asset of one wallet summed', async () => {
    expect(await connector.balances(ask)).toEqual({
      ok: true,
      value: [
        {
          ...common,
          wallet: 'spot',
          asset: 'BTC',
          free: '0.05479727',
          locked: '0',
          total: '0.05479727',
          exchangeAt: null,
        },
        { ...common, wallet: 'spot', asset: 'USDT', free: '1000.5', locked: '250', total: '1250.5', exchangeAt: null },
        {
          ...common,
          wallet: 'futures',
          asset: 'USDT',
          free: '8.27625',
          locked: '5.68435',
          total: '13.9606',
          exchangeAt: null,
        },
      ],
    })
  })

  it('has its open orders', async () => {
    expect(await connector.openOrders(ask, [])).toEqual({
      ok: true,
      value: [
        {
          raw: JSON.stringify(fixture.orders?.[0]),
          row: {
            ...common,
            ...{ symbol: 'ETH_USD', exchangeOrderId: '34930659963', clientOrderId: '1574955083558', side: 'BUY' },
            ...{ type: 'LIMIT', timeInForce: 'GTC', price: '120', stopPrice: null, quantity: '0.201104' },
            ...{
              quoteQuantity: null,
              filledQuantity: '0',
              averagePrice: null,
              status: 'NEW',
              exchangeStatus: 'ACTIVE',
            },
            ...{ reduceOnly: false, createdAt: 1_574_955_083_558, updatedAt: 1_574_955_083_573 },
          },
        },
      ],
    })
  })

  it('has its fills', async () => {
    const [fill] = await all(connector.fills(ask, 1, [], []))
    expect(fill?.row).toEqual({
      ...common,
      ...{ symbol: 'LTC_USDT', tradeId: '1133411090', exchangeOrderId: '97084883506', side: 'BUY', price: '42.821' },
      ...{ quantity: '0.1', fee: '0.0002', feeAsset: 'LTC', liquidity: 'taker', realisedPnl: null },
      at: 1_655_110_144_598,
    })
  })

  it('has its transfers, those between its wallets once', async () => {
    const rows = await all(connector.transfers(ask, { from: 1, to: 2_000_000_000_000 }))
    expect(rows.map(({ row }) => row)).toEqual([
      {
        ...common,
        ...{
          transferId: '13293039',
          kind: 'withdrawal',
          asset: 'ETH',
          amount: '0.24',
          fee: '0.00135',
          feeAsset: 'ETH',
        },
        ...{ network: 'ETHEREUM', address: '0x38110e0Fc932CB2BE', transactionId: '0x523ec8945500' },
        ...{ fromWallet: null, toWallet: null, status: 'cancelled', exchangeStatus: 'CANCELED' },
        ...{ createdAt: 1_574_175_052_000, updatedAt: 1_574_181_326_000 },
      },
      {
        ...common,
        ...{ transferId: '15400002', kind: 'internal', asset: 'USDT', amount: '50', fee: null, feeAsset: null },
        ...{ network: null, address: null, transactionId: null, fromWallet: 'spot', toWallet: 'futures' },
        ...{
          status: 'completed',
          exchangeStatus: 'ledger',
          createdAt: 1_574_175_052_000,
          updatedAt: 1_574_175_052_000,
        },
      },
    ])
  })

  it('tells what came from and went to other accounts of the same user as such, by the words of entries alone', async () => {
    const to = 'from wallet Exchange to Exchange SA(me->other) on wallet exchange'
    const entries = [
      [1, 'UST', null, 1_574_175_052_000, null, -1_020, 0, null, `Transfer of 1020.0 UST ${to}`],
      [2, 'UST', null, 1_574_175_052_000, null, 5, 5, null, `Transfer of 5.0 UST ${to}`],
      [
        3,
        'IOT',
        null,
        1_574_175_052_000,
        null,
        40,
        45,
        null,
        'Transfer of 40.0 IOT from wallet Exchange to Trading on wallet margin',
      ],
    ]
    const { connector: of, ask: asking } = connectorWith((path) => (path === 'ledgers/hist' ? entries : []))
    const rows = await all(of.transfers(asking, { from: 1, to: 2_000_000_000_000 }))
    expect(rows.map(({ row }) => [row.transferId, row.kind, row.amount, row.fromWallet, row.toWallet])).toEqual([
      ['1', 'withdrawal', '1020', null, null],
      ['2', 'deposit', '5', null, null],
      ['3', 'internal', '40', 'spot', 'futures'],
    ])
  })

  it('knows of no liquidation where its price is told as 0', () => {
    const row = ['tBTCF0:USTF0', 'ACTIVE', 0.5, 86_000, 0, 0, null, null, 0, 1, null, 7]
    const reading = readPosition(contextOf(account, lookup), row, 1)
    expect(reading).toMatchObject({ value: { quantity: '0.5', liquidationPrice: null, unrealisedPnl: null } })
  })

  it('has its positions, funding payments, permissions and fees', async () => {
    expect(await connector.positions(ask)).toEqual({
      ok: true,
      value: [
        {
          ...common,
          ...{ symbol: 'BTC_USDT_PERP', side: 'BOTH', quantity: '-0.02', entryPrice: '86710.5', markPrice: null },
          ...{ unrealisedPnl: '1.25', liquidationPrice: '91000', leverage: '10', marginMode: 'isolated' },
          ...{ settleAsset: 'USDT', exchangeAt: null },
        },
      ],
    })
    const range = { from: 1, to: 2_000_000_000_000 }
    expect(await all(connector.fundingPayments(ask, range, []))).toEqual([
      {
        ...common,
        ...{ symbol: 'BTC_USDT_PERP', paymentId: '16500001', asset: 'USDT', amount: '-0.0123', at: 1_574_175_052_000 },
      },
    ])
    expect(await connector.permissions(ask)).toEqual({
      ok: true,
      value: {
        ...{ canRead: true, canTrade: false, canWithdraw: false, ipRestricted: null, ipAddresses: [], expiresAt: null },
        notes: [],
      },
    })
    const rates = { ...common, maker: '0.001' }
    expect(await connector.fees?.(ask, [...lookup.spot.values()])).toEqual({
      ok: true,
      value: [
        // pairs in dollars are the dearest: every one that differs has its own
        { ...rates, kind: 'spot', symbol: null, taker: '0.0025' },
        { ...rates, kind: 'spot', symbol: 'LTC_USDT', taker: '0.002' },
        { ...common, kind: 'perpetual', symbol: null, maker: '0.0002', taker: '0.00075' },
      ],
    })
  })

  it('asks by POST for what is on the list', () => {
    const allowed = new Set(readingPaths.map((path) => `/v2/auth/r/${path}`))
    expect(answered.asked.filter(([path]) => !allowed.has(path))).toEqual([])
    expect(new Set(answered.asked.map(([path]) => path)).size).toBeGreaterThan(6)
  })

  it('asks one thing at a time', async () => {
    let running = 0
    let most = 0
    const { connector: of } = connectorWith(() => [])
    const slow: Ask = async (call) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      const parsed = call.parse([])
      return parsed.ok
        ? parsed
        : { ok: false, failure: { kind: 'invalid', code: null, message: '', retryAfterMs: null } }
    }
    await Promise.all([of.balances(slow), of.openOrders(slow, []), of.positions(slow)])
    expect(most).toBe(1)
  })

  it('goes on behind a full page of fills, and takes none twice', async () => {
    const fill = (id: number, mts: number) => [id, 'tLTCUST', mts, 1, 1, 1, 'EXCHANGE LIMIT', 1, 1, 0, 'LTC', 1]
    const rows = Array.from({ length: 2_600 }, (_, n) => fill(n + 1, 1_655_110_000_000 + Math.floor(n / 2)))
    const {
      connector: of,
      ask: paged,
      asked,
    } = connectorWith((_path, { start, limit }) =>
      rows.filter((row) => Number(row[2]) >= Number(start)).slice(0, Number(limit)),
    )
    const ids = (await all(of.fills(paged, 1, [], []))).map(({ row }) => row.tradeId)
    expect(ids).toEqual(rows.map(([id]) => String(id)))
    expect(asked.length).toBe(2)
  })

  it('turns pages of movements by when they changed, and loses none that took long', async () => {
    const movement = (id: number, started: number, updated: number) => {
      const row = Array.from({ length: 22 }, (): unknown => null)
      Object.assign(row, { 0: id, 1: 'LTC', 2: 'LITECOIN', 5: started, 6: updated, 9: 'COMPLETED', 12: 1, 13: 0 })
      return row
    }
    const last = 1_655_110_000_000
    // The newest of the first page began before all others.
    const rows = Array.from({ length: 1_300 }, (_, n) => movement(n + 1, last - (n === 0 ? 9_999 : n), last - n))
    const { connector: of, ask: paged } = connectorWith((path, { start, end, limit }) =>
      path === 'movements/hist'
        ? rows.filter((row) => Number(row[6]) >= Number(start) && Number(row[6]) <= Number(end)).slice(0, Number(limit))
        : [],
    )
    const ids = (await all(of.transfers(paged, { from: 1, to: last }))).map(({ row }) => row.transferId)
    expect(ids).toEqual(rows.map(([id]) => String(id)))
  })

  it('takes margin trading in spot pairs for none of its own', async () => {
    const [order] = fixture.orders ?? []
    const [trade] = fixture.trades ?? []
    const typed = (row: unknown, column: number, type: string | null) =>
      Array.isArray(row) ? row.with(column, type) : row
    const { connector: of, ask: asking } = connectorWith((path) =>
      path === 'orders'
        ? [typed(order, 8, 'LIMIT')]
        : [
            typed(trade, 6, 'MARKET'),
            typed(trade, 6, null),
            [2, 'tBTCF0:USTF0', 3, 4, 1, 5, 'LIMIT', 5, 1, 0, 'USTF0', 6],
          ],
    )
    expect(await of.openOrders(asking, [])).toEqual({ ok: true, value: [] })
    const fills = await all(of.fills(asking, 1, [], []))
    expect(fills.map(({ row }) => [row.symbol, row.tradeId])).toEqual([
      ['LTC_USDT', '1133411090'],
      ['BTC_USDT_PERP', '2'],
    ])
  })
})

describe('status words of bitfinex orders', () => {
  const context = contextOf(account, lookup)
  const order = (status: string, remaining = 0.5, type = 'EXCHANGE LIMIT', flags = 0, hasEnded = false) => {
    const row = [
      1,
      null,
      2,
      'tLTCUST',
      3,
      4,
      remaining,
      1,
      type,
      null,
      null,
      null,
      flags,
      status,
      null,
      null,
      30,
      0,
      0,
      0,
    ]
    const reading = readOrder(context, row, 5, hasEnded)
    return reading.kind === 'row' ? reading.value.row : reading
  }
  it.each([
    ['ACTIVE', 1, 'NEW'],
    ['ACTIVE', 0.5, 'PARTIALLY_FILLED'],
    ['PARTIALLY FILLED @ 16680.0(1.19)', 0.5, 'PARTIALLY_FILLED'],
    ['EXECUTED @ 16680.0(0.91): was PARTIALLY FILLED @ 16673.0(0.09)', 0, 'FILLED'],
    ['CANCELED was: PARTIALLY FILLED @ 1.0(0.5)', 0.5, 'CANCELED'],
    ['POSTONLY CANCELED', 1, 'CANCELED'],
    ['IOC CANCELED', 1, 'CANCELED'],
    ['FILLORKILL CANCELED', 1, 'CANCELED'],
    ['INSUFFICIENT BALANCE (U1) was: ACTIVE', 1, 'REJECTED'],
    ['INSUFFICIENT MARGIN was: PARTIALLY FILLED @ 1.0(0.5)', 0.5, 'CANCELED'],
    ['RSN_DUST (amount is less than 0.00000001)', 1, 'REJECTED'],
    ['RSN_BOOK_SLIP was: PARTIALLY FILLED @ 16680.0(0.5)', 0.5, 'CANCELED'],
    ['FORCED EXECUTED @ 16680.0(1)', 0, 'FILLED'],
  ])('%s is read', (words, remaining, status) => expect(order(words, remaining)).toMatchObject({ status }))

  it.each([
    ['PARTIALLY FILLED @ 16680.0(0.5)', 0.5, 'CANCELED'],
    ['PARTIALLY FILLED @ 16680.0(1)', 0, 'FILLED'],
    ['CANCELED', 1, 'CANCELED'],
  ])('%s is over where its order is', (words, remaining, status) =>
    expect(order(words, remaining, 'EXCHANGE LIMIT', 0, true)).toMatchObject({ status }),
  )

  it('are those of ended orders in the history, and where an order is closed', async () => {
    const row = fixture.orders?.[0]
    const part = Array.isArray(row) ? row.with(6, 0.1).with(13, 'PARTIALLY FILLED @ 120.0(0.101104)') : row
    const { connector, ask } = connectorWith((path) => (path === 'orders/hist' ? [part] : []))
    const range = { from: 1, to: 2_000_000_000_000 }
    const told = createAccountNormalizer(context)(Buffer.from(JSON.stringify([0, 'oc', part])), false, 7)
    expect((await all(connector.orderHistory(ask, range, []))).map(({ row: { status } }) => status)).toEqual([
      'CANCELED',
    ])
    expect(told).toMatchObject({ events: [{ order: { status: 'CANCELED', filledQuantity: '0.101104' } }] })
  })

  it('that nobody knows are a problem', () => expect(order('SLEEPING')).toMatchObject({ kind: 'bad' }))
  it('go with types and flags', () => {
    expect(
      [
        order('ACTIVE', 1, 'EXCHANGE LIMIT', 4_096 + 1_024),
        order('ACTIVE', 1, 'EXCHANGE IOC'),
        order('ACTIVE', 1, 'EXCHANGE STOP'),
        order('ACTIVE', 1, 'EXCHANGE MARKET'),
      ].map((one) => ('type' in one ? [one.type, one.timeInForce, one.price, one.stopPrice, one.reduceOnly] : one)),
    ).toEqual([
      ['LIMIT', 'POST_ONLY', '30', null, true],
      ['LIMIT', 'IOC', '30', null, false],
      ['STOP', null, null, '30', false],
      ['MARKET', null, null, null, false],
    ])
  })
})

describe('private bitfinex frames', () => {
  const normalize = createAccountNormalizer(contextOf(account, lookup))
  const results = readFrames('bitfinex/ws_private.ndjson').map((frame) => normalize(frame, false, 7))
  const kinds = results.map((result) =>
    result.kind === 'events'
      ? result.events.map((event) => event.kind)
      : result.kind === 'control'
        ? result.control.type
        : result.kind,
  )

  it('are all accounted for', () => {
    expect(kinds).toEqual([
      ...[
        'ignored',
        'loggedIn',
        ['position'],
        ['balance', 'balance'],
        [],
        ['balance'],
        ['order'],
        ['order'],
        'ignored',
      ],
      ...[['order'], ['fill'], 'ignored', 'ignored', ['position'], 'rejectedKey', 'loginRefused'],
    ])
  })

  it('keep every digit, and say nothing of what is free where it was not computed', () => {
    expect(results[3]).toMatchObject({
      events: [
        { balance: { wallet: 'spot', asset: 'LTC', total: '0.05479727', free: null, locked: null } },
        { balance: { wallet: 'futures', asset: 'USDT', total: '11.960650700086292', free: null } },
      ],
    })
  })

  it('tell orders, fills with their fees, and closed positions', () => {
    expect([results[7], results[9], results[10], results[13]]).toMatchObject([
      { events: [{ order: { status: 'PARTIALLY_FILLED', filledQuantity: '1.19', averagePrice: '16679.37' } }] },
      { events: [{ order: { status: 'FILLED', filledQuantity: '0.1', price: null, type: 'MARKET' } }] },
      { events: [{ fill: { fee: '0.0002', feeAsset: 'LTC', liquidity: 'taker' } }] },
      { events: [{ position: { symbol: 'BTC_USDT_PERP', quantity: '0', entryPrice: null } }] },
    ])
  })

  it.each([
    ['cut-off text', '[0,"wu"', 'json'],
    ['another channel', '[1,"wu",[]]', 'unknownChannel'],
    ['a type nobody knows', '[0,"zz",[]]', 'unknownChannel'],
    ['an unlisted symbol', '[0,"tu",[1,"tXXXUST",2,3,1,1,"LIMIT",1,1,0,"UST"]]', 'unknownInstrument'],
  ])('reject %s without quoting it', (_, frame, reason) =>
    expect(normalize(Buffer.from(frame), false, 7)).toMatchObject({ kind: 'rejected', reason }),
  )

  it('ask REST where a row cannot be read', () => {
    expect(normalize(Buffer.from('[0,"wu",["exchange","LTC","x",0,null]]'), false, 7)).toMatchObject({
      kind: 'events',
      events: [{ kind: 'hint', poll: 'balances' }],
      rejected: { reason: 'value' },
    })
  })

  it('sum what is one asset of one wallet', () => {
    expect(joinWallets([])).toEqual([])
    const margin = createAccountNormalizer(contextOf(account, lookup))
    margin(Buffer.from('[0,"wu",["margin","USTF0",10,0,4,null,null]]'), false, 7)
    expect(margin(Buffer.from('[0,"wu",["margin","UST",2,0,2,"Transfer of 2",null]]'), false, 8)).toMatchObject({
      events: [
        { balance: { asset: 'USDT', total: '12', free: '6', locked: '6' } },
        { kind: 'hint', poll: 'transfers' },
      ],
    })
  })
})
