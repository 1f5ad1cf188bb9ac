import { describe, expect, it } from 'vitest'
import { csvText, csvTime } from '../../../src/renderer/format/csv.ts'

describe('a CSV file', () => {
  it('quotes what needs it and leaves amounts as they are', () => {
    expect(
      csvText(
        ['asset', 'total'],
        [
          ['BTC', '-0.000000000000000001'],
          ['a "b", c', null],
        ],
      ),
    ).toBe('asset,total\r\nBTC,-0.000000000000000001\r\n"a ""b"", c",\r\n')
  })

  it('lets no text be run as a formula', () => {
    expect(csvText(['label'], [['=HYPERLINK("x")'], ['-1+2'], ['@a'], ['-5']])).toBe(
      `label\r\n"'=HYPERLINK(""x"")"\r\n'-1+2\r\n'@a\r\n-5\r\n`,
    )
  })

  it('writes times for machines', () => {
    expect([csvTime(1_700_000_000_000), csvTime(null)]).toEqual(['2023-11-14T22:13:20.000Z', null])
  })
})
