import { describe, expect, it } from 'vitest'
import { balanceColumns } from '../../../../src/renderer/features/balances/columns.tsx'
import {
  accountsLeftOut,
  balanceLines,
  balancesShown,
  changeOf,
  changePercent,
  filterBalances,
  type Grouping,
} from '../../../../src/renderer/features/balances/rows.ts'
import type { BalanceRow } from '../../../../src/shared/portfolio.ts'

const row = (account: string, asset: string, more: Partial<BalanceRow> = {}): BalanceRow => ({
  account,
  exchange: account.startsWith('okx') ? 'okx' : 'binance',
  wallet: 'spot',
  asset,
  free: '1',
  locked: '0',
  total: '1',
  exchangeAt: 1,
  receivedAt: 1_000,
  price: '10',
  value: '10',
  priceState: 'live',
  changeSinceMidnight: '0.5',
  hasDrift: false,
  isStale: false,
  truth: 'live',
  truthReason: '',
  otherCoinThan: null,
  ...more,
})
const columnsOf = (grouping: Grouping) =>
  balanceColumns({
    grouping,
    currency: 'USDT',
    total: '100',
    now: 2_000,
    labelOf: (id) => id,
    isOpen: () => false,
    onToggle: () => {},
    onDrift: () => {},
  })
const byValue = { by: 'value', descending: true }
const linesOf = (rows: readonly BalanceRow[], grouping: Grouping, open: readonly string[] = []) =>
  balanceLines(rows, grouping, new Set(open), columnsOf(grouping), byValue)

describe('balances', () => {
  it('are added up exactly per asset, with what is not told left untold', () => {
    const [line] = linesOf(
      [
        row('binance-a', 'BTC', { free: '0.1', total: '0.1', value: '1' }),
        row('okx-b', 'BTC', { free: null, locked: null, total: '0.200000000000000001', value: '2.00000000000000001' }),
      ],
      'asset',
    )
    expect(line).toMatchObject({
      asset: 'BTC',
      account: null,
      exchange: null,
      accounts: 2,
      free: null,
      total: '0.300000000000000001',
      price: '10',
      value: '3.00000000000000001',
      change: '1',
      changeValue: '10',
    })
  })

  it('of two coins by one name are not added up', () => {
    const rows = [
      row('binance-a', 'GMT', { total: '3', value: '6' }),
      row('okx-b', 'GMT', { total: '7', value: '70', otherCoinThan: 'binance' }),
      row('binance-c', 'GMT', { total: '4', value: '8' }),
    ]
    const shown = (grouping: Grouping) =>
      linesOf(rows, grouping).map(({ asset, total, otherCoinThan }) => [asset, total, otherCoinThan])
    expect(shown('asset')).toEqual([
      ['GMT', '7', 'binance'],
      ['GMT', '7', null],
    ])
    expect(shown('exchange')).toEqual([
      ['GMT', '7', 'binance'],
      ['GMT', '7', null],
    ])
    expect(new Set(linesOf(rows, 'asset').map(({ key }) => key)).size).toBe(2)
  })

  it('say which assets a group’s sums leave out', () => {
    const [line] = linesOf(
      [
        row('okx-b', 'BTC'),
        row('okx-b', 'JUNK', { price: null, value: null, priceState: 'missing', changeSinceMidnight: '3' }),
        row('okx-b', 'NEW', { changeSinceMidnight: null }),
      ],
      'exchange',
    )
    expect(line).toMatchObject({
      total: null,
      value: '20',
      unpriced: ['JUNK'],
      changeValue: '5',
      unknownChange: ['JUNK', 'NEW'],
    })
  })

  it('stand under their group where it is open, unpriced ones last', () => {
    const rows = [
      row('okx-b', 'JUNK', { price: null, value: null, priceState: 'missing' }),
      row('okx-b', 'ETH', { value: '5' }),
      row('binance-a', 'ETH', { value: '7' }),
      row('binance-a', 'BTC', { value: '100' }),
    ]
    expect(linesOf(rows, 'asset', ['asset:ETH']).map(({ key }) => key)).toEqual([
      'asset:BTC',
      'asset:ETH',
      'binance-a spot ETH',
      'okx-b spot ETH',
      'asset:JUNK',
    ])
    expect(linesOf(rows, 'flat').map(({ key }) => key)).toEqual([
      'binance-a spot BTC',
      'binance-a spot ETH',
      'okx-b spot ETH',
      'okx-b spot JUNK',
    ])
    expect(balancesShown(rows, 'account', columnsOf('account'), byValue).map(({ key }) => key)).toEqual([
      'binance-a spot BTC',
      'binance-a spot ETH',
      'okx-b spot ETH',
      'okx-b spot JUNK',
    ])
  })

  it('are hidden when small, but never for want of a price or with a drift', () => {
    const rows = [
      row('okx-b', 'BTC', { value: '1.0' }),
      row('okx-b', 'DUST', { value: '0.99999' }),
      row('okx-b', 'DEBT', { value: '-50', total: '-5' }),
      row('okx-b', 'ODD', { value: '0.1', hasDrift: true }),
      row('okx-b', 'JUNK', { price: null, value: null, priceState: 'missing' }),
      row('okx-b', 'SOLD', { total: '0.00', price: null, value: null, priceState: 'missing' }),
    ]
    const filtered = filterBalances(rows, { text: '', hideBelow: '1' }, (id) => id)
    expect([filtered.rows.map(({ asset }) => asset), filtered.small]).toEqual([['BTC', 'DEBT', 'ODD', 'JUNK'], 2])
    expect(filterBalances(rows, { text: '', hideBelow: null }, (id) => id).rows).toHaveLength(6)
  })

  it('are found by asset, wallet, exchange and the account’s own name, all words together', () => {
    const rows = [row('okx-b', 'BTC'), row('binance-a', 'BTC', { wallet: 'futures' }), row('binance-a', 'ETH')]
    const found = (text: string) =>
      filterBalances(rows, { text, hideBelow: null }, (id) => (id === 'okx-b' ? 'Hedge' : 'main')).rows.length
    expect([found('btc'), found('hedge'), found('binance fut'), found('OKX eth')]).toEqual([2, 1, 1, 0])
  })

  it('tell their change in percent of what they were worth before', () => {
    expect(changePercent('110', '10')).toBe('10.000000')
    expect(changePercent('10', '10')).toBeNull()
    expect(changePercent('10', null)).toBeNull()
  })
})

describe('the change since midnight', () => {
  it('is in percent of the balances whose change is known, and names the others', () => {
    const rows = [
      row('binance-a', 'BTC', { value: '110', changeSinceMidnight: '1' }),
      row('okx-b', 'ETH', { value: '890', changeSinceMidnight: null }),
      row('okx-b', 'USDT', { value: '5', changeSinceMidnight: '0', price: null }),
    ]
    // 10 more of what was 100 (and the 5 that did not change): not of the 895 of which nothing is known.
    expect(changeOf({ rows, changeSinceMidnight: '10' })).toEqual({ percent: '9.523810', leftOut: ['ETH'] })
    expect(changeOf({ rows, changeSinceMidnight: null }).percent).toBeNull()
  })
})

describe('what the total leaves out', () => {
  it('is accounts that have told nothing and are not live', () => {
    const accounts = [
      { id: 'binance-main', state: 'live' },
      { id: 'gate-empty', state: 'live' },
      { id: 'okx-locked', state: 'no_key' },
      { id: 'okx-rejected', state: 'rejected' },
      { id: 'mexc-new', state: 'connecting' },
    ] as const
    const rows = [row('binance-main', 'BTC'), row('okx-rejected', 'BTC', { isStale: true })]
    expect(accountsLeftOut(accounts, rows).map(({ id }) => id)).toEqual(['okx-locked', 'mexc-new'])
  })
})
