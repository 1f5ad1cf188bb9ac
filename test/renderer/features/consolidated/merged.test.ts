import { expect, it } from 'vitest'
import { exchangeColor, exchangeLetter } from '../../../../src/renderer/features/consolidated/exchangeMarks.ts'
import { crossingText, formatReference, shareText } from '../../../../src/renderer/features/consolidated/paintMerged.ts'
import type { BookColumns } from '../../../../src/shared/columns.ts'
import { consolidate } from '../../../../src/shared/consolidated.ts'
import { exchangeIds } from '../../../../src/shared/domain/index.ts'

const book = (bid: number, ask: number, quantity: number): BookColumns => ({
  ...{ instrumentId: 1, truth: 'live', reason: '', bidLevels: 1, askLevels: 1, updateId: 1, exchangeAt: null },
  ...{ bidPrice: Float64Array.of(bid), bidQuantity: Float64Array.of(quantity) },
  ...{ askPrice: Float64Array.of(ask), askQuantity: Float64Array.of(quantity), receivedAt: null },
})

it('tells exchanges apart by one or two letters, and by colours', () => {
  const letters = exchangeIds.map(exchangeLetter)
  expect(letters).toEqual(['Bn', 'O', 'G', 'M', 'By', 'Co', 'Kr', 'Ku', 'H', 'Bt', 'Cr'])
  expect(new Set(exchangeIds.map(exchangeColor)).size).toBe(exchangeIds.length)
})

it('names the largest shares of many, and how many more there are', () => {
  const quantities = [4, 1, 8, 2, 16, 32, 37]
  const legs = quantities.map((quantity, i) => ({
    exchange: exchangeIds[i] ?? 'binance',
    book: book(100, 101, quantity),
    reliability: 1,
  }))
  const many = consolidate(legs, 1)
  expect(shareText(many, many.bids, 0)).toEqual({
    text: 'By 16  Co 32  Kr 37  +4',
    all: 'Bn 4  O 1  G 8  M 2  By 16  Co 32  Kr 37',
  })
})

it('tells each exchange’s share of a bucket, and what crosses', () => {
  const apart = consolidate(
    [
      { exchange: 'binance', book: book(100.2, 101.5, 3), reliability: 1 },
      { exchange: 'okx', book: book(100.4, 101.7, 1), reliability: 1 },
    ],
    1,
  )
  expect(shareText(apart, apart.bids, 0)).toEqual({ text: 'Bn 75  O 25', all: 'Bn 75  O 25' })
  expect(crossingText(apart)).toBe('No bid is above another exchange’s ask')
  expect(formatReference(apart)).toBe('100.95')
  const crossed = consolidate(
    [
      { exchange: 'binance', book: book(100, 101, 3), reliability: 1 },
      { exchange: 'okx', book: book(102, 103, 1), reliability: 1 },
    ],
    1,
  )
  expect(crossingText(crossed)).toBe(
    'Crossed: OKX bids 102, Binance asks 101 (+0.9901 %); 1 cross, worth 1.00 before fees',
  )
  expect(crossingText(consolidate([], 1))).toBe('')
})
