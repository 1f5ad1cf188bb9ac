import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../../src/main/broadcaster.ts'
import { createHistoryHandlers, type HistoryCallParts } from '../../src/main/history-calls.ts'
import { InstrumentCatalog } from '../../src/main/market/catalog.ts'
import { SettledRates } from '../../src/main/market/settled-rates.ts'
import type { Storage } from '../../src/main/storage/contract.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { Settings } from '../../src/shared/settings.ts'
import { rate } from './storage/account-rows.ts'
import { btc, btcOkx, ethPerpetual, instruments, opportunity, second, snapshot } from './storage/support.ts'

const client = (): Client => ({ send: () => undefined, keepsUp: () => true })

// One for all: each test has rows of another kind.
const folder = mkdtempSync(join(tmpdir(), 'crossbook-history-'))
let storage: Storage
beforeAll(async () => {
  storage = await openStorage({ file: join(folder, 'crossbook.db') })
  await storage.saveInstruments(instruments)
})
afterAll(async () => {
  await storage.close()
  rmSync(folder, { recursive: true })
})

function calls(more: Partial<HistoryCallParts> = {}) {
  const catalog = new InstrumentCatalog(instruments)
  const handlers = createHistoryHandlers({
    config: { settings: Settings.parse({}) },
    catalog: () => catalog,
    storage: () => storage,
    whyNoStorage: () => null,
    takerFee: ({ exchange }) => (exchange === 'binance' ? 0.001 : 0.0008),
    settledRates: () => new SettledRates(() => undefined),
    ...more,
  })
  return { handlers }
}
const pair = { buy: btc.key, sell: btcOkx.key, chart: 'a' }
const minute = 60_000
const range = { from: second - minute, to: second + minute, points: 120 }

describe('spreads.history', () => {
  it('gives gross in full buckets with the fees as they are now', async () => {
    const { handlers } = calls()
    await storage.saveSnapshot(
      snapshot(second, [
        [1, 99, 1, 100, 1],
        [2, 101, 1, 102, 1],
      ]),
    )
    const history = await handlers['spreads.history']({ ...pair, ...range, from: range.from - 1 }, client())
    expect(history).toMatchObject({
      ...{ bucketMs: 5_000, oldest: second, damaged: 0, fees: { buy: 0.001, sell: 0.0008 } },
      ...{ time: Float64Array.of(second), seconds: Float64Array.of(1), last: Float64Array.of(1) },
    })
    expect([history.from % 5_000, history.to % 5_000]).toEqual([0, 0])
  })

  it('refuses unknown legs, one leg twice, an empty range and too few points', async () => {
    const { handlers } = calls()
    const refusals: readonly (readonly [object, string])[] = [
      [{ buy: 'binance:NO_SUCH' }, 'buy: no exchange lists "binance:NO_SUCH"; keys look like binance:BTC_USDT'],
      [{ sell: btc.key }, `sell: ${btc.key} is bought too; a spread needs two`],
      [{ to: range.from }, `from: ${range.from} is not before to (${range.from})`],
      [{ from: 0, points: 3 }, 'points: 3 are too few for'],
    ]
    for (const [more, message] of refusals)
      await expect(handlers['spreads.history']({ ...pair, ...range, ...more }, client())).rejects.toMatchObject({
        ...{ code: 'badRequest', message: expect.stringContaining(message) },
      })
  })

  it('goes on with the newest request of a chart alone; other charts and clients are not touched', async () => {
    const { handlers } = calls()
    const [one, other] = [client(), client()]
    const ask = (who: Client, chart: string) =>
      Promise.resolve(handlers['spreads.history']({ ...pair, ...range, chart }, who)).then(
        () => 'answered',
        ({ message }: Error) => message,
      )
    expect(await Promise.all([ask(one, 'a'), ask(one, 'b'), ask(other, 'a'), ask(one, 'a')])).toEqual([
      ...['history: cancelled', 'answered', 'answered', 'answered'],
    ])
  })

  it('is unavailable where nothing is stored', async () => {
    const { handlers } = calls({ storage: () => null, whyNoStorage: () => 'the disk is full' })
    await expect(handlers['spreads.history']({ ...pair, ...range }, client())).rejects.toMatchObject({
      ...{ code: 'unavailable', message: 'nothing is stored: the disk is full' },
    })
  })
})

describe('the other calls about the past', () => {
  it('tell a basis only between a spot and a perpetual market', async () => {
    const { handlers } = calls()
    const ask = (spot: string, perpetual: string) =>
      Promise.resolve().then(() => handlers['basis.history']({ spot, perpetual, ...range, chart: 'a' }, client()))
    await expect(ask(ethPerpetual.key, ethPerpetual.key)).rejects.toThrow(`spot: ${ethPerpetual.key} is a perpetual`)
    await expect(ask(btc.key, btcOkx.key)).rejects.toThrow(`perpetual: ${btcOkx.key} is a spot market`)
  })

  it('tell rates in the order in which they came, and why none were paid', async () => {
    const { handlers } = calls()
    const own = { exchange: 'gate', symbol: 'ETH_USDT_PERP' } as const
    await storage.accounts.save({
      fundingRates: [
        rate({ ...own, rate: '0.0001', receivedAt: second }),
        rate({ ...own, rate: '0.0002', receivedAt: second + 1 }),
        rate({ ...own, symbol: 'BTC_USDT_PERP', rate: '0.0009', receivedAt: second + 1 }),
        rate({ ...own, rate: '0.0003', receivedAt: second + minute }),
      ],
    })
    const { from, to } = range
    const reply = await handlers['rates.history']({ instrument: ethPerpetual.key, from, to, chart: 'a' }, client())
    expect({ ...reply, rates: reply.rates.map(({ rate }) => rate) }).toEqual({
      ...{ rates: ['0.0001', '0.0002'], settled: null, settledProblem: 'gate does not run', oldest: second },
    })
  })

  it('tell the rate that stood when the range begins, unless it had been paid by then', async () => {
    const { handlers } = calls()
    const own = { exchange: 'gate', symbol: 'ETH_USDT_PERP' } as const
    // A day after what is stored already.
    const hours = (count: number) => second + (24 + count) * 3_600_000
    await storage.accounts.save({
      fundingRates: [
        rate({ ...own, rate: '0.0001', receivedAt: hours(0), nextFundingAt: hours(8) }),
        rate({ ...own, rate: '0.0002', receivedAt: hours(8), nextFundingAt: hours(16) }),
      ],
    })
    const ask = async (from: number, to: number) => {
      const request = { instrument: ethPerpetual.key, from: hours(from), to: hours(to), chart: 'a' }
      return (await handlers['rates.history'](request, client())).rates.map(({ rate }) => rate)
    }
    expect(await ask(5, 7)).toEqual(['0.0001'])
    expect(await ask(5, 9)).toEqual(['0.0001', '0.0002'])
    expect(await ask(8, 9)).toEqual(['0.0002'])
    expect(await ask(16, 17)).toEqual([])
  })

  it('tell the largest of many trades, and how many there were', async () => {
    const { handlers } = calls()
    await storage.marketRows.saveTrades(
      [3, 1, 5, 2].map((quantity, i) => ({
        ...{ instrumentId: 1, tradeId: String(i), price: 10, quantity, side: i % 2 === 0 ? 'BUY' : 'SELL' },
        ...{ exchangeAt: second + i * 700_000, receivedAt: second + i * 700_000 },
      })),
    )
    const ask = { instrument: btc.key, from: second, to: second + 3_600_000, limit: 2, chart: 'a' }
    expect(await handlers['trades.list'](ask, client())).toEqual({
      at: Float64Array.of(second, second + 1_400_000),
      ...{ price: Float64Array.of(10, 10), quantity: Float64Array.of(3, 5), isBuy: Uint8Array.of(1, 1), count: 4 },
    })
  })

  it('tell what accounts were worth in buckets no shorter than samples are apart', async () => {
    const { handlers } = calls()
    const at = Math.ceil(second / 300_000) * 300_000
    const sample = { account: 'a', currency: 'USDT', leftOut: [], oldPrices: [] }
    await storage.accounts.save({
      equity: ['10', '12'].map((value, i) => ({ ...sample, value, at: at + i * 300_000 })),
    })
    const curve = await handlers['equity.history'](
      { account: null, from: at - 1, to: at + 300_001, points: 700, chart: 'a' },
      client(),
    )
    expect(curve).toMatchObject({
      bucketMs: 300_000,
      currency: 'USDT',
      points: [{ value: '10' }, { profit: '2', isJoined: true }],
    })
  })

  it('tell opportunities of one direction that lived in the range', async () => {
    const { handlers } = calls()
    const rows = [
      opportunity({ id: 1, openedAt: second - 2 * minute, closedAt: second - minute - 1 }),
      opportunity({ id: 2, openedAt: second - 2 * minute, closedAt: second }),
      opportunity({ id: 3, openedAt: second + minute - 1, closedAt: second + 2 * minute }),
      opportunity({ id: 4, openedAt: second + minute, closedAt: second + 2 * minute }),
      opportunity({ id: 5, buy: btcOkx.key, sell: btc.key, openedAt: second, closedAt: second + 1 }),
    ]
    for (const row of rows) await storage.saveOpportunity(row)
    const { from, to } = range
    const found = await handlers['opportunities.ofPair']({ ...pair, from, to }, client())
    expect(found.map(({ id }) => id)).toEqual([3, 2])
  })
})
