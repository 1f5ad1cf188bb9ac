import { describe, expect, it } from 'vitest'
import { createRatesReader } from '../../../../src/main/storage/history/rates.ts'
import type { RatesQuestion } from '../../../../src/main/storage/history-contract.ts'
import { rate, start } from '../account-rows.ts'
import { openPlain, openTemporary } from '../support.ts'

const minute = 60_000
/** That so many rows are read at a time is known only to the reader. */
const slice = 2_000

async function asked(receivedAt: readonly number[], range: Pick<RatesQuestion, 'from' | 'to'>) {
  const storage = await openTemporary()
  const fundingRates = receivedAt.map((at, index) =>
    rate({ rate: `0.${index + 1}`, receivedAt: at, nextFundingAt: null }),
  )
  await storage.accounts.save({ fundingRates })
  const work = createRatesReader(openPlain(storage.file))({
    exchange: 'binance',
    symbol: 'BTC_USDT_PERP',
    ...range,
  })
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

describe('funding rates over time', () => {
  it('are those of the range, and the one that stood when it began', async () => {
    const times = [0, 1, 2, 3, 4].map((number) => start + number * minute)
    const { rows, oldest } = await asked(times, { from: start + 90_000, to: start + 4 * minute })
    expect(rows.map(({ at }) => (at - start) / minute)).toEqual([1, 2, 3])
    expect(oldest).toBe(start)
  })

  it('are all of them where this machine’s clock was behind for a while', async () => {
    const count = slice + 50
    const times = Array.from({ length: count }, (_, index) => start + index * minute)
    // The last one of the newest slice.
    times.splice(50, 0, start - 400 * 86_400_000)
    const { rows } = await asked(times, { from: start + minute, to: start + count * minute })
    expect(rows).toHaveLength(count)
    expect(rows[0]).toMatchObject({ at: start })
  })
})
