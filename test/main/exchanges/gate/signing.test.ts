import { describe, expect, it } from 'vitest'
import {
  payloadHash,
  restSignature,
  restSigner,
  streamAuth,
  streamSignature,
} from '../../../../src/main/exchanges/gate/signing.ts'

// Vectors of API V4, "APIv4 signed request requirements"; the stream's is computed by its documented recipe.
const secret = 'secret'
const emptyHash =
  'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e'
const getSignature =
  '55f84ea195d6fe57ce62464daaa7c3c02fa9d1dde954e4c898289c9a2407a3d6fb3faf24deff16790d726b66ac9f74526668b13bd01029199cc4fcc522418b8a'
const streamVector =
  '833a44bb4cd083e47bc1fec22b5c12e8b98c30fc7a9f4a1e52800dcfdff9a57240d7c10f1e9553dee020011fa5d02cdc7d1155a380cc4dcbd45f8fb525e41f4b'
const path = '/api/v4/futures/orders'
const query = 'contract=BTC_USD&status=finished&limit=50'

describe("gate's signatures", () => {
  it('hash an empty body as documented', () => expect(payloadHash()).toBe(emptyHash))

  it('are the documented one of a GET', () => {
    expect(restSignature(secret, { method: 'GET', path, query, time: 1541993715 })).toBe(getSignature)
  })

  it('are the documented one of a body', () => {
    const body = '{"contract":"BTC_USD","type":"limit","size":100,"price":6800,"time_in_force":"gtc"}'
    const request = { method: 'POST', path, query: '', time: 1541993715 }
    expect(restSignature(secret, request, payloadHash(body))).toBe(
      'eae42da914a590ddf727473aff25fc87d50b64783941061f47a3fdb92742541fc4c2c14017581b4199a1418d54471c269c03a38d788d802e2c306c37636389f0',
    )
  })

  it('go into the headers, over the query before it is percent-encoded', () => {
    const sign = restSigner({ key: 'key', secret, passphrase: null })
    const pairs = [
      ['contract', 'BTC_USD'],
      ['status', 'finished'],
      ['limit', '50'],
    ] as const
    const request = { method: 'GET', path, query: pairs, now: 1541993715999 } as const
    expect(sign({ ...request, queryString: query })).toEqual({
      queryString: query,
      headers: { 'Content-Type': 'application/json', KEY: 'key', Timestamp: '1541993715', SIGN: getSignature },
    })
    const odd = { ...request, query: [['contract', '龙虾_USDT']] as const, queryString: 'contract=%E9%BE%99' }
    expect(sign(odd)).toMatchObject({
      queryString: 'contract=%E9%BE%99',
      headers: {
        SIGN: restSignature(secret, { method: 'GET', path, query: 'contract=龙虾_USDT', time: 1541993715 }),
      },
    })
  })

  it('of a subscription are over its channel, event and time', () => {
    expect(streamSignature(secret, 'spot.orders', 'subscribe', 1611541000)).toBe(streamVector)
    expect(streamAuth({ key: 'key', secret, passphrase: null }, 'spot.orders', 'subscribe', 1611541000)).toEqual({
      method: 'api_key',
      KEY: 'key',
      SIGN: streamVector,
    })
  })
})
