import { describe, expect, it } from 'vitest'
import type { Page } from '../../../src/main/exchanges/account-contract.ts'
import { collect, onceEach } from '../../../src/main/exchanges/account-pages.ts'
import { withPassedOver } from '../../../src/main/exchanges/rows.ts'

const failed: Page<string> = {
  ok: false,
  failure: { kind: 'unreadable', code: null, message: 'no list', retryAfterMs: null },
}
const odd = (name: string) => ({ count: 1, samples: [`${name}: odd`], names: [name] })

async function* pagesOf(...pages: readonly Page<string>[]): AsyncGenerator<Page<string>> {
  yield* pages
}
async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const page of pages) list.push(page)
  return list
}
const page = (...value: readonly string[]): Page<string> => ({ ok: true, value })
const same = (row: string) => row

describe('pages of a list', () => {
  it('bring each row once, over lists that share what is known', async () => {
    const known = new Set(['a'])
    const isWanted = (row: string) => row !== 'x'
    const pages = onceEach(pagesOf(page('a', 'b', 'x'), page('b'), page('c', 'c')), same, isWanted, known)
    expect(await all(pages)).toEqual([page('b'), page('c')])
    expect([...known]).toEqual(['a', 'b', 'c'])
    expect(await all(onceEach(pagesOf(page('c', 'd')), same, isWanted, known))).toEqual([page('d')])
  })

  it('know nothing of one another where nothing is shared', async () => {
    for (let time = 0; time < 2; time++)
      expect(await all(onceEach(pagesOf(page('a')), same, () => true))).toEqual([page('a')])
  })

  it('stay, without rows, where they passed something over', async () => {
    const told: Page<string> = { ok: true, value: ['a'], passedOver: odd('B') }
    expect(await all(onceEach(pagesOf(told), same, () => false))).toEqual([{ ...told, value: [] }])
  })

  it('end with the one that failed', async () => {
    expect(await all(onceEach(pagesOf(page('a'), failed, page('b')), same, () => true))).toEqual([page('a'), failed])
    expect(await collect(pagesOf(page('a')), pagesOf(failed, page('b')))).toEqual(failed)
  })

  it('are put together with what all of them passed over', async () => {
    const [one, two] = [odd('B'), odd('C')]
    const first: Page<string> = { ok: true, value: ['a'], passedOver: one }
    const second: Page<string> = { ok: true, value: ['b'], passedOver: two }
    expect(await collect(pagesOf(first, page('c')), pagesOf(second))).toEqual({
      ok: true,
      value: ['a', 'c', 'b'],
      passedOver: { count: 2, samples: ['B: odd', 'C: odd'], names: ['B', 'C'] },
    })
    expect(await collect<string>()).toEqual({ ok: true, value: [] })
  })
})

it('says nothing of what was passed over where that is nothing', () => {
  expect(withPassedOver(1, [undefined, undefined])).toEqual({ ok: true, value: 1 })
  expect(withPassedOver(1, [undefined, odd('A')])).toEqual({ ok: true, value: 1, passedOver: odd('A') })
})
