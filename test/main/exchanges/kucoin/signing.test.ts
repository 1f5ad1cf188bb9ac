import { describe, expect, it } from 'vitest'
import { signRequests } from '../../../../src/main/exchanges/kucoin/signing.ts'
import { tokenCall } from '../../../../src/main/exchanges/kucoin/tokens.ts'
import type { UnsignedRequest } from '../../../../src/main/net/rest.ts'

const credentials = { key: 'key', secret: 'kucoin-test-secret-0001', passphrase: 'test-passphrase' }
const sign = signRequests(credentials)
const request = (more: Partial<UnsignedRequest>): UnsignedRequest => ({
  ...{ method: 'GET', path: '/api/v1/accounts', query: [], queryString: '', now: 1_700_000_000_000, ...more },
})

describe('kucoin signatures', () => {
  it('hold the passphrase as its own signature, and the version of the key', () => {
    expect(sign(request({ queryString: 'type=trade' }))).toEqual({
      queryString: 'type=trade',
      headers: {
        'KC-API-KEY': 'key',
        'KC-API-SIGN': 'HvyW2N+s4myLyS+Jswrnl02F4xfZwaODcva2+aqpqDw=',
        'KC-API-TIMESTAMP': '1700000000000',
        'KC-API-PASSPHRASE': 'ZH7ln7qeiOv4K7qDZylARi/hFkeVFcPK/hP9e6vUmps=',
        'KC-API-KEY-VERSION': '2',
        'Content-Type': 'application/json',
      },
    })
  })

  it.each<[string, Partial<UnsignedRequest>, string]>([
    [
      'a POST without a body',
      { method: 'POST', path: '/api/v1/bullet-private' },
      'yEoooYUkW0AWvtNLTo7SPAcXYFtEBSnXqgt0dH+TY/M=',
    ],
    [
      'a path with its query as sent',
      { path: '/api/v1/orders', queryString: 'status=active&symbol=XBTUSDTM' },
      'ItlX9ae50HL4Jwr5Xv4N6NNFqSMQ/JvVbX+9+o9D1bk=',
    ],
  ])('of %s are as computed from the documentation', (_what, more, expected) => {
    expect(sign(request(more)).headers['KC-API-SIGN']).toBe(expected)
  })
})

describe('kucoin tokens', () => {
  it('are all that is ever posted', () => {
    const calls = (['spot', 'futures'] as const).flatMap((market) => [tokenCall(market, null), tokenCall(market, sign)])
    expect(calls.map(({ method, url, pool, sign: signs }) => [method, url, pool, signs !== undefined])).toEqual([
      ['POST', 'https://api.kucoin.com/api/v1/bullet-public', 'public', false],
      ['POST', 'https://api.kucoin.com/api/v1/bullet-private', 'spot', true],
      ['POST', 'https://api-futures.kucoin.com/api/v1/bullet-public', 'public', false],
      ['POST', 'https://api-futures.kucoin.com/api/v1/bullet-private', 'futures', true],
    ])
  })
})
