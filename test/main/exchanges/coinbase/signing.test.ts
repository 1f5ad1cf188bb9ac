import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSigner, readSecret, signingInput, tokenOf } from '../../../../src/main/exchanges/coinbase/signing.ts'

const key = 'organizations/org-1/apiKeys/key-1'
const uri = 'GET api.coinbase.com/api/v3/brokerage/accounts'
const nonce = '00112233445566778899aabbccddeeff'
const now = 1_700_000_000_000
/** Computed apart from this code, by the documentation's recipe. */
const documentedInput =
  'eyJhbGciOiJFUzI1NiIsImtpZCI6Im9yZ2FuaXphdGlvbnMvb3JnLTEvYXBpS2V5cy9rZXktMSIsIm5vbmNlIjoiMDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2NkZGVlZmYiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJvcmdhbml6YXRpb25zL29yZy0xL2FwaUtleXMva2V5LTEiLCJpc3MiOiJjZHAiLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDEyMCwidXJpIjoiR0VUIGFwaS5jb2luYmFzZS5jb20vYXBpL3YzL2Jyb2tlcmFnZS9hY2NvdW50cyJ9'
/** RFC 8032, 7.1, TEST 1: seed and public key. */
const rfcPair = Buffer.from(
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  'hex',
).toString('base64')

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = ec.privateKey.export({ format: 'pem', type: 'sec1' }).toString()
const partsOf = (token: string) => {
  const dot = token.lastIndexOf('.')
  return { input: token.slice(0, dot), signature: Buffer.from(token.slice(dot + 1), 'base64url') }
}
const json = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString())

describe('coinbase tokens', () => {
  it('are made of the documented header and payload', () => {
    expect(signingInput('ES256', { key, uri, now, nonce })).toBe(documentedInput)
  })

  it.each([
    ['as it is', pem],
    ['with its line ends written out', pem.replaceAll('\n', '\\n')],
    ['as PKCS#8', ec.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
  ])('are signed by an EC key %s, as 64 bytes', (_name, secret) => {
    const { input, signature } = partsOf(tokenOf(readSecret(secret), { key, uri, now, nonce }))
    expect(input).toBe(documentedInput)
    expect(signature).toHaveLength(64)
    const shown = { key: ec.publicKey, dsaEncoding: 'ieee-p1363' } as const
    expect(verify('sha256', Buffer.from(input), shown, signature)).toBe(true)
  })

  it('are signed by an Ed25519 pair, whose public half is the one of the RFC', () => {
    const secret = readSecret(rfcPair)
    if (secret === null) throw new Error('not read')
    const shown = createPublicKey(secret)
    expect(shown.export({ format: 'jwk' }).x).toBe('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')
    const { input, signature } = partsOf(tokenOf(secret, { key, uri: null, now, nonce }))
    const [header, payload] = input.split('.')
    expect(json(header)).toEqual({ alg: 'EdDSA', kid: key, nonce, typ: 'JWT' })
    expect(json(payload)).toEqual({ sub: key, iss: 'cdp', nbf: 1_700_000_000, exp: 1_700_000_120 })
    expect(verify(null, Buffer.from(input), shown, signature)).toBe(true)
  })

  it('name method, host and path of a request without its query, and are new each time', () => {
    const { sign, streamToken } = createSigner({ key, secret: rfcPair, passphrase: null })
    const request = {
      method: 'GET',
      path: '/api/v3/brokerage/accounts',
      query: [],
      queryString: 'limit=250',
      now,
    } as const
    const [first, second] = [sign(request), sign(request)]
    expect(first.queryString).toBe('limit=250')
    const { authorization = '' } = first.headers
    const [header, payload] = authorization.replace('Bearer ', '').split('.')
    expect(json(payload)).toMatchObject({ uri })
    expect(json(header).nonce).toMatch(/^[0-9a-f]{32}$/)
    expect(second.headers.authorization).not.toBe(authorization)
    expect(json(streamToken(now).split('.')[1])).not.toHaveProperty('uri')
  })

  it.each(['', 'not a key', '-----BEGIN EC PRIVATE KEY-----\nnonsense\n-----END EC PRIVATE KEY-----', 'c2hvcnQ='])(
    'have no signature by a secret that is none (%s)',
    (secret) => {
      expect(readSecret(secret)).toBeNull()
      expect(tokenOf(readSecret(secret), { key, uri, now, nonce })).toBe(`${documentedInput}.`)
    },
  )
})
