import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainNumber, TextBuffer } from '../../../../src/main/storage/export/text-buffer.ts'

function written(write: (out: TextBuffer) => void): string {
  const parts: Buffer[] = []
  const out = new TextBuffer({ write: (bytes) => void parts.push(Buffer.from(bytes)) })
  write(out)
  out.flush()
  return Buffer.concat(parts).toString()
}

/** One after the other, so that each guess comes from the number before. */
const numbers = (values: readonly number[]): string[] =>
  written((out) => {
    let guess = 0
    for (const value of values) {
      guess = out.number(value, guess)
      out.byte(10)
    }
  })
    .split('\n')
    .slice(0, -1)

describe('numbers as text', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [36_500.1, '36500.1'],
    [-1.5, '-1.5'],
    [1e-7, '0.0000001'],
    [5e-324, `0.${'0'.repeat(323)}5`],
    [1e21, `1${'0'.repeat(21)}`],
    [1.5e300, `15${'0'.repeat(299)}`],
    [0.1 + 0.2, '0.30000000000000004'],
    [999_999_999_999_999, '999999999999999'],
    [1e15, '1000000000000000'],
    [123_456_789.123_456, '123456789.123456'],
  ])('writes %d as %s', (value, text) => expect(numbers([value])).toEqual([text]))

  it('are the shortest that read back as the same number, whatever came before', () => {
    const decimal = fc
      .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 14 }))
      .map(([digits, places]) => digits / 10 ** places)
    const any = fc.oneof(decimal, fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 30 }), (values) => {
        const texts = numbers(values)
        expect(texts).toEqual(values.map((value) => plainNumber(value)))
        expect(texts.map(Number)).toEqual(values.map((value) => value + 0))
        expect(texts.filter((text) => /e/i.test(text))).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('times as text', () => {
  it('are what Date says, also one after the other', () => {
    const times = fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 1 })
    const between = Buffer.from(',')
    fc.assert(
      fc.property(times, (values) => {
        const text = written((out) => {
          for (const time of values) {
            out.bothTimes(time, between)
            out.byte(10)
          }
        })
        expect(text).toBe(values.map((time) => `${new Date(time).toISOString()},${time}\n`).join(''))
      }),
    )
  })
})

describe('a text buffer', () => {
  it('hands on everything in order, whatever its length and alphabet', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 2_000 }))), (texts) => {
        // Lone surrogates become the replacement character, as everywhere in UTF-8.
        const expected = Buffer.from(texts.join('\n')).toString()
        const text = written((out) =>
          texts.forEach((one, index) => {
            if (index > 0) out.byte(10)
            out.text(one)
          }),
        )
        expect(text).toBe(expected)
      }),
    )
    const long = 'é'.repeat(700_000)
    expect(written((out) => out.text(long)) === long).toBe(true)
  })
})
