import { describe, expect, it } from 'vitest'
import { settingsFor, simulatorThread, startHub, type TestHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('what a hub says to be missing', () => {
  it('of trades recorded though nobody watches them, and of a book that the next run does not keep, begins and ends', async () => {
    const simulator = await simulatorThread({ venues: ['binance'], symbols: ['BTC_USDT', 'ETH_USDT'] })
    const folder = temporaryFolder()
    const begin = (books: readonly string[]) =>
      startHub({
        folder,
        settings: settingsFor(simulator, {
          ...{ symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 5 } },
          ...{ trades: { record: ['ETH_USDT'] }, orderBooks: { symbols: books } },
        }),
      })
    const told = ({ rows }: TestHub) =>
      rows<{ kind: string; cause: string; length: number | null }>(
        `SELECT kind, cause, end_time_ms - time_ms AS length FROM v_gaps WHERE symbol = 'ETH_USDT' ORDER BY kind, time_ms`,
      )
    const first = await begin(['ETH_USDT'])
    let isLive = false
    await until(() => {
      void first.ask('books.list', {}).then((books) => {
        isLive = books.length === 1 && books.every(({ truth }) => truth === 'live')
      })
      return isLive && first.rows('SELECT 1 FROM trades').length > 0
    }, 'a live book and stored trades')
    await first.hub.stop()
    expect(told(first)).toEqual([
      { kind: 'order_book', cause: 'shutdown', length: null },
      { kind: 'trade', cause: 'shutdown', length: null },
    ])

    const second = await begin([])
    await until(() => told(second).every(({ length }) => length !== null), 'the end of both')
    expect(told(second)).toEqual([
      { kind: 'order_book', cause: 'shutdown', length: expect.any(Number) },
      { kind: 'order_book', cause: 'not_watched', length: 0 },
      { kind: 'trade', cause: 'shutdown', length: expect.any(Number) },
    ])
  }, 60_000)
})
