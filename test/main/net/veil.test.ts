import { expect, it } from 'vitest'
import { veiled } from '../../../src/main/net/veil.ts'

it.each([
  ['{"apiKey":"h5fSkyHIB1y8mTcRnZ","readOnly":1}', '{"apiKey":"…","readOnly":1}'],
  ['key organizations/9c1b7f02-1c5e-4d1a-9c3f-7a1f8e5d2b60/apiKeys/1', 'key organizations/…/apiKeys/1'],
  ['token=dGhlLXRva2VuLW9mLWEtc29ja2V0MQ==&x=1', 'token=…&x=1'],
  ['order 1234567890123456789 is UnknownOrderRejected', 'order 1234567890123456789 is UnknownOrderRejected'],
  ['HTTP 429 at 2026-11-22T03:47:00.000Z', 'HTTP 429 at 2026-11-22T03:47:00.000Z'],
])('%s', (said, told) => {
  expect(veiled(said)).toBe(told)
})
