import { describe, expect, it } from 'vitest'
import {
  type ExchangeChoice,
  isInventoryOf,
  rankPairs,
  type SpreadFilter,
  type SpreadSort,
  wantedAt,
} from '../../../../src/renderer/features/spreads/rows.ts'
import { costsText } from '../../../../src/renderer/features/spreads/SizeTable.tsx'
import { SpreadTable } from '../../../../src/renderer/stores/spreads.ts'
import { type SpreadPair, verdictCode } from '../../../../src/shared/domain/index.ts'
import { spreadColumns } from '../../support/columns.ts'

const table = new SpreadTable([
  { index: 0, kind: 'cross', symbol: 'BTC_USDT', buy: 'binance:BTC_USDT', sell: 'okx:BTC_USDT' },
  { index: 1, kind: 'cross', symbol: 'BTC_USDT', buy: 'okx:BTC_USDT', sell: 'binance:BTC_USDT' },
  { index: 2, kind: 'basis', symbol: 'ETH_USDT', buy: 'okx:ETH_USDT', sell: 'okx:ETH_USDT_PERP' },
  { index: 3, kind: 'cross', symbol: 'SOL_USDT', buy: 'okx:SOL_USDT', sell: 'gate:SOL_USDT' },
])
table.apply(
  spreadColumns([
    { index: 0, netPercent: -0.1, buyReceivedAt: 30 },
    { index: 1, netPercent: 0.2, buyReceivedAt: 10 },
    { index: 2, netPercent: 0.2, buyReceivedAt: 20 },
  ]),
)
const everything: SpreadFilter = {
  text: '',
  kind: 'all',
  minimumNetPercent: null,
  withAbsent: false,
  verdicts: 'proven',
  shows: () => true,
  isWanted: () => true,
}
const byNet: SpreadSort = { by: 'netPercent', descending: true }
const ranked = (filter: Partial<SpreadFilter>, sort: SpreadSort = byNet) => {
  const { pairs, absent } = rankPairs(table, { ...everything, ...filter }, sort)
  return { order: pairs.map(({ index }) => index), absent }
}

it('ranks by net percent, ties in the order of the pairs, and counts what has no value', () =>
  expect(ranked({})).toEqual({ order: [1, 2, 0], absent: 1 }))
it('shows absent pairs last when asked, in either direction', () =>
  expect([
    ranked({ withAbsent: true }).order,
    ranked({ withAbsent: true }, { by: 'netPercent', descending: false }).order,
  ]).toEqual([
    [1, 2, 0, 3],
    [0, 1, 2, 3],
  ]))
it.each([
  [{ kind: 'basis' }, { order: [2], absent: 0 }],
  [{ text: 'btc' }, { order: [1, 0], absent: 0 }],
  [{ text: 'sol/usdt' }, { order: [], absent: 1 }],
  [{ minimumNetPercent: 0.2 }, { order: [1, 2], absent: 1 }],
] as const)('filters by %j', (filter, result) => expect(ranked(filter)).toEqual(result))
it.each<[ExchangeChoice, number[]]>([
  ['all', [1, 2, 0, 3]],
  ['gate', [3]],
  ['binance', [1, 0]],
  ['accounts', [1, 2, 0]],
  ['mexc', []],
])('shows pairs with a leg at an exchange, or with accounts at both ends: %s', (choice, order) => {
  const isWanted = wantedAt(choice, new Set(['binance', 'okx']))
  expect(ranked({ isWanted, withAbsent: true }).order).toEqual(order)
})
it('shows only pairs of the watchlist, and counts no others', () => {
  const list = new Set(['ETH_USDT', 'SOL_USDT'])
  const shows = (symbol: string) => list.has(symbol)
  expect([ranked({ shows }), ranked({ shows, withAbsent: true, text: 'sol' })]).toEqual([
    { order: [2], absent: 1 },
    { order: [3], absent: 1 },
  ])
  expect(ranked({ shows: () => false })).toEqual({ order: [], absent: 0 })
})
it('puts the oldest leg first by age, descending', () =>
  expect(ranked({}, { by: 'buyReceivedAt', descending: true }).order).toEqual([1, 2, 0]))

it('keeps other coins, muted and banned pairs apart, and unproven ones, and counts both', () => {
  const judged = new SpreadTable(table.pairs)
  const { counts, uncertain, unproven, muted } = verdictCode
  judged.apply(
    spreadColumns([counts, uncertain, unproven, muted].map((verdict, index) => ({ index, netPercent: 1, verdict }))),
  )
  const shown = (verdicts: SpreadFilter['verdicts']) => rankPairs(judged, { ...everything, verdicts }, byNet)
  expect(
    (['proven', 'certain', 'unproven', 'aside'] as const).map((group) => shown(group).pairs.map((p) => p.index)),
  ).toEqual([[0, 1], [0], [2], [3]])
  expect(shown('certain')).toMatchObject({ unproven: 1, aside: 1, absent: 0 })
  const withoutOthers = { ...everything, shows: (symbol: string) => symbol === 'BTC_USDT' }
  expect(rankPairs(judged, withoutOthers, byNet)).toMatchObject({ unproven: 0, aside: 0, absent: 0 })
})

it('writes every digit of a small withdrawal fee, without an exponent', () => {
  const costs = { symbol: 'BTC_USDT', fundingPercent: null, countsWithdrawalFee: true }
  expect([
    costsText({ ...costs, withdrawalFee: 1e-7 }),
    costsText({ ...costs, withdrawalFee: 0.000123456 }),
    costsText({ ...costs, withdrawalFee: null }),
    costsText({ ...costs, withdrawalFee: null, countsWithdrawalFee: false }),
  ]).toEqual([
    'After both taker fees and 0.0000001 BTC for withdrawal.',
    'After both taker fees and 0.000123456 BTC for withdrawal.',
    'After both taker fees; the withdrawal fee is not known.',
    'After both taker fees.',
  ])
})

describe('an answer about balances', () => {
  const leg = { asset: 'BTC', free: null, needed: null, notCounted: [] }
  const basis: SpreadPair = {
    index: 4,
    kind: 'basis',
    symbol: 'BTC_USDT',
    buy: 'okx:BTC_USDT',
    sell: 'okx:BTC_USDT_PERP',
  }
  const answer = {
    symbol: 'BTC_USDT',
    buy: { ...leg, exchange: 'okx', isMargin: false },
    sell: { ...leg, exchange: 'okx', isMargin: true },
  } as const

  it('is one about this pair only with both of its legs', () => {
    expect([
      isInventoryOf(answer, basis),
      isInventoryOf(answer, { ...basis, buy: 'okx:BTC_USDT_PERP', sell: 'okx:BTC_USDT' }),
      isInventoryOf(answer, { ...basis, buy: 'gate:BTC_USDT' }),
      isInventoryOf(answer, { ...basis, sell: 'gate:BTC_USDT_PERP' }),
      isInventoryOf(answer, { ...basis, symbol: 'ETH_USDT', buy: 'okx:ETH_USDT', sell: 'okx:ETH_USDT_PERP' }),
    ]).toEqual([true, false, false, false, false])
  })
})
