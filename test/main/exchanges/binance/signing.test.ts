import { generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  createKeySign,
  createSign,
  createSignText,
  signedParameters,
  subscriptionParameters,
} from '../../../../src/main/exchanges/binance/signing.ts'

/** The documentation's own. */
const key = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'
const secret = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const futuresSecret = '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9'
const credentials = { key, secret, passphrase: null }
const order = 'side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'

describe('binance signatures', () => {
  it.each([
    ['plain', secret, `symbol=LTCBTC&${order}`, 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'],
    [
      'percent-encoded',
      secret,
      `symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&${order}`,
      'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
    ],
    [
      'account',
      secret,
      'omitZeroBalances=true&recvWindow=5000&timestamp=1499827319559',
      '807e9f33e2180fee3162aaa9fddb73c600a957ca7e8353e2c50ba2a31430a41f',
    ],
    [
      'futures',
      futuresSecret,
      'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943',
      '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9',
    ],
  ])('agree with the documentation (%s)', (_name, own, text, signature) => {
    expect(createSignText(own)(text)).toBe(signature)
  })

  it.each([
    [
      {
        price: '52000.00',
        quantity: '0.01000000',
        recvWindow: 100,
        side: 'SELL',
        symbol: 'BTCUSDT',
        timeInForce: 'GTC',
        timestamp: 1_645_423_376_532,
        type: 'LIMIT',
      },
      'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
    ],
    [{ timestamp: 1_747_385_641_636 }, '681110a6057ad58657af22f5640fab9dd17418834cdfccdc81be8b0f7b2cde3e'],
    [
      { timestamp: 1_747_385_641_636, recvWindow: 5_000 },
      '49601ffc5b0122c3c7ee3ea85ef7d6cd76256f5191a57c976418faa32e917653',
    ],
  ])('agree with the documentation over the WebSocket API', (parameters, signature) => {
    expect(signedParameters(credentials, parameters)).toEqual({ ...parameters, apiKey: key, signature })
  })

  it('put window, time and signature behind the query, and the key into a header', () => {
    const request = { method: 'GET', path: '/api/v3/account', query: [], now: 1_499_827_319_559.7 } as const
    const own = 'recvWindow=10000&timestamp=1499827319559'
    const signed = createSign(credentials)({ ...request, queryString: 'omitZeroBalances=true' })
    const text = `omitZeroBalances=true&${own}`
    expect(signed).toEqual({
      queryString: `${text}&signature=${createSignText(secret)(text)}`,
      headers: { 'X-MBX-APIKEY': key },
    })
    expect(createSign(credentials)({ ...request, queryString: '' }).queryString).toBe(
      `${own}&signature=${createSignText(secret)(own)}`,
    )
    expect(createKeySign(credentials)({ ...request, queryString: '' })).toEqual({
      queryString: '',
      headers: { 'X-MBX-APIKEY': key },
    })
    expect(subscriptionParameters(credentials, 1_747_385_641_636.2)).toMatchObject({
      apiKey: key,
      recvWindow: 10_000,
      timestamp: 1_747_385_641_636,
    })
  })

  it.each([
    ['Ed25519', () => generateKeyPairSync('ed25519'), null],
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2_048 }), 'RSA-SHA256'],
  ] as const)('are made with a private key in PEM: %s', (_name, generate, digest) => {
    const { privateKey, publicKey } = generate()
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signature = Buffer.from(createSignText(pem)('symbol=LTCBTC'), 'base64')
    expect(verify(digest, Buffer.from('symbol=LTCBTC'), publicKey, signature)).toBe(true)
    const request = { method: 'GET', path: '/', query: [], queryString: '', now: 1 } as const
    expect(createSign({ ...credentials, secret: pem })(request).queryString).toMatch(/&signature=[A-Za-z0-9%]+$/)
  })

  it('leave a private key that cannot be read to the exchange’s refusal', () => {
    expect(createSignText('-----BEGIN PRIVATE KEY-----\nnone\n')('a')).toMatch(/^[0-9a-f]{64}$/)
  })
})
