import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Ask, TimeRange } from '../../../../src/main/exchanges/account-contract.ts'
import {
  readBalance,
  readDeposit,
  readFill,
  readFunding,
  readOrder,
  readPosition,
  readWithdrawal,
} from '../../../../src/main/exchanges/cryptocom/account-normalize.ts'
import { createAccountNormalizer } from '../../../../src/main/exchanges/cryptocom/account-stream.ts'
import { cryptocom } from '../../../../src/main/exchanges/cryptocom/index.ts'
import { PositionParts } from '../../../../src/main/exchanges/cryptocom/position-parts.ts'
import { collect } from '../../../support/account-rows.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const context = {
  account: 'cryptocom-main',
  lookup: lookupOf([instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')]),
}
const own = { account: 'cryptocom-main', exchange: 'cryptocom', receivedAt: 9 } as const
const replies: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/cryptocom/rest_private.json'), 'utf8'),
)
const resultOf = (method: string) => Object(replies[`private/${method}`]).result
const [order] = resultOf('get-open-orders').data
/** As the documents of January 2026 show it on rows of balances, positions, orders, fills and the journal. */
const isolation = { isolation_id: '19848526', isolation_type: 'ISOLATED_MARGIN' }
const frame = (channel: string, data: readonly unknown[]) =>
  Buffer.from(
    JSON.stringify({ id: -1, method: 'subscribe', code: 0, result: { subscription: channel, channel, data } }),
  )

/** A connector to which every call is answered with this result. */
function connectorAnswered(result: unknown) {
  const ask: Ask = async (call) => {
    const parsed = call.parse({ id: 1, method: 'any', code: 0, result })
    if (parsed.ok) return parsed
    return { ok: false, failure: { kind: 'unreadable', code: null, message: parsed.problem, retryAfterMs: null } }
  }
  const credentials = { key: 'key', secret: 'secret', passphrase: null }
  const connector = cryptocom.account.create({ ...context, credentials })
  const [user] = connector.streams
  if (user === undefined) throw new Error('there is no stream')
  return {
    balances: () => connector.balances(ask),
    positions: () => connector.positions(ask),
    fundingPayments: (range: TimeRange) => connector.fundingPayments(ask, range, []),
    stream: user.createNormalizer(),
  }
}

describe('crypto.com’s documented rows', () => {
  it('are balances', () => {
    const [cro] = resultOf('user-balance').data[0].position_balances
    const read = { ...own, wallet: 'unified', asset: 'CRO', exchangeAt: null }
    expect([readBalance(context, cro, 9), readBalance(context, { ...cro, reserved_qty: '0.72427884' }, 9)]).toEqual([
      { kind: 'row', value: { ...read, total: '24422.72427884', free: '24422.72427884', locked: '0.00000000' } },
      { kind: 'row', value: { ...read, total: '24422.72427884', free: '24422', locked: '0.72427884' } },
    ])
  })

  it('are orders', () => {
    expect(readOrder(context, order, 9)).toEqual({
      kind: 'row',
      value: {
        raw: JSON.stringify(order),
        row: {
          ...own,
          symbol: 'BTC_USD_PERP',
          exchangeOrderId: '19848525',
          clientOrderId: '1613571154900',
          side: 'BUY',
          type: 'LIMIT',
          timeInForce: 'GTC',
          price: '50000.0',
          stopPrice: null,
          quantity: '0.0100',
          quoteQuantity: null,
          filledQuantity: '0.0000',
          averagePrice: null,
          status: 'NEW',
          exchangeStatus: 'ACTIVE',
          reduceOnly: null,
          createdAt: 1_613_575_617_173,
          updatedAt: 1_613_575_617_173,
        },
      },
    })
  })

  it.each([
    ['ACTIVE', '0.001', undefined, 'PARTIALLY_FILLED', 'ACTIVE'],
    ['PENDING', '0', undefined, 'NEW', 'PENDING'],
    ['FILLED', '0.01', 0, 'FILLED', 'FILLED'],
    ['CANCELED', '0.001', 43_003, 'CANCELED', 'CANCELED (reason 43003)'],
    ['REJECTED', '0', '306', 'REJECTED', 'REJECTED (reason 306)'],
    ['EXPIRED', '0', null, 'EXPIRED', 'EXPIRED'],
  ])('are orders that are %s with %s filled', (status, cumulative_quantity, reason, expected, exchangeStatus) => {
    expect(readOrder(context, { ...order, status, cumulative_quantity, reason }, 9)).toMatchObject({
      value: { row: { status: expected, exchangeStatus } },
    })
  })

  it('are fills, whose fees change the balance', () => {
    const [row] = resultOf('get-trades').data
    expect(readFill(context, row, 9)).toEqual({
      kind: 'row',
      value: {
        raw: JSON.stringify(row),
        row: {
          ...own,
          symbol: 'BTC_USD_PERP',
          tradeId: '38554669',
          exchangeOrderId: '19708564',
          side: 'BUY',
          price: '51278.5',
          quantity: '0.0500',
          fee: '1.02557',
          feeAsset: 'USD',
          liquidity: 'maker',
          realisedPnl: null,
          at: 1_613_570_791_060,
        },
      },
    })
  })

  it('are fills of no known role where the word is strange, be it one that every object knows', () => {
    const [row] = resultOf('get-trades').data
    expect(readFill(context, { ...row, taker_side: 'constructor' }, 9)).toMatchObject({
      value: { row: { liquidity: null } },
    })
  })

  it('are positions, at their cost over their quantity', () => {
    const [row] = resultOf('get-positions').data
    expect(readPosition(context, row, 9)).toMatchObject({
      value: {
        isolationId: '',
        position: {
          quantity: '-0.1984',
          entryPrice: '51206.4122984',
          unrealisedPnl: '-497.743736',
          settleAsset: 'USD',
          exchangeAt: 1_613_552_240_770,
        },
      },
    })
  })

  it('are deposits and withdrawals', () => {
    const common = { ...own, transferId: '2220', asset: 'XRP', amount: '100', fee: '1.0', feeAsset: 'XRP' }
    const address = '2NBqqD5GRJ8wHy1PYyCXTe9ke5226FhavBf?1234567890'
    expect([
      readDeposit(context, resultOf('get-deposit-history').deposit_list[0], 9),
      readWithdrawal(context, resultOf('get-withdrawal-history').withdrawal_list[0], 9),
    ]).toMatchObject([
      { value: { row: { ...common, kind: 'deposit', address, status: 'completed', exchangeStatus: '1 (arrived)' } } },
      {
        value: {
          row: { ...common, kind: 'withdrawal', address, transactionId: null, network: null, status: 'pending' },
        },
      },
    ])
  })

  it('are funding only where the journal says so, and where its amount is told', () => {
    const [trade, settled] = resultOf('get-transactions').data
    const funding = { ...settled, journal_type: 'FUNDING' }
    expect([
      readFunding(context, trade, 9),
      readFunding(context, settled, 9),
      readFunding(context, funding, 9),
      readFunding(context, { ...funding, realized_pnl: '0', transaction_cost: '-0.5' }, 9),
    ]).toEqual([
      { kind: 'foreign' },
      { kind: 'foreign' },
      {
        kind: 'row',
        value: {
          ...own,
          symbol: 'BTC_USD_PERP',
          paymentId: '186959',
          asset: 'USD',
          amount: '-0.007800',
          at: 1_613_638_800_001,
        },
      },
      { kind: 'bad', problem: 'realized_pnl: "0": with a cost of -0.5' },
    ])
  })

  it('are two payments where one entry of the journal is of the wallet and of an isolated position', async () => {
    const [, settled] = resultOf('get-transactions').data
    const funding = { ...settled, journal_type: 'FUNDING' }
    const rows = [{ ...funding, ...isolation, event_timestamp_ms: 1_613_638_800_002 }, funding]
    const range = { from: 1_613_638_800_000, to: 1_613_638_800_010 }
    const payments = await collect(connectorAnswered({ data: rows }).fundingPayments(range))
    expect(payments.map(({ paymentId }) => paymentId)).toEqual(['186959:19848526', '186959'])
  })

  it.each([
    ['an unknown status', { status: 'DREAMING' }, /^status: "DREAMING": an unknown word$/],
    ['a time in seconds', { update_time: 1_613_575_617 }, /^update_time: 1613575617: no time in milliseconds$/],
    ['no number', { quantity: 'many' }, /^quantity: "many": no decimal number$/],
  ])('with %s name it', (_name, wrong, problem) => {
    expect(readOrder(context, { ...order, ...wrong }, 9)).toEqual({
      kind: 'bad',
      problem: expect.stringMatching(problem),
    })
  })
})

describe('isolated margin at crypto.com', () => {
  const [row] = resultOf('get-positions').data
  const long = { ...row, ...isolation, quantity: '0.05', open_pos_cost: '2500', open_position_pnl: '10' }

  it('is part of the balance, locked, in an asset that the wallet holds or does not', async () => {
    const [wallet] = resultOf('user-balance').data
    const isolated = (...position_balances: readonly unknown[]) => ({ ...isolation, leverage: '10', position_balances })
    const usd = { instrument_name: 'USD', quantity: '8.9632670590686', reserved_qty: '0.00000000' }
    const usdt = { ...usd, instrument_name: 'USDT', quantity: '4' }
    const data = [{ ...wallet, isolated_positions: [isolated(usd, usdt), isolated({ ...usd, quantity: '1' })] }]
    const balances = await connectorAnswered({ data }).balances()
    expect(balances.ok && balances.value.map(({ asset, total, free, locked }) => [asset, total, free, locked])).toEqual(
      [
        ['CRO', '24422.72427884', '24422.72427884', '0.00000000'],
        ['USD', '3123.4707391490686', '3113.50747209', '9.9632670590686'],
        ['USDT', '4', '0', '4'],
      ],
    )
    const unread = [{ ...wallet, isolated_positions: [isolated({ ...usd, quantity: 'many' })] }]
    expect(await connectorAnswered({ data: unread }).balances()).toMatchObject({ ok: false })
    const normalize = createAccountNormalizer(context, new PositionParts())
    const told = normalize(frame('user.balance', data), false, 9)
    expect(told.kind === 'events' && told.events).toMatchObject(
      balances.ok ? balances.value.map(({ asset, total }) => ({ kind: 'balance', balance: { asset, total } })) : [],
    )
  })

  it('is one position with that of the whole wallet, by REST and by its stream', async () => {
    const short = { ...long, quantity: '-0.1', open_pos_cost: '-5150', open_position_pnl: '0.5' }
    const shown = async (...data: readonly unknown[]) => {
      const positions = await connectorAnswered({ data }).positions()
      return positions.ok && positions.value.map((one) => [one.quantity, one.entryPrice, one.unrealisedPnl])
    }
    expect([
      await shown(row, short),
      await shown(row, long),
      await shown(short, { ...short, isolation_id: '2' }),
      await shown({ ...row, quantity: '0' }, long),
    ]).toEqual([
      [['-0.2984', '51304.7995979', '-497.243736']],
      [['-0.1484', null, '-487.743736']],
      [['-0.2', '51500', '1']],
      [['0.05', '50000', '10']],
    ])
    const { positions, stream } = connectorAnswered({ data: [row, short] })
    await positions()
    const told = [
      { ...short, quantity: '-0.2', open_pos_cost: '-10300' },
      { ...row, quantity: '0' },
    ].map((one) => {
      const push = stream(frame('user.positions', [one]), false, 9)
      return push.kind === 'events' && push.events.map((event) => event.kind === 'position' && event.position.quantity)
    })
    expect(told).toEqual([['-0.3984'], ['-0.2']])
  })
})

describe('crypto.com’s documented frames of the user socket', () => {
  it('are what they say', () => {
    const normalize = createAccountNormalizer(context, new PositionParts())
    const kinds = readFrames('cryptocom/ws_user.ndjson').map((frame) => {
      const told = normalize(frame, false, 9)
      if (told.kind === 'events') return told.events.map(({ kind }) => kind).join()
      return told.kind === 'control' ? told.control.type : told.kind
    })
    expect(kinds).toEqual(['loggedIn', 'rejectedKey', 'order', 'fill', 'balance'])
  })

  it('quote nothing of what could be a login', () => {
    const normalize = createAccountNormalizer(context, new PositionParts())
    const secret = 'canary'
    const frames = [
      `{"id":-1,"method":"ERROR","code":40003,"original":"${secret}"}`,
      `${secret}{`,
      `{"method":5,"x":"${secret}"}`,
    ]
    for (const frame of frames) {
      const told = normalize(Buffer.from(frame), false, 9)
      expect(told.kind).toBe('rejected')
      expect(JSON.stringify(told)).not.toContain(secret)
    }
  })
})
