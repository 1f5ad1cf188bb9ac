import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExactJson } from '../../../src/main/net/exact-json.ts'

describe('exact JSON', () => {
  it('keeps every digit of integers that numbers cannot hold', () => {
    const text = '{"id":36028797827225781,"ids":[-36028797827225781, 9007199254740993],"safe":9007199254740991}'
    expect(parseExactJson(text)).toEqual({
      id: '36028797827225781',
      ids: ['-36028797827225781', '9007199254740993'],
      safe: 9_007_199_254_740_991,
    })
  })

  it('keeps every digit of fractions that numbers cannot hold', () => {
    const text =
      '[109707.803567115145, -97715.465252703438, 9707.803567115145, 1628736848321.1250, 0.1000000000000000000]'
    expect(parseExactJson(text)).toEqual([
      '109707.803567115145',
      '-97715.465252703438',
      9707.803567115145,
      1_628_736_848_321.125,
      0.1,
    ])
  })

  it('leaves texts and exponents alone', () => {
    const text = '["a:36028797827225781,", "\\"36028797827225781", "0.12345678901234567", 12345678901234567e2]'
    expect(parseExactJson(text)).toEqual(JSON.parse(text))
  })

  it('finds the end of a text behind escaped quotes and backslashes', () => {
    const text = String.raw`{"a\\":36028797827225781,"b\\\"36028797827225783":1,"c":"\\"}`
    expect(parseExactJson(text)).toEqual({ 'a\\': '36028797827225781', 'b\\"36028797827225783': 1, c: '\\' })
  })

  it.each([
    '[01234567890123456789]',
    '[1234567890123456.]',
    '[12345678901234567890',
    '["12345678901234567890',
    '[1234567890-1234567890]',
    '[-]',
    '',
  ])('refuses %s', (text) => expect(() => parseExactJson(text)).toThrow(SyntaxError))

  it('reads everything else as JSON.parse does', () => {
    const small = fc.string().map((text) => text.replaceAll(/\d{16}/g, '16 digits'))
    const value = fc.oneof(fc.maxSafeInteger(), fc.boolean(), fc.constant(null), small, fc.constant(0.1234567890123456))
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(value)), (json) => {
        expect(parseExactJson(JSON.stringify(json))).toEqual(JSON.parse(JSON.stringify(json)))
      }),
    )
    expect(() => parseExactJson('[36028797827225781')).toThrow(SyntaxError)
  })
})
