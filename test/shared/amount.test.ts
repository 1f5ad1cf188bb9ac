import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addAmounts,
  decimalTextOf,
  isSameAmount,
  isZeroAmount,
  multiplyAmounts,
  negateAmount,
  subtractAmounts,
  sumAmounts,
} from '../../src/shared/amount.ts'

/** Units of 10^-18 as decimal text, and back. */
const text = (units: bigint): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(19, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -18)}.${digits.slice(-18)}`
}
const units = (value: string): bigint => {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value) ?? []
  const magnitude = BigInt(whole + fraction.padEnd(18, '0'))
  return sign === '-' ? -magnitude : magnitude
}
const amount = fc.bigInt({ min: -(10n ** 33n), max: 10n ** 33n })

describe('amounts', () => {
  it('add, subtract and sum exactly, whatever their digits', () => {
    fc.assert(
      fc.property(fc.array(amount, { minLength: 2, maxLength: 8 }), (list) => {
        const [a = 0n, b = 0n] = list
        expect(units(addAmounts(text(a), text(b)))).toBe(a + b)
        expect(units(subtractAmounts(text(a), text(b)))).toBe(a - b)
        expect(units(sumAmounts(list.map(text)))).toBe(list.reduce((sum, one) => sum + one, 0n))
      }),
    )
  })

  it('multiply contracts by their size without a float in between', () => {
    expect(multiplyAmounts('3', '0.1')).toBe('0.3')
    expect(multiplyAmounts('-123456789.000001', '0.0001')).toBe('-12345.6789000001')
  })

  it('never write an exponent or a negative zero', () => {
    expect(multiplyAmounts('0.000000000000000001', '0.000000000000000001')).toBe(`0.${'0'.repeat(35)}1`)
    expect(negateAmount('0.00')).toBe('0')
    expect(subtractAmounts('1.10', '1.1')).toBe('0')
  })

  it('compare by number, not by text', () => {
    expect([isSameAmount('1.50', '1.5'), isSameAmount('-0', '0'), isSameAmount('1', '1.0000001')]).toEqual([
      true,
      true,
      false,
    ])
    expect(['0', '0.000', '-0.0', '0.1', '10'].map(isZeroAmount)).toEqual([true, true, true, false, false])
  })

  it('read an exchange’s numbers as they came, exponents written out, and nothing else', () => {
    expect(['1.2300', '-5', 1e-7, '1E-8', 20.5, -0].map(decimalTextOf)).toEqual([
      '1.2300',
      '-5',
      '0.0000001',
      '0.00000001',
      '20.5',
      '0',
    ])
    expect(['', ' 1', '1.', '.5', 'NaN', '0x10', Number.NaN, Infinity, null, undefined, {}].map(decimalTextOf)).toEqual(
      Array.from({ length: 11 }, () => null),
    )
  })

  it('write out no exponent that no amount has, which would take gigabytes', () => {
    expect(['1e330', '-2.5E-330', '0e999999999', 1e300].map((text) => decimalTextOf(text)?.length)).toEqual([
      331, 334, 1, 301,
    ])
    expect(['1e331', '2.36E2375874554', '1e-999999999'].map(decimalTextOf)).toEqual([null, null, null])
  })
})
