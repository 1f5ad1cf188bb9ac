import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  absent,
  decimalsOf,
  directionSign,
  formatAmount,
  formatBytes,
  formatCount,
  formatPrice,
  formatQuantity,
  formatRate,
  formatSignedPercent,
  fractionToPercentText,
  numberText,
  parseNumber,
  percentTextToFraction,
} from '../../../src/renderer/format/number.ts'

describe('decimalsOf', () => {
  it.each([
    [0.01, 2],
    [1e-7, 7],
    [1e-8, 8],
    [0.5, 1],
    [0.25, 2],
    [0.00005, 5],
    [1, 0],
    [10, 0],
    [null, null],
    [0, null],
    [Number.NaN, null],
  ])('tells of the step %s: %s', (step, decimals) => expect(decimalsOf(step)).toBe(decimals))
})

describe('formatPrice', () => {
  it.each([
    [64_250.5, 2, '64,250.50'],
    [0.00001234, 8, '0.00001234'],
    [64_000, 0, '64,000'],
    [null, 2, absent],
    [Number.NaN, 2, absent],
    [0, 2, '0.00'],
  ])('writes %s with %s decimals as %s', (price, decimals, text) => expect(formatPrice(price, decimals)).toBe(text))

  it('never rounds a price that is finer than its step', () => expect(formatPrice(1.2345, 2)).toBe('1.2345'))
  it('writes all digits where no step is known', () => expect(formatPrice(0.000012345, null)).toBe('0.000012345'))
  it('takes binary dust for none', () => expect(formatPrice(0.1 + 0.2, 2)).toBe('0.30'))

  it('reads back as the price it was given', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 8 }), (ticks, decimals) => {
        const price = Number((ticks / 10 ** decimals).toFixed(decimals))
        expect(Number(formatPrice(price, decimals).replaceAll(',', ''))).toBe(price)
      }),
    )
  })
})

it('writes amounts with two decimals, and small ones with two digits', () =>
  expect([1_234.567, -0.00123456, 0.5, 0, -3, null].map(formatAmount)).toEqual([
    '1,234.57',
    '−0.0012',
    '0.5',
    '0.00',
    '−3.00',
    absent,
  ]))

it('writes percents with their sign', () =>
  expect([0.1234, -0.04, 0, -0.0001, Number.NaN].map((value) => formatSignedPercent(value))).toEqual([
    '+0.123 %',
    '−0.040 %',
    '0.000 %',
    '0.000 %',
    absent,
  ]))

it('points with a sign where a value is above or below zero', () =>
  expect([1, -1, 0, Number.NaN].map(directionSign)).toEqual(['▲', '▼', '', '']))

it('writes quantities, counts, rates and bytes', () =>
  expect([
    formatQuantity(0.000123456),
    formatQuantity(123_456.7),
    formatQuantity(0),
    formatCount(1_234_567),
    formatCount(null),
    formatRate(4.25),
    formatRate(0),
    formatRate(1_234.5),
    formatBytes(812),
    formatBytes(1_440_000),
    formatBytes(999_600),
    formatBytes(null),
  ]).toEqual([
    '0.00012346',
    '123,457',
    '0',
    '1,234,567',
    absent,
    '4.3',
    '0',
    '1,235',
    '812 B',
    '1.4 MB',
    '1 MB',
    absent,
  ]))

it('writes a number into a field without an exponent, so that it is read back', () => {
  const values = [5e-7, 1.2345e-9, 64_200, 0.1, 1e21, -3e-8, 0]
  expect(values.map(numberText)).toEqual([
    '0.0000005',
    '0.0000000012345',
    '64200',
    '0.1',
    '1000000000000000000000',
    '-0.00000003',
    '0',
  ])
  expect(values.map((value) => parseNumber(numberText(value)))).toEqual(values)
})

describe('fees in percent', () => {
  it.each([
    [0.001, '0.1'],
    [0.00045, '0.045'],
    [-0.0001, '-0.01'],
    [0.0007, '0.07'],
  ])('writes the fraction %s as %s and reads it back', (fraction, text) => {
    expect(fractionToPercentText(fraction)).toBe(text)
    expect(percentTextToFraction(text)).toBe(fraction)
  })
  it.each(['', 'x', '1e5', '1,2,3', '0x10', '.'])('takes %j for no number', (text) =>
    expect(parseNumber(text)).toBeNull(),
  )
  it('understands a decimal comma', () =>
    expect([' 0,05 ', '0,125', '1,5', '12,3456'].map(parseNumber)).toEqual([0.05, 0.125, 1.5, 12.3456]))
  it.each(['1,000', '64,200', '-5,000', '64,200.50', '1,234,567'])(
    'takes %j, a number with grouped thousands, for none rather than for a thousandth of it',
    (text) => expect(parseNumber(text)).toBeNull(),
  )
})
