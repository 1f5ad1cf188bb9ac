import { expect, it } from 'vitest'
import { hint, mapped, readPush } from '../../../src/main/exchanges/account-pushes.ts'
import type { Reading } from '../../../src/main/exchanges/account-rows.ts'
import { bad, foreign, good } from '../../../src/main/exchanges/rows.ts'

/** Elements are their own readings. */
const read = (element: unknown): Reading<readonly [ReturnType<typeof hint>]> => {
  if (element === 'good') return good([hint('fills')])
  if (element === 'foreign') return foreign
  return element === 'unlisted' ? { kind: 'unlisted', name: 'X' } : bad('qty', element)
}
const ack = { type: 'ack', id: 1, wires: null } as const
const oddDetail = 'orders qty: "odd": not what it must be'

it('brings the events of all elements', () => {
  expect(readPush('orders', ['good', 'foreign', 'good'], read, 'orders')).toEqual({
    kind: 'events',
    events: [hint('fills'), hint('fills')],
  })
})

it('asks REST for what could not be read, and brings the rest', () => {
  expect(readPush('orders', ['odd', 'good'], read, 'orders')).toEqual({
    kind: 'events',
    events: [hint('fills'), hint('orders')],
    rejected: { reason: 'value', detail: oddDetail },
  })
})

it('is rejected where it brings nothing: REST knows no more of what is not listed', () => {
  const unlisted = { reason: 'unknownInstrument', detail: 'X' }
  expect(readPush('orders', ['unlisted'], read, 'orders')).toEqual({ kind: 'rejected', ...unlisted })
  expect(readPush('orders', ['odd'], read, null)).toEqual({ kind: 'rejected', reason: 'value', detail: oddDetail })
  expect(readPush('orders', ['unlisted', 'odd'], read, null)).toEqual({ kind: 'rejected', ...unlisted })
})

it('answers what it answers in any case', () => {
  expect(readPush('orders', [], read, 'orders', ack)).toEqual({ kind: 'events', events: [], control: ack })
  expect(readPush('orders', ['unlisted'], read, 'orders', ack)).toMatchObject({ kind: 'events', control: ack })
})

it('maps rows and leaves the rest as it is', () => {
  expect(mapped(good('fills' as const), (poll) => [hint(poll)])).toEqual(good([hint('fills')]))
  expect(mapped(bad('qty', 1), () => [])).toEqual(bad('qty', 1))
})
