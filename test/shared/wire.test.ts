import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts'

describe('the wire format', () => {
  it('carries columns with NaN, and what stands beside them', () => {
    const payload = {
      instrumentIds: Uint32Array.of(1, 4_000_000_000),
      bidPrice: Float64Array.of(Number.NaN, 0.1, -0, Number.POSITIVE_INFINITY),
      isClosed: Uint8Array.of(0, 1, 255),
      title: 'Gate – 元',
      nothing: null,
    }
    const message = { kind: 'push' as const, name: 'market.quotes', payload }
    expect(decodeMessage(encodeMessage(message))).toEqual({ ok: true, value: message })
  })

  it('carries a column larger than one piece', () => {
    const column = Float64Array.from({ length: 20_000 }, (_, i) => i / 7)
    const message = { kind: 'reply' as const, id: 7, reply: { ok: true as const, value: { column } } }
    expect(decodeMessage(encodeMessage(message))).toEqual({ ok: true, value: message })
  })

  it('carries any doubles unchanged', () => {
    fc.assert(
      fc.property(fc.float64Array(), (column) => {
        const decoded = decodeMessage(encodeMessage({ kind: 'push', name: 'x', payload: column }))
        expect(decoded).toMatchObject({ ok: true, value: { payload: column } })
      }),
    )
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"kind":"other"}',
    '{"kind":"call","id":"1","name":"x"}',
    '{"$f64":"***"}',
    '{"kind":"push","name":1}',
  ])('takes %j for no message, without a throw', (text) =>
    expect(decodeMessage(text)).toMatchObject({ ok: false, problem: expect.any(String) }),
  )
})
