import { describe, expect, it } from 'vitest'
import { Midnight } from '../../../src/main/account/midnight.ts'
import { createLogger } from '../../../src/main/log.ts'
import type { Balance } from '../../../src/shared/domain/index.ts'
import { btc, openTemporary } from '../storage/support.ts'
import { balance } from './rows.ts'

const midnight = new Date(2026, 5, 10).getTime()
const noon = midnight + 43_200_000

/** A database with one balance from the evening before, and a snapshot at `ranAt`. */
async function storedWith(ranAt: number, liveAt: readonly number[] = []) {
  const storage = await openTemporary()
  await storage.saveInstruments([btc])
  await storage.saveSnapshot({
    time: ranAt,
    instrumentIds: Uint32Array.of(btc.id),
    bidPrice: Float64Array.of(1),
    bidQuantity: Float64Array.of(1),
    askPrice: Float64Array.of(2),
    askQuantity: Float64Array.of(1),
  })
  await storage.accounts.save({ balances: [balance({ total: '5', receivedAt: midnight - 6 * 3_600_000 })] })
  const worth = { account: 'binance-main', currency: 'USDT', value: '5', leftOut: [], oldPrices: [] }
  await storage.accounts.save({ equity: liveAt.map((at) => ({ ...worth, at })) })
  return storage
}

async function baselineOf(
  ranAt: number,
  liveAt: readonly number[] = [],
  isCold = false,
  late: readonly Balance[] = [],
) {
  const storage = await storedWith(ranAt, liveAt)
  if (isCold) await storage.upkeep.rollUp({ before: noon, maximumFrames: 9 })
  const flush = async () => void (await storage.accounts.save({ balances: late }))
  const known = new Midnight(storage.accounts, flush, createLogger('silent'))
  await expect.poll(() => known.at(noon).totals, { timeout: 20_000 }).not.toBeNull()
  const { totals, accounts } = known.at(noon)
  await storage.close()
  return { totals: [...(totals ?? [])].map(([, total]) => total), accounts: accounts.size }
}

describe('what was held at midnight', () => {
  it('is the last balance before, where Crossbook ran then', async () => {
    expect(await baselineOf(midnight - 60_000)).toEqual({ totals: ['5'], accounts: 1 })
  })

  it('is what was told in the last moment before, though it is stored only now', async () => {
    const late = balance({ total: '7', receivedAt: midnight - 100 })
    expect(await baselineOf(midnight - 60_000, [], false, [late])).toEqual({ totals: ['7'], accounts: 1 })
  })

  it('is known from quotes that grew cold since, too', async () => {
    expect(await baselineOf(midnight - 60_000, [], true)).toEqual({ totals: ['5'], accounts: 1 })
    expect(await baselineOf(midnight - 360_000, [], true)).toEqual({ totals: [], accounts: 0 })
  })

  it('is not known where it did not run, however near the last balance is', async () => {
    expect(await baselineOf(midnight - 6 * 3_600_000)).toEqual({ totals: [], accounts: 0 })
  })

  it('is not known of an account that was not live then: what it traded since its last word is not of today', async () => {
    const evening = midnight - 5 * 3_600_000
    expect(await baselineOf(midnight, [evening])).toEqual({ totals: [], accounts: 0 })
    expect(await baselineOf(midnight, [evening, midnight + 300_000])).toEqual({ totals: ['5'], accounts: 1 })
  })
})
