import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { microsecondsOf, millisecondsOf } from '../../../src/main/exchanges/instants.ts'

const atSecond = Date.UTC(2026, 8, 25, 17, 48, 26)

describe('times as RFC 3339 text', () => {
  it.each([
    ['2026-09-25T17:48:26Z', 0],
    ['2026-09-25T17:48:26.8Z', 800_000],
    ['2026-09-25T17:48:26.844359Z', 844_359],
    ['2026-09-25T17:48:26.844359566Z', 844_359],
    ['2026-09-25T10:48:26.000001-07:00', 1],
    ['2026-09-25T23:18:26+05:30', 0],
  ])('%s', (text, micros) => {
    expect(microsecondsOf(text)).toBe(atSecond * 1_000 + micros)
    expect(millisecondsOf(text)).toBe(atSecond + Math.floor(micros / 1_000))
  })

  it('are whole microseconds of any instant', () => {
    const instants = fc.date({ min: new Date(1_000), max: new Date('2255-01-01T00:00:00Z'), noInvalidDate: true })
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 999 }), (date, micros) => {
        const text = date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)
        expect(microsecondsOf(text)).toBe(date.getTime() * 1_000 + micros)
      }),
    )
  })

  it.each([
    '',
    'now',
    '2026-09-25',
    '2026-09-25 17:48:26Z',
    '2026-09-25T17:48:26',
    '2026-09-25T17:48:26.Z',
    '2026-09-25T17:48:26.1234567890Z',
    '2026-09-25T17:48:26.8Z ',
    '2026-09-25T17:48:26z',
    '2026-13-25T17:48:26Z',
    '2026-00-25T17:48:26Z',
    '2026-09-31T17:48:26Z',
    '2026-02-29T17:48:26Z',
    '2026-09-00T17:48:26Z',
    '2026-09-25T24:00:00Z',
    '2026-09-25T17:60:26Z',
    '2026-09-25T17:48:60Z',
    '2026-9-25T17:48:26.8Z',
    '2026-09-25T17:48:26+5:30',
    '2026-09-25T17:48:26+24:00',
    '1970-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
  ])('%j is none', (text) => {
    expect(microsecondsOf(text)).toBeNaN()
    expect(millisecondsOf(text)).toBeNaN()
  })

  it('know leap years', () => {
    expect(millisecondsOf('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29))
    expect(millisecondsOf('2100-02-29T00:00:00Z')).toBeNaN()
  })
})
