import { describe, expect, it } from 'vitest'
import { loginText, signatureOf, signRequests } from '../../../../src/main/exchanges/bybit/signing.ts'
import type { UnsignedRequest } from '../../../../src/main/net/rest.ts'

/** Computed of the documented algorithm: the documents show what is signed, but not the secret of their example. */
const credentials = { key: 'TESTKEY0000000001', secret: 'testsecret0000000000000000000001', passphrase: null }
const request = (queryString: string): UnsignedRequest => ({
  method: 'GET',
  path: '/v5/order/realtime',
  query: [],
  queryString,
  now: 1_658_384_314_791,
})

describe('bybit signatures', () => {
  it('go over time, key, window and the query as sent', () => {
    const sign = signRequests(credentials)
    expect(sign(request('category=spot&symbol=BTCUSDT'))).toEqual({
      queryString: 'category=spot&symbol=BTCUSDT',
      headers: {
        'X-BAPI-API-KEY': 'TESTKEY0000000001',
        'X-BAPI-TIMESTAMP': '1658384314791',
        'X-BAPI-RECV-WINDOW': '5000',
        'X-BAPI-SIGN': '28845def2084681deffdf638e8026eafc6c83349db2d36222dadaf55e0f6d983',
      },
    })
    expect(sign(request('')).headers['X-BAPI-SIGN']).toBe(
      '08d0cb77bfd1a9e59531b451eb407cd4d52862266b5c512201f2978540234ac2',
    )
  })

  it('of a login go over when it ends, ten seconds from now', () => {
    expect(signatureOf(credentials.secret, 'GET/realtime1662350400000')).toBe(
      'd6a1df727b0f2aa96da5509cbeacdbc3d64a1874cc4b4c5c75a24e060f8298f8',
    )
    expect(JSON.parse(loginText(credentials, 1_662_350_390_000))).toEqual({
      op: 'auth',
      args: [credentials.key, 1_662_350_400_000, 'd6a1df727b0f2aa96da5509cbeacdbc3d64a1874cc4b4c5c75a24e060f8298f8'],
    })
  })
})
