import { expect, it } from 'vitest'
import { isCandle } from '../../../src/main/exchanges/candles.ts'

it.each([
  ['an ordinary one', [2, 4, 1, 3, 10, 30], true],
  ['one without trades', [2, 2, 2, 2, 0, 0], true],
  ['an open above its high', [5, 4, 1, 3, 10, 30], false],
  ['an open below its low', [0.5, 4, 1, 3, 10, 30], false],
  ['a close above its high', [2, 4, 1, 5, 10, 30], false],
  ['a close below its low', [2, 4, 1, 0.5, 10, 30], false],
  ['a price of nothing', [0, 4, 0, 3, 10, 30], false],
  ['an endless price', [2, Number.POSITIVE_INFINITY, 1, 3, 10, 30], false],
  ['no number', [2, 4, 1, Number.NaN, 10, 30], false],
  ['a negative volume', [2, 4, 1, 3, -1, 30], false],
  ['a volume that is none', [2, 4, 1, 3, 10, Number.NaN], false],
] as const)('%s', (_name, [open, high, low, close, volume, quoteVolume], is) =>
  expect(isCandle(open, high, low, close, volume, quoteVolume)).toBe(is),
)
