import { describe, expect, it } from 'vitest'
import { createContinuity } from '../../src/main/continuity.ts'
import { CallError } from '../../src/main/handlers.ts'
import type { ContinuityRequest } from '../../src/shared/data.ts'
import { btc, btcOkx, instruments, openTemporary, second } from './storage/support.ts'

const dayMs = 86_400_000
const request = (more: Partial<ContinuityRequest> = {}): ContinuityRequest => ({
  ...{ instruments: null, kind: 'book_ticker', period: null, from: second, to: second + dayMs, utcOffsetMinutes: 0 },
  ...more,
})

/** A second of two instruments; now is ten seconds later. */
async function asker(now = second + 10_000) {
  const storage = await openTemporary()
  await storage.saveInstruments(instruments)
  const column = (length: number) => new Float64Array(length).fill(1)
  for (const time of [second, second + 1_000, second + 4_000]) {
    const [bidPrice, bidQuantity, askPrice, askQuantity] = [column(2), column(2), column(2), column(2)]
    const instrumentIds = Uint32Array.from([btc.id, btcOkx.id])
    await storage.saveSnapshot({ time, instrumentIds, bidPrice, bidQuantity, askPrice, askQuantity })
  }
  const ask = createContinuity({
    storage: () => storage,
    whyNoStorage: () => null,
    find: (key) => instruments.find((one) => one.key === key),
    watched: () => [btcOkx, btc],
    isRecorded: () => true,
    now: () => now,
  })
  return { storage, ask }
}

const refusal = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'answered',
    (error: unknown) => (error instanceof CallError ? error.message : String(error)),
  )

describe('the call for continuity', () => {
  it('answers of what is watched, up to now', async () => {
    const { ask } = await asker()
    const causes = [{ cause: 'unknown', missing: 2, detail: '' }]
    const numbers = { expected: 5, held: 3, missing: 2 }
    const days = [{ at: second - (second % dayMs), ...numbers, causes }]
    expect(await ask(request())).toEqual({
      ...{ kind: 'book_ticker', period: null, from: second, to: second + 10_000 },
      series: [
        { instrument: btcOkx.key, ...numbers, days },
        { instrument: btc.key, ...numbers, days },
      ],
    })
  })

  it('answers of one instrument, and of a future of which nothing is expected', async () => {
    const { ask } = await asker()
    const one = await ask(request({ instruments: [btc.key, btc.key] }))
    expect(one.series.map(({ instrument }) => instrument)).toEqual([btc.key])
    const later = await ask(request({ from: second + dayMs, to: second + 2 * dayMs }))
    expect(later.series.map(({ expected, days }) => [expected, days.length])).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it.each([
    [{ to: second }, `from: ${second} is not before to (${second})`],
    [{ to: second + 401 * dayMs }, 'to: 401 days after from; one report covers 400 days at most'],
    [{ kind: 'kline' as const }, 'period: none given; candles need one, such as 1m'],
    [{ period: '1m' as const }, 'period: "1m" given; only kline has one, not book_ticker'],
    [{ instruments: ['okx:NO_COIN'] }, 'instruments: no exchange lists "okx:NO_COIN"; keys look like binance:BTC_USDT'],
  ])('refuses %j', async (more, message) => {
    const { ask } = await asker()
    expect(await refusal(ask(request(more)))).toBe(message)
  })

  it('says why nothing is stored', async () => {
    const ask = createContinuity({
      ...{ storage: () => null, whyNoStorage: () => 'the disk is full', find: () => undefined },
      ...{ watched: () => [], isRecorded: () => false },
    })
    expect(await refusal(ask(request()))).toBe('nothing is stored: the disk is full')
  })
})
