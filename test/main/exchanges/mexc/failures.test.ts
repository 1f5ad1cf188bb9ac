import { describe, expect, it } from 'vitest'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'

const failure = (status: number, code: number, msg: string) =>
  mexc.dialect.failure({ status, headers: {} }, { code, msg, _extend: null }, 0)

describe('MEXC errors about the key', () => {
  it.each<[number, number, string, string, string]>([
    [400, 400, 'api key required', 'rejectedKey', 'key rejected (400)'],
    [400, 602, 'sign', 'rejectedKey', 'key rejected (602): the signature does not match'],
    [400, 10072, 'Invalid access key', 'rejectedKey', 'key rejected (10072)'],
    [401, 10072, 'Invalid access key', 'rejectedKey', 'key rejected (10072)'],
    [400, 700001, 'x', 'rejectedKey', 'key rejected (700001)'],
    [400, 700002, 'x', 'rejectedKey', 'key rejected (700002): the signature does not match: check the secret'],
    [400, 700006, 'x', 'rejectedKey', "key rejected (700006): this machine's address is not on its IP allow-list"],
    [200, 700006, 'x', 'rejectedKey', 'key rejected (700006)'],
    [401, 401, 'No Authority', 'forbidden', 'not permitted (401)'],
    [400, 700007, 'x', 'forbidden', 'not permitted (700007): the key lacks a permission for this'],
    [400, 700003, 'x', 'clock', 'time rejected (700003)'],
    [400, 10073, 'x', 'clock', 'time rejected (10073)'],
    [400, 400, 'bad request', 'invalid', 'bad request'],
    [400, 700004, 'x', 'invalid', 'x'],
    [400, 700005, 'x', 'invalid', 'x'],
    [400, -2011, 'Unknown order sent.', 'invalid', 'Unknown order sent.'],
    [403, 403, 'access denied', 'denied', 'access denied'],
    [504, 504, 'x', 'unavailable', 'x'],
  ])('reads %d %d %s as %s', (status, code, msg, kind, message) => {
    expect(failure(status, code, msg)).toEqual({
      kind,
      code: String(code),
      message: expect.stringMatching(new RegExp(`^${message.replace(/[()]/g, '\\$&')}`)),
      retryAfterMs: null,
    })
  })

  it('quotes nothing of what MEXC says about a key', () => {
    expect(failure(400, 700001, 'mx0canary is expired')?.message).not.toContain('canary')
  })
})
