import { describe, expect, it } from 'vitest'
import {
  createNonces,
  loginText,
  pathOf,
  readingPaths,
  signatureOf,
  signRequest,
} from '../../../../src/main/exchanges/bitfinex/signing.ts'
import type { UnsignedRequest } from '../../../../src/main/net/rest.ts'

const credentials = { key: 'bfx-test-key-0001', secret: 'bfx-test-secret-0001', passphrase: null }
const nonce = '1700000000000000'
const request = (path: string, more: Partial<UnsignedRequest> = {}): UnsignedRequest => ({
  ...{ method: 'POST', path, query: [], queryString: '', now: 1_700_000_000_000 },
  ...more,
})

describe('bitfinex signatures', () => {
  it('are those of the vectors', () => {
    const { headers, body, queryString } = signRequest(credentials, () => nonce, '{}')(request(pathOf('wallets')))
    expect({ headers, body, queryString }).toEqual({
      queryString: '',
      body: '{}',
      headers: {
        'content-type': 'application/json',
        'bfx-nonce': nonce,
        'bfx-apikey': 'bfx-test-key-0001',
        'bfx-signature':
          '4aec08f3687cbdca5a58089bf8999fcf39aeb18fa67dca8a6fbe29e47942b01849fbdfdb9e2e2fcc8b013785642f82ac',
      },
    })
    expect(
      signatureOf(credentials.secret, `/api/v2/auth/r/trades/tBTCUST/hist${nonce}{"start":1699990000000,"limit":100}`),
    ).toBe('c9c1e1bf0ec9e13c8c9a201d9dd427b2c4ac55004fa89d3c178d8b86eb4376dcebb3bf46e390ff29fcfaca04a0441c5d')
  })

  it('log a socket in, without the switch that would cancel orders', () => {
    expect(JSON.parse(loginText(credentials, nonce))).toEqual({
      event: 'auth',
      apiKey: 'bfx-test-key-0001',
      authSig: '9c1cf931a41cbb81279e78eb5f9dd169248aeb8a074f1d4508b3aebf7d1505c951509088be6a5af54466eb02184693ae',
      authNonce: nonce,
      authPayload: `AUTH${nonce}`,
      filter: ['trading', 'wallet'],
    })
  })

  it('take nonces that only grow, also when the clock goes back', () => {
    const nonces = createNonces()
    const taken = [5, 5, 4, 6].map((now) => Number(nonces(now)))
    expect(taken).toEqual([5_000, 5_001, 5_002, 6_000])
  })
})

describe('what may be signed', () => {
  const sign = signRequest(credentials, () => nonce, '{}')

  it('is reading, by POST, and nothing else', () => {
    for (const path of readingPaths) expect(sign(request(pathOf(path))).headers['bfx-nonce']).toBe(nonce)
    expect(readingPaths.filter((path) => /submit|cancel|update|multi|withdraw|transfer|set/.test(path))).toEqual([])
  })

  it.each([
    ['an order', request('/v2/auth/w/order/submit')],
    ['a withdrawal', request('/v2/auth/w/withdraw')],
    ['a move between wallets', request('/v2/auth/w/transfer')],
    ['a reading path that is not on the list', request('/v2/auth/r/audit/hist')],
    ['a path below one of the list', request(`${pathOf('orders')}/../w/order/submit`)],
    ['a query', request(pathOf('wallets'), { queryString: 'a=1' })],
    ['another method', request(pathOf('wallets'), { method: 'PUT' })],
  ])('is not %s', (_, wrong) => expect(() => sign(wrong)).toThrow('is no reading call of Bitfinex'))
})
