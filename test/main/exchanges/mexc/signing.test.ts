import { describe, expect, it } from 'vitest'
import { createSign, recvWindowMs, signatureOf } from '../../../../src/main/exchanges/mexc/signing.ts'

/** The documentation's own. */
const key = 'mx0aBYs33eIilxBWC5'
const secret = '45d0b3c26f2644f19bfb98b07741b2f5'
const vector = 'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=11&recvWindow=5000&timestamp=1644489390087' as const

describe('MEXC signatures', () => {
  it.each([
    ['Example 2', vector, 'fd3e4e8543c5188531eb7279d68ae7d26a573d0fc5ab0d18eb692451654d837a'],
    [
      'query and body mixed',
      vector.replace('&quantity', 'quantity'),
      'd1a676610ceb39174c8039b3f548357994b2a34139a8addd33baadba65684592',
    ],
  ])('reproduce the documented %s', (_name, text, signature) => {
    expect(signatureOf(secret, text)).toBe(signature)
  })

  const sign = createSign({ key, secret, passphrase: null })
  const request = { method: 'GET', path: '/api/v3/account', query: [], now: 1_644_489_390_087.4 } as const

  it.each([
    ['a call without parameters', '', `recvWindow=${recvWindowMs}&timestamp=1644489390087`],
    ['one with them', 'symbol=BTC%2FUSDT', `symbol=BTC%2FUSDT&recvWindow=${recvWindowMs}&timestamp=1644489390087`],
  ])('end the query of %s', (_name, queryString, stamped) => {
    expect(sign({ ...request, queryString })).toEqual({
      queryString: `${stamped}&signature=${signatureOf(secret, stamped)}`,
      headers: { 'x-mexc-apikey': key },
    })
  })
})
