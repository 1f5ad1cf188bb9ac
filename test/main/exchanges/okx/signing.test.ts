import { describe, expect, it } from 'vitest'
import { loginText, signatureOf, signRequests } from '../../../../src/main/exchanges/okx/signing.ts'

/** The documentation's example secret; it prints no results, these were computed apart from this code. */
const secret = '22582BD0CFF14C41EDBF1AB98506286D'
const credentials = { key: 'the-key', secret, passphrase: 'the-passphrase' }

describe('okx signatures', () => {
  it.each([
    ['2020-12-08T09:08:57.715ZGET/api/v5/account/balance?ccy=BTC', 'HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY='],
    [
      '2020-12-08T09:08:57.715ZPOST/api/v5/account/set-leverage{"instId":"BTC-USDT","lever":"5","mgnMode":"isolated"}',
      'eCnnCgWLjlQ9XnpUkrcny3qNq3WW/81KNrDr/XR6Xv8=',
    ],
    ['1538054050GET/users/self/verify', '+LdIr8lkkvhr5hoA3g9TMC0+uQJ849ftAcocA/ouu4M='],
    ['1704876947GET/users/self/verify', '5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU='],
  ])('fit the documented secret over %s', (prehash, signature) => {
    expect(signatureOf(secret, prehash)).toBe(signature)
  })

  it('go into four headers, over the query as sent', () => {
    const request = { method: 'GET', path: '/api/v5/account/balance', query: [['ccy', 'BTC']] } as const
    const now = Date.UTC(2020, 11, 8, 9, 8, 57, 715)
    expect(signRequests(credentials)({ ...request, queryString: 'ccy=BTC', now })).toEqual({
      queryString: 'ccy=BTC',
      headers: {
        'OK-ACCESS-KEY': 'the-key',
        'OK-ACCESS-SIGN': 'HiZhvSfMtWJA3uUIVXV3a/bSXNPCWvYFXoGCVS8V4zY=',
        'OK-ACCESS-TIMESTAMP': '2020-12-08T09:08:57.715Z',
        'OK-ACCESS-PASSPHRASE': 'the-passphrase',
      },
    })
  })

  it('leave out the question mark where there is no query', () => {
    const request = { method: 'GET', path: '/api/v5/account/config', query: [], queryString: '', now: 0 } as const
    expect(signRequests(credentials)(request).headers['OK-ACCESS-SIGN']).toBe(
      signatureOf(secret, '1970-01-01T00:00:00.000ZGET/api/v5/account/config'),
    )
  })

  it('of logins are made over whole seconds', () => {
    expect(JSON.parse(loginText(credentials, 1_704_876_947_999))).toEqual({
      op: 'login',
      args: [
        {
          apiKey: 'the-key',
          passphrase: 'the-passphrase',
          timestamp: '1704876947',
          sign: '5/36BgGV6m/6pmdc20zdqk0mzF5ZalmzzPD2fo3wavU=',
        },
      ],
    })
  })
})
