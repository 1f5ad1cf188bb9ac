import { describe, expect, it } from 'vitest'
import { CoinMemory } from '../../../src/renderer/stores/same-coin.ts'
import { SpreadTable } from '../../../src/renderer/stores/spreads.ts'
import { type SpreadVerdict, verdictCode } from '../../../src/shared/domain/index.ts'
import { strangersOf } from '../../../src/shared/same-coin.ts'

const keys = ['binance:GMT_USDT', 'okx:GMT_USDT', 'mexc:GMT_USDT'] as const
const [binance, okx, mexc] = keys
const pairs = keys.flatMap((buy) => keys.filter((sell) => sell !== buy).map((sell) => ({ buy, sell })))

function tableOf(verdictOf: (one: string, other: string) => SpreadVerdict): SpreadTable {
  const table = new SpreadTable(
    pairs.map(({ buy, sell }, index) => ({ index, kind: 'cross', symbol: 'GMT_USDT', buy, sell })),
  )
  pairs.forEach(({ buy, sell }, index) => {
    table.verdict[index] = verdictCode[verdictOf(buy, sell)]
  })
  return table
}

const withMexc = (one: string, other: string) => one === mexc || other === mexc

describe('books of another coin by the same name', () => {
  it('are those that most of the others are not', () => {
    const coins = new CoinMemory()
    const table = tableOf((...pair) => (withMexc(...pair) ? 'different' : 'unproven'))
    expect(strangersOf(keys, (...pair) => coins.isOther(table, ...pair))).toEqual(new Map([[mexc, binance]]))
    expect(strangersOf([mexc, okx, binance], (...pair) => coins.isOther(table, ...pair))).toEqual(
      new Map([[mexc, okx]]),
    )
    // Of two nobody can tell which is meant.
    expect(strangersOf([mexc, okx], (...pair) => coins.isOther(table, ...pair))).toEqual(new Map([[okx, mexc]]))
    expect(strangersOf(keys, () => false).size).toBe(0)
  })

  it('are never together with one that they differ from, though others are not known to differ from either', () => {
    const all = ['a', 'b', 'c', 'd', 'e'] as const
    const apart =
      (...pairs: readonly string[]) =>
      (one: string, other: string) =>
        pairs.includes(one + other) || pairs.includes(other + one)
    expect(strangersOf(all, apart('ab'))).toEqual(new Map([['b', 'a']]))
    expect(strangersOf(all, apart('ab', 'bc'))).toEqual(new Map([['b', 'a']]))
    expect(strangersOf(all, apart('ab', 'ac', 'ad'))).toEqual(new Map([['a', 'b']]))
    expect(strangersOf(all, apart('ab', 'cd'))).toEqual(
      new Map([
        ['b', 'a'],
        ['d', 'c'],
      ]),
    )
    expect(strangersOf([], apart()).size).toBe(0)
  })

  it('stay apart while a leg is not live, and until the trader or the prices say otherwise', () => {
    const coins = new CoinMemory()
    const strangersIn = (table: SpreadTable) => [
      ...strangersOf(keys, (...pair) => coins.isOther(table, ...pair)).keys(),
    ]
    expect(strangersIn(tableOf(() => 'absent'))).toEqual([])
    expect(strangersIn(tableOf((...pair) => (withMexc(...pair) ? 'banned' : 'counts')))).toEqual([mexc])
    expect(strangersIn(tableOf(() => 'absent'))).toEqual([mexc])
    expect(strangersIn(tableOf(() => 'uncertain'))).toEqual([])
  })
})
