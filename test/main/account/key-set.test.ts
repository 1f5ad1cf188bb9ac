import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeySet } from '../../../src/main/account/key-set.ts'

describe('a set of keys', () => {
  it('knows what was added and nothing else, whatever the keys are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 40 }), fc.array(fc.nat({ max: 39 })), (keys, added) => {
        const set = new KeySet(1_000_000)
        const known = new Set<string>()
        for (const place of added) {
          const key = keys[place]
          if (key === undefined) continue
          set.add(key)
          known.add(key)
        }
        for (const key of keys) expect(set.has(key), key).toBe(known.has(key))
      }),
    )
  })

  it('tells two hundred thousand keys apart that differ in a digit or two, as ids of trades do', () => {
    const set = new KeySet(1_000_000)
    const keyOf = (n: number) => `binance-main BTC_USDT ${4_000_000_000 + n} ${90_000_000_000 + n * 7}`
    let taken = 0
    for (let n = 0; n < 200_000; n++) {
      if (set.has(keyOf(n))) taken++
      set.add(keyOf(n))
    }
    for (let n = 0; n < 200_000; n += 1_000) expect(set.has(keyOf(n))).toBe(true)
    for (let n = 200_000; n < 250_000; n++) if (set.has(keyOf(n))) taken++
    expect(taken).toBe(0)
  })

  it('forgets no more than the older half when there are too many', () => {
    const set = new KeySet(1_000)
    for (let n = 0; n < 5_250; n++) set.add(String(n))
    const known = Array.from({ length: 5_250 }, (_, n) => set.has(String(n)))
    expect([known.lastIndexOf(false), known.indexOf(true)]).toEqual([4_499, 4_500])
  })
})
