import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowed } from '../../../../src/main/exchanges/mexc/account-windows.ts'

interface Row {
  readonly id: number
  readonly at: number
}

/** A list as MEXC might serve it: what is documented is only that no reply holds more than `most` rows. */
function listOf(rows: readonly Row[], most: number, manners: { newest: boolean; endless: boolean; spanMs: number }) {
  const asked: [number, number][] = []
  return {
    asked,
    rows: most,
    spanMs: manners.spanMs,
    key: ({ id }: Row) => String(id),
    timeOf: ({ at }: Row) => at,
    ask: async (from: number, to: number) => {
      asked.push([from, to])
      const found = rows.filter(({ at }) => at >= from && (at < to || (manners.endless && at === to)))
      const reply = manners.newest ? found.slice(-most).toReversed() : found.slice(0, most)
      return { ok: true, value: { rows: reply, received: reply.length } } as const
    },
  }
}

async function collect(pages: AsyncIterable<{ ok: boolean; value?: readonly Row[]; passedOver?: unknown }>) {
  const ids: number[] = []
  const complaints: unknown[] = []
  for await (const page of pages) {
    ids.push(...(page.value ?? []).map(({ id }) => id))
    if (page.passedOver) complaints.push(page.passedOver)
  }
  return { ids: ids.sort((a, b) => a - b), complaints }
}

describe('lists in windows of time', () => {
  it('come complete and once, wherever the bounds lie and whichever rows a full reply leaves out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 5_000 }), { maxLength: 80 }),
        fc.integer({ min: 2, max: 6 }),
        fc.record({ newest: fc.boolean(), endless: fc.boolean(), spanMs: fc.integer({ min: 1, max: 6_000 }) }),
        async (times, most, manners) => {
          // In one millisecond or two that follow each other, no more than a reply holds less one: otherwise it looks cut.
          const counts = new Map<number, number>()
          const rows: Row[] = []
          for (const at of times.sort((a, b) => a - b)) {
            const near = (counts.get(at) ?? 0) + (counts.get(at - 1) ?? 0) + 1
            if (near >= most) continue
            counts.set(at, (counts.get(at) ?? 0) + 1)
            rows.push({ id: rows.length, at })
          }
          const list = listOf(rows, most, manners)
          const { ids, complaints } = await collect(windowed({ ...list, from: 0, to: 5_001 }))
          expect({ ids, complaints }).toEqual({ ids: rows.map(({ id }) => id), complaints: [] })
          expect(list.asked.every(([from, to]) => to - from <= manners.spanMs)).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('need few calls for a crowd within a long silence', async () => {
    const rows = Array.from({ length: 1_000 }, (_, id) => ({ id, at: 15 * 86_400_000 + id * 2_000 }))
    const list = listOf(rows, 100, { newest: true, endless: true, spanMs: 30 * 86_400_000 })
    expect((await collect(windowed({ ...list, from: 0, to: 30 * 86_400_000 }))).ids).toHaveLength(1_000)
    expect(list.asked.length).toBeLessThan(40)
  })

  it('say so when one millisecond holds more than a reply', async () => {
    const rows = Array.from({ length: 5 }, (_, id) => ({ id, at: 1_000 }))
    const list = listOf(rows, 3, { newest: false, endless: true, spanMs: 10_000 })
    const { ids, complaints } = await collect(windowed({ ...list, from: 0, to: 2_000 }))
    expect(ids).toEqual([0, 1, 2])
    expect(complaints[0]).toEqual({
      count: 1,
      samples: [expect.stringMatching(/^3 rows at 1970-01-01T00:00:0.*: MEXC gives no more of one millisecond$/)],
      names: [],
    })
  })

  it('end with the page that failed', async () => {
    const failure = { kind: 'network', code: null, message: 'gone', retryAfterMs: null } as const
    const pages: unknown[] = []
    const list = {
      from: 0,
      to: 100,
      rows: 2,
      spanMs: 10,
      key: String,
      timeOf: Number,
      ask: async () => ({ ok: false, failure }) as const,
    }
    for await (const page of windowed<number>(list)) pages.push(page)
    expect(pages).toEqual([{ ok: false, failure }])
  })
})
