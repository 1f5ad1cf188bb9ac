import { describe, expect, it } from 'vitest'
import { createPositions } from '../../../src/main/account/book.ts'
import { comparePositions } from '../../../src/main/account/reconcile.ts'
import type { PassedOver } from '../../../src/main/net/rest.ts'
import { position } from './rows.ts'

const unlisted = (...names: string[]): PassedOver => ({ count: names.length, samples: names, names })

describe('a position that the exchange’s answer lacks', () => {
  it.each([
    ['is over', undefined, 'BTCUSDT', ['0']],
    ['is over though another contract is not listed', unlisted('BTCUSDT_261225'), 'BTCUSDT', ['0']],
    ['is not said to be over where its own row could not be placed', unlisted('BTCUSDT'), 'BTCUSDT', []],
    ['nor where a row could not be read at all', { count: 1, samples: ['?'], names: [] }, 'BTCUSDT', []],
    ['nor where it is listed no more, and a row of such a one came', unlisted('BTCUSDT'), null, []],
    ['is over where it is listed no more and every row was read', undefined, null, ['0']],
  ])('%s', (_case, passedOver, nativeName, quantities) => {
    const table = createPositions()
    table.fromRest(position())
    const snapshot = { rows: [], passedOver, quietSince: Number.POSITIVE_INFINITY, receivedAt: 2_000 }
    const { take } = comparePositions(table, snapshot, false, () => nativeName)
    expect(take.map(({ quantity }) => quantity)).toEqual(quantities)
  })
})
