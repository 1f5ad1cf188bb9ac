import { describe, expect, it } from 'vitest'
import {
  loginText,
  payloadOf,
  readingMethods,
  signatureOf,
  signRequests,
} from '../../../../src/main/exchanges/cryptocom/signing.ts'

const credentials = { key: 'cdc-test-key-0001', secret: 'cdc-test-secret-0001', passphrase: null }
const now = 1_700_000_000_000

describe('crypto.com signatures', () => {
  /** The first is the documents' own; the others were computed apart from this code. */
  it.each([
    [
      'secretKey',
      payloadOf('public/auth', 11, 'token', {}, 1_589_594_102_779),
      'public/auth11token1589594102779',
      '9dcebf6eeec155f829227ee447dee73120e0aead42fab74d38ed5d8271793dc8',
    ],
    [
      'secretKey',
      payloadOf('private/get-order-detail', 11, 'token', { order_id: '53287421324' }, 1_587_846_358_253),
      'private/get-order-detail11tokenorder_id532874213241587846358253',
      '02ef0a52c9428e5d3dcc5dd24d534ca39ef73f35acd3f6945f139a2364ef67a9',
    ],
    [
      credentials.secret,
      payloadOf(
        'private/get-trades',
        13,
        credentials.key,
        {
          start_time: '1699990000000000000',
          limit: '100',
          instrument_name: 'BTC_USDT',
          end_time: '1700000000000000000',
        },
        now,
      ),
      'private/get-trades13cdc-test-key-0001end_time1700000000000000000instrument_nameBTC_USDTlimit100start_time16999900000000000001700000000000',
      '98dda19d6ed5cc4b0963cb9725c0e3be358b574a080cb6591591a2976a01296d',
    ],
  ])('are made by %s over the parameters in order of their names', (secret, payload, expected, signature) => {
    expect([payload, signatureOf(secret, payload)]).toEqual([expected, signature])
  })

  const sent = (path: string, parameters: Record<string, string> = {}, id = 11) =>
    signRequests(
      credentials,
      parameters,
      () => id,
    )({ method: 'POST', path: `/exchange/v1/${path}`, query: [], queryString: '', now })

  it('go into a body that is the whole request', () => {
    expect(sent('private/user-balance')).toEqual({
      queryString: '',
      headers: { 'content-type': 'application/json' },
      body: '{"id":11,"method":"private/user-balance","api_key":"cdc-test-key-0001","params":{},"nonce":1700000000000,"sig":"54a55d19f909acdca6912a3cf1d6fbf03122be402ab475f834338c0768beed54"}',
    })
    expect(JSON.parse(sent('private/get-open-orders', { instrument_name: 'BTC_USDT' }, 12).body ?? '').sig).toBe(
      'bf5d4dbb882c6e864fba108366dfd490aa507a5df33d210642963d0476f65a7f',
    )
  })

  it('log in to the user socket', () => {
    expect(JSON.parse(loginText(credentials, now))).toEqual({
      id: 1,
      method: 'public/auth',
      api_key: 'cdc-test-key-0001',
      sig: 'aa60a084aaa3d8b6fa0f1a11c8160333661bf4f3701efb93fd2fd896ad21d5c7',
      nonce: now,
    })
  })

  it('are given to methods that read, and to nothing else', () => {
    expect(readingMethods.filter((method) => !/^private\/(get|user)-[a-z-]+$/.test(method))).toEqual([])
    for (const method of ['create-order', 'cancel-order', 'cancel-all-orders', 'create-withdrawal', 'amend-order', ''])
      expect(() => sent(`private/${method}`)).toThrow('not among the methods')
    expect(() => sent('private/get-trades/../create-order')).toThrow('not among the methods')
  })
})
