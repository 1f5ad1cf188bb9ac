import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parsePastedKey, secretText } from '../../../../src/renderer/features/accounts/pasted-key.ts'

const pem = (type: 'rsa' | 'ed25519') =>
  (type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
const ecPem = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString()

describe('a pasted key', () => {
  it.each([
    ['aKey\naSecret', 'aKey', 'aSecret', null],
    ['  aKey \r\n\r\n aSecret \r\n', 'aKey', 'aSecret', null],
    ['aKey\taSecret', 'aKey', 'aSecret', null],
    ['aKey\naSecret\nword', 'aKey', 'aSecret', 'word'],
    ['API Key: aKey\nSecret Key: aSecret', 'aKey', 'aSecret', null],
    ['Passphrase = word\nSecret: aSecret\nAPIKey=aKey', 'aKey', 'aSecret', 'word'],
    ['Access Key: aKey\naSecret', 'aKey', 'aSecret', null],
  ])('is taken apart: %j', (text, key, secret, passphrase) =>
    expect(parsePastedKey(text)).toEqual({ key, secret, passphrase }),
  )

  it.each(['aKey', ' aKey ', '', 'a\nb\nc\nd', 'one two three four', 'Secret: a b\nKey: c'])(
    'is left alone where it is no such text: %j',
    (text) => expect(parsePastedKey(text)).toBeNull(),
  )

  it('knows a private key from lines of keys, alone and behind its API key', () => {
    const secret = pem('ed25519')
    expect(parsePastedKey(secret)).toBeNull()
    expect(parsePastedKey(`API Key: aKey\nSecret Key:\n${secret}`)).toEqual({
      key: 'aKey',
      secret: secret.trim(),
      passphrase: null,
    })
  })

  it('may be a file of JSON, whose line ends are written out', () => {
    const secret = ecPem()
    const key = 'organizations/an-id/apiKeys/another-id'
    const taken = { key, secret: secret.trim(), passphrase: null }
    expect(parsePastedKey(JSON.stringify({ name: key, privateKey: secret }, null, 2))).toEqual(taken)
    expect(secretText(secret.replaceAll('\n', '\\n'))).toBe(secret.trim())
    // A key of the other kind is no PEM.
    expect(parsePastedKey('{"id":"an-id","privateKey":"c2VlZA=="}')).toEqual({
      ...{ key: 'an-id', secret: 'c2VlZA==', passphrase: null },
    })
    expect([parsePastedKey('{"name":"alone"}'), parsePastedKey('{cut off')]).toEqual([null, null])
  })

  it.each(['rsa', 'ed25519'] as const)(
    'becomes a private key (%s) again after a one-line field took its line breaks',
    (type) => {
      const secret = pem(type)
      const restored = secretText(secret.replaceAll('\n', ''))
      expect(createPrivateKey(restored).export({ type: 'pkcs8', format: 'pem' })).toBe(secret)
      expect(secretText(' aSecret ')).toBe('aSecret')
    },
  )
})
