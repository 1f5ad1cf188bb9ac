import { describe, expect, it } from 'vitest'
import { openColumns } from '../../../../src/renderer/features/orders/openColumns.tsx'
import {
  distancePercent,
  filledPercent,
  filterOrders,
  type OrderLine,
  openValueOf,
  orderLines,
} from '../../../../src/renderer/features/orders/rows.ts'
import { QuoteTable } from '../../../../src/renderer/stores/quotes.ts'
import { emptyForm } from '../../../../src/renderer/ui/filter-form.ts'
import type { Column } from '../../../../src/renderer/ui/table.ts'
import type { Instrument } from '../../../../src/shared/domain/index.ts'
import { order } from '../../support/account-rows.ts'

const columns: readonly Column<OrderLine>[] = [
  { id: 'value', title: 'Value', width: '1fr', cell: () => null, sortAmount: ({ openValue }) => openValue },
]
const byValue = { by: 'value', descending: true }
const orders = [
  order({ exchangeOrderId: '1', price: '100', quantity: '2', filledQuantity: '0.5' }),
  order({ exchangeOrderId: '2', price: '99.999999999999999999', quantity: '1', account: 'okx-main', exchange: 'okx' }),
  order({ exchangeOrderId: '3', symbol: 'ETH_USDT', price: '10', quantity: '50', createdAt: 500 }),
]
const lines = (part: Partial<Parameters<typeof orderLines>[1]> = {}) =>
  orderLines(orders, {
    grouping: 'symbol',
    isOpen: () => true,
    distanceOf: ({ exchangeOrderId }) => (exchangeOrderId === '1' ? -3 : exchangeOrderId === '2' ? 1 : null),
    columns,
    sort: byValue,
    ...part,
  })

describe('open orders', () => {
  it('are added up exactly under their groups, and sorted within and among them', () => {
    expect(lines().map(({ order, openValue, symbol }) => order?.exchangeOrderId ?? `${symbol} ${openValue}`)).toEqual([
      'ETH_USDT 500',
      '3',
      'BTC_USDT 249.999999999999999999',
      '1',
      '2',
    ])
  })
  it('tell of a group what its orders share, the nearest to the market and the oldest', () => {
    const [, bitcoin] = lines({ isOpen: () => false })
    expect(bitcoin).toMatchObject({ symbol: 'BTC_USDT', account: null, distance: 1, createdAt: 1_000, quote: 'USDT' })
  })
  it('are sorted by what is filled, those given in the quote asset too', () => {
    const shown = openColumns({
      grouping: 'flat',
      now: 0,
      labelOf: (id) => id,
      isOpen: () => true,
      onToggle: () => undefined,
    })
    const byQuote = { quantity: null, quoteQuantity: '100', averagePrice: '100' }
    const sorted = orderLines(
      [
        order({ exchangeOrderId: 'tenth', quantity: '1', filledQuantity: '0.1' }),
        order({ exchangeOrderId: 'nine tenths', ...byQuote, filledQuantity: '0.9' }),
        order({ exchangeOrderId: 'half', quantity: '1', filledQuantity: '0.5' }),
      ],
      {
        grouping: 'flat',
        isOpen: () => true,
        distanceOf: () => null,
        columns: shown,
        sort: { by: 'filled', descending: true },
      },
    )
    expect(sorted.map((line) => line.order?.exchangeOrderId)).toEqual(['nine tenths', 'half', 'tenth'])
  })
  it('say of a group how many have no value to add', () => {
    const stop = order({ exchangeOrderId: '2', type: 'STOP_LOSS', price: null, stopPrice: '90', quantity: '1' })
    const [group] = orderLines(
      [order({ exchangeOrderId: '1', price: '100', quantity: '2', filledQuantity: '0' }), stop],
      {
        grouping: 'symbol',
        isOpen: () => false,
        distanceOf: () => null,
        columns,
        sort: byValue,
      },
    )
    expect(group).toMatchObject({ openValue: '200', withoutValue: 1 })
  })
  it('of several quote assets are not added together', () => {
    const mixed = [order({ exchangeOrderId: '1' }), order({ exchangeOrderId: '2', symbol: 'ETH_BTC' })]
    const [group] = orderLines(mixed, {
      grouping: 'account',
      isOpen: () => false,
      distanceOf: () => null,
      columns,
      sort: byValue,
    })
    expect(group).toMatchObject({ openValue: null, quote: null, account: 'binance-main' })
  })
  it('without a price or a quantity have no value', () => {
    expect(openValueOf(order({ price: null }))).toBeNull()
    expect(openValueOf(order({ quantity: null, quoteQuantity: '50' }))).toBeNull()
  })
  it('given in the quote asset are filled as far as their fills cost', () => {
    const market = { quantity: null, quoteQuantity: '200' }
    expect(filledPercent(order({ ...market, filledQuantity: '0.5', averagePrice: '100' }))).toBe('25')
    expect(filledPercent(order(market))).toBe('0')
    expect(filledPercent(order({ ...market, filledQuantity: '1' }))).toBeNull()
    expect(filledPercent(order({ quantity: null }))).toBeNull()
  })
  it('are found by symbols as people write them, ids and the account’s own name', () => {
    const found = (text: string) =>
      filterOrders(orders, { ...emptyForm, text }, (id) => (id === 'okx-main' ? 'Savings' : 'Main')).map(
        ({ exchangeOrderId }) => exchangeOrderId,
      )
    expect([found('eth/usdt'), found('saving'), found('BOT-1'), found('nothing')]).toEqual([
      ['3'],
      ['2'],
      ['1', '2', '3'],
      [],
    ])
  })
})

describe('the distance from the market', () => {
  const instrument: Instrument = {
    id: 1,
    key: 'binance:BTC_USDT',
    exchange: 'binance',
    symbol: 'BTC_USDT',
    kind: 'spot',
    base: 'BTC',
    quote: 'USDT',
    nativeName: 'BTCUSDT',
    tickSize: 0.01,
    lotSize: null,
    minimumQuantity: null,
    minimumNotional: null,
    contractSize: 1,
    status: 'trading',
  }
  const table = new QuoteTable([instrument])
  const of = (value: number) => Float64Array.of(value)
  table.apply({
    instrumentIds: Uint32Array.of(1),
    bidPrice: of(99),
    bidQuantity: of(1),
    askPrice: of(101),
    askQuantity: of(1),
    lastPrice: of(100),
    exchangeAt: of(1),
    receivedAt: of(1),
    truth: Uint8Array.of(3),
  })
  it('is that from the middle of the quote, of a trigger where there is no price', () => {
    expect(distancePercent(order({ price: '98' }), table, true)).toBeCloseTo(-2)
    expect(distancePercent(order({ price: null, stopPrice: '103' }), table, true)).toBeCloseTo(3)
  })
  it('is not known without a watched instrument, a fresh quote or a price', () => {
    expect(distancePercent(order({ symbol: 'ETH_USDT' }), table, true)).toBeNull()
    expect(distancePercent(order(), table, false)).toBeNull()
    expect(distancePercent(order({ price: null }), table, true)).toBeNull()
  })
})
