import { describe, expect, it } from 'vitest'
import {
  compareAmounts,
  formatExact,
  formatHeld,
  formatMoney,
  formatPriceText,
  formatShare,
  formatSignedHeld,
  formatSignedMoney,
  formatSignedShare,
  percentOf,
  signOf,
} from '../../../src/renderer/format/amount.ts'

describe('decimal text on the screen', () => {
  it.each([
    ['1234567.50', '1,234,567.50'],
    ['-0.000000000000000001', '−0.000000000000000001'],
    ['123456789012345678901234.1', '123,456,789,012,345,678,901,234.1'],
    [null, '–'],
  ])('shows every digit of %s exactly', (text, shown) => expect(formatExact(text)).toBe(shown))

  it.each([
    ['0.99120731', '0.99120731'],
    ['18402.55173204', '18,402.552'],
    ['123456789.123', '123,456,789'],
    ['0.000000412', '0.000000412'],
    ['0.00000000000012349', '0.0000000000001235'],
    ['-5.50', '−5.5'],
    ['100', '100'],
    ['0.000', '0'],
    [null, '–'],
  ])('rounds the quantity %s for reading', (text, shown) => expect(formatHeld(text)).toBe(shown))

  it.each([
    ['196071.455', 'USDT', '196,071.46'],
    ['0.5', 'USDT', '0.50'],
    ['0.0000301', 'USDT', '0.000030'],
    ['0', 'USDT', '0.00'],
    ['-0.001', 'USDT', '−0.0010'],
    ['3.0517654321', 'BTC', '3.051765'],
    ['0.00000123456', 'BTC', '0.0000012'],
    ['0', 'BTC', '0'],
  ])('writes %s %s as money', (text, currency, shown) => expect(formatMoney(text, currency)).toBe(shown))

  it('always writes the sign of a change, but none for zero', () => {
    expect(['1204.5', '-3.2', '0', '-0.00', null].map((text) => formatSignedMoney(text))).toEqual([
      '+1,204.50',
      '−3.20',
      '0.00',
      '0.00',
      '–',
    ])
    expect(formatSignedHeld('0.0451')).toBe('+0.0451')
    expect(formatSignedShare('-0.180')).toBe('−0.18 %')
    expect(['0.004', '-0.004', '0.006', '-0.006'].map(formatSignedShare)).toEqual([
      '0.00 %',
      '0.00 %',
      '+0.01 %',
      '−0.01 %',
    ])
  })

  it('keeps ten digits of a price, or as many as are asked for', () => {
    expect(formatPriceText('64251.123456789')).toBe('64,251.12346')
    expect(formatPriceText('0.00001234567890123')).toBe('0.0000123456789')
    expect(formatPriceText('64259.70268', 7)).toBe('64,259.7')
  })

  it('shares without floats, and does not show a little as nothing', () => {
    expect(percentOf('1', '3')).toBe('33.3333333333')
    expect(percentOf('1', '0')).toBeNull()
    expect(percentOf(null, '3')).toBeNull()
    expect(['33.3333', '0.00001', '0', null].map((text) => formatShare(text))).toEqual([
      '33.3 %',
      '<0.1 %',
      '0.0 %',
      '–',
    ])
  })

  it('compares what floats cannot tell apart, and puts absent last', () => {
    expect(compareAmounts('0.1000000000000000000001', '0.1')).toBe(1)
    expect(['2', null, '10'].sort(compareAmounts)).toEqual(['2', '10', null])
    expect(['1.0', '-0.0', '-2', null].map(signOf)).toEqual([1, 0, -1, 0])
  })
})
