import { describe, expect, it } from 'vitest'
import { signRequests, spotLogin, swapLogin } from '../../../../src/main/exchanges/htx/signing.ts'

/** Made by hand from the documented recipe, with a key that opens nothing. */
const credentials = { key: 'htx-test-key-0001', secret: 'htx-test-secret-0001', passphrase: null }
const now = Date.UTC(2023, 10, 14, 22, 13, 20, 999)
const own =
  'AccessKeyId=htx-test-key-0001&SignatureMethod=HmacSHA256&SignatureVersion=2&Timestamp=2023-11-14T22%3A13%3A20'

describe('htx signatures', () => {
  const sign = signRequests(credentials, 'api.huobi.pro')
  const signed = (path: string, query: readonly (readonly [string, string])[]) =>
    sign({ method: 'GET', path, query, queryString: '', now }).queryString

  it('are over method, host, path and sorted parameters', () => {
    expect(signed('/v1/account/accounts', [])).toBe(
      `${own}&Signature=${encodeURIComponent('GLAu6+QUu3kpgGVj40h9ymhnqvHzo5qimSVBQumdFXc=')}`,
    )
  })

  it('sort capital names ahead of others, whatever the order of the call', () => {
    const query = [
      ['symbol', 'btcusdt'],
      ['account-id', '100009'],
    ] as const
    expect(signed('/v1/order/openOrders', query)).toBe(
      `${own}&account-id=100009&symbol=btcusdt&Signature=${encodeURIComponent('QnwqTv0UCaumnlaBzwYJsJVENp+SCEIur1PyiAMiWPo=')}`,
    )
  })

  it('encode what encodeURIComponent leaves as it is', () => {
    expect(signed('/x', [['a', "b!'()*c d"]])).toContain('&a=b%21%27%28%29%2Ac%20d&')
  })

  it('of the spot socket have other names and version 2.1', () => {
    expect(JSON.parse(spotLogin(credentials, 'api.huobi.pro', '/ws/v2', now))).toEqual({
      action: 'req',
      ch: 'auth',
      params: {
        ...{ authType: 'api', accessKey: credentials.key, signatureMethod: 'HmacSHA256', signatureVersion: '2.1' },
        ...{ timestamp: '2023-11-14T22:13:20', signature: '14ZQkqVaYySy+kUrCbY2okSTsjH6AtqpllYDf4ZogJk=' },
      },
    })
  })

  it.each([
    ['/linear-swap-notification', 'ylEI5AA+FvPtc5nHazzPQqYw/dVMnENJn/D2B8zZBwc='],
    ['/ws/v5/notification', 'XZeoIrKaDuN7BEvZHhHfydr29+bj2KmhjEh9RIflgJw='],
  ])('of the swap socket %s are those of REST', (path, Signature) => {
    expect(JSON.parse(swapLogin(credentials, 'api.hbdm.com', path, now))).toEqual({
      ...{ op: 'auth', type: 'api', AccessKeyId: credentials.key, SignatureMethod: 'HmacSHA256' },
      ...{ SignatureVersion: '2', Timestamp: '2023-11-14T22:13:20', Signature },
    })
  })
})
