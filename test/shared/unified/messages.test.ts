import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalText, optionalText } from '../../../src/shared/unified/messages.ts'

describe('decimal text', () => {
  it('has no exponent', () => {
    expect(decimalText(1e-7)).toBe('0.0000001')
    expect(decimalText(-1.25e-9)).toBe('-0.00000000125')
    expect(decimalText(1.5e21)).toBe('1500000000000000000000')
    expect(decimalText(0.1)).toBe('0.1')
    expect(decimalText(16510)).toBe('16510')
  })

  it('reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = decimalText(value)
        expect(text).toMatch(/^-?\d+(\.\d+)?$/)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
    )
  })

  it('is null for what is absent, and refuses what is no number', () => {
    expect(optionalText(Number.NaN)).toBeNull()
    expect(optionalText(null)).toBeNull()
    expect(() => decimalText(Number.POSITIVE_INFINITY)).toThrow('Infinity')
  })
})
