import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactProduct, multiplyDecimal, parseDecimal, scaleOf } from '../../src/shared/decimal.ts'

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength })
const plain = fc
  .tuple(fc.constantFrom('', '', '-'), digits(20), fc.option(digits(25)))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === null ? '' : `.${fraction}`}`)

describe('parseDecimal', () => {
  it('reads every plain decimal as Number does, to the last bit', () => {
    fc.assert(
      fc.property(plain, (text) => {
        expect(parseDecimal(text)).toBe(Number(text) + 0)
      }),
      { numRuns: 5_000 },
    )
  })

  it('reads back every float64 as it is written', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        // what JavaScript writes as 1e+21 exchanges do not write
        expect(parseDecimal(String(number))).toBe(number + 0)
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['0', 0],
    ['-0', 0],
    ['-0.00', 0],
    ['007.50', 7.5],
    ['-108', -108],
    ['1e-7', 1e-7],
    ['1.5E+3', 1500],
    ['9007199254740993', 9_007_199_254_740_992],
    ['0.00000000000000000000000000001', 1e-29],
  ])('reads %j as %d', (text, number) => {
    expect(parseDecimal(text)).toBe(number)
  })

  it.each([
    '',
    ' ',
    '.',
    '-',
    '1.',
    '.5',
    '-.5',
    '+1',
    '--1',
    ' 1',
    '1 ',
    '1\n',
    '1.2.3',
    '1,5',
    '1_000',
    '1e',
    'e5',
    '0x10',
    '0b1',
    '1n',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e400',
    '9'.repeat(400),
    '１',
    '١',
  ])('does not take %j for a number', (text) => {
    expect(parseDecimal(text)).toBeNaN()
  })

  it('takes nothing that Number does not take', () => {
    const text = fc.oneof(fc.string({ unit: fc.constantFrom(...'0123456789.-+eExX _n') }), fc.string())
    fc.assert(
      fc.property(text, (candidate) => {
        const number = parseDecimal(candidate)
        if (!Number.isNaN(number)) expect(number).toBe(Number(candidate) + 0)
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('multiplyDecimal', () => {
  it.each<[string, number, number]>([
    ['3', 0.01, 0.03],
    ['3', 0.1, 0.3],
    ['0.1', 0.01, 0.001],
    ['0.7', 0.1, 0.07],
    ['1.1', 1.1, 1.21],
    ['7', 0.3, 2.1],
    ['-108', 0.0001, -0.0108],
    ['2781.6', 0.01, 27.816],
    ['1.1', 10, 11],
    ['123456789', 1000, 123_456_789_000],
    ['29', 0.0001, 0.0029],
    ['57', 0.00001, 0.00057],
    ['-0', 0.1, 0],
    ['1e-7', 10, 1e-6],
    ['', 1, Number.NaN],
    ['-', 1, Number.NaN],
    ['1.', 1, Number.NaN],
    ['0x10', 1, Number.NaN],
    ['1e308', 1000, Number.NaN],
  ])('makes %j contracts of %d exactly %d', (contracts, size, product) => {
    expect(multiplyDecimal(contracts, scaleOf(size))).toBe(product)
  })

  it('gives the float64 nearest to the true product', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 9_999 }), fc.integer({ min: 0, max: 8 }))
    const contracts = fc.tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 0, max: 4 }))
    fc.assert(
      fc.property(contracts, size, ([n, places], [units, sizePlaces]) => {
        const factor = Number(`${units}e-${sizePlaces}`)
        // The product of the whole numbers with the decimal point set in its text: an exact product by another way.
        const exact = Number(`${BigInt(n) * BigInt(units)}e-${places + sizePlaces}`)
        const text = String(n).padStart(places + 1, '0')
        const decimals = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
        expect(multiplyDecimal(decimals, scaleOf(factor))).toBe(exact)
        expect(exactProduct(n, places, scaleOf(factor))).toBe(exact)
      }),
      { numRuns: 5_000 },
    )
  })
})
