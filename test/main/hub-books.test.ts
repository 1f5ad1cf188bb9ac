import { describe, expect, it } from 'vitest'
import { settingsFor, simulatorThread, startHub, type TestHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'

const booksOf = async ({ ask }: TestHub) => (await ask('books.list', {})).map(({ instrument }) => instrument).sort()
async function untilLive(test: TestHub, instruments: readonly string[]): Promise<void> {
  let list = await test.ask('books.list', {})
  await until(() => {
    void test.ask('books.list', {}).then((now) => {
      list = now
    })
    return list.length === instruments.length && list.every(({ truth }) => truth === 'live')
  }, 'live books')
  expect(list.map(({ instrument }) => instrument).sort()).toEqual(instruments)
}

describe('order books in the hub', () => {
  it('are kept of what is watched, shown as asked for, built anew by hand, and stored as gaps', async () => {
    const simulator = await simulatorThread({ venues: ['binance', 'okx'], symbols: ['BTC_USDT', 'ETH_USDT'] })
    const settings = settingsFor(simulator, { symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 5 } })
    const test = await startHub({ settings })
    const { ask, client, rows } = test
    await untilLive(test, ['binance:BTC_USDT', 'okx:BTC_USDT'])

    const columns = await ask('books.depth', { instrument: 'okx:BTC_USDT', levels: 20 })
    expect(columns).toMatchObject({ truth: 'live', reason: '' })
    expect(columns.bidPrice).toHaveLength(20)
    expect(columns.bidPrice[0]).toBeLessThan(columns.askPrice[0] ?? 0)
    const from = Date.now()
    await ask('view.set', { visible: true, klines: [], books: [{ instrument: 'okx:BTC_USDT', levels: 5 }] })
    await until(() => client.pushes('market.books', from).length > 3, 'pushed books')
    const pushed = client.pushes('market.books', from).flat()
    expect(new Set(pushed.map(({ instrumentId, bidPrice }) => `${instrumentId} ${bidPrice.length}`)).size).toBe(1)
    expect(pushed.every(({ bidPrice }) => bidPrice.length === 5)).toBe(true)

    await ask('books.resync', { instrument: 'okx:BTC_USDT' })
    await untilLive(test, ['binance:BTC_USDT', 'okx:BTC_USDT'])
    const gaps = () =>
      rows<{ cause: string; end_time_ms: number | null }>("SELECT * FROM v_gaps WHERE kind = 'order_book'")
    await until(
      () => gaps().length === 1 && gaps().every(({ end_time_ms }) => end_time_ms !== null),
      'the gap in the database',
    )
    expect(gaps()).toMatchObject([{ cause: 'resync' }])

    const set = (value: 'watched' | string[]) =>
      ask('settings.update', { changes: [{ path: ['orderBooks', 'symbols'], value }] })
    await set(['ETH_USDT'])
    expect(await booksOf(test)).toEqual(['binance:ETH_USDT', 'okx:ETH_USDT'])
    await untilLive(test, ['binance:ETH_USDT', 'okx:ETH_USDT'])
    await set([])
    expect(await booksOf(test)).toEqual([])
  }, 60_000)
})
