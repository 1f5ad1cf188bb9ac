import { describe, expect, it } from 'vitest'
import { retryAfterMs } from '../../../src/main/net/retry-after.ts'

const now = Date.parse('2026-01-02T03:04:05Z')

describe('retryAfterMs', () => {
  it.each([
    ['seconds', '12', 12_000],
    ['no wait', '0', 0],
    ['an HTTP date', 'Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['a date long past', 'Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['nothing for an absent header', undefined, null],
    ['nothing for nonsense', 'soon', null],
    ['nothing for a negative number', '-5', null],
  ])('reads %s', (_name, header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected)
  })
})
