/** What an asset was worth at a moment of the past, by the stored candles of spot markets. */
import type { Database } from 'better-sqlite3'
import { Amount, amountText, decimalTextOf } from '../../../shared/amount.ts'
import { type EpochMs, periodMs, periods } from '../../../shared/domain/index.ts'

/** A candle that closed further away than this tells nothing about the moment. */
const nearMs = 30 * 60_000
/** Assets that most others are quoted in: a price may go over one of them where there is no direct market. */
const bridges: readonly string[] = ['USDT', 'USDC', 'BTC']

/**
 * Decimal text of one unit of `asset` in `currency` at `at`: the close of the candle that closed nearest, of the shortest period that
 * has one near enough, of the market at `exchange` before others. null: none is stored.
 */
export type PastPrice = (asset: string, currency: string, exchange: string, at: EpochMs) => string | null

export function createPastPrices(database: Database): PastPrice {
  const markets = database
    .prepare<[string, string, string], number>(
      `SELECT id FROM instruments WHERE kind = 'spot' AND base = ? AND quote = ? ORDER BY exchange = ? DESC, id`,
    )
    .pluck()
  const closeBetween = database
    .prepare<[number, string, number, number], number>(
      `SELECT close FROM klines WHERE instrument_id = ? AND period = ? AND open_time > ? AND open_time <= ?
       ORDER BY open_time DESC LIMIT 1`,
    )
    .pluck()

  function close(base: string, quote: string, exchange: string, at: EpochMs): Amount | null {
    for (const id of markets.all(base, quote, exchange)) {
      for (const period of periods) {
        const length = periodMs[period]
        const near = Math.min(nearMs, length / 2)
        const price = closeBetween.get(id, period, at - length - near, at - length + near)
        const text = price === undefined || price <= 0 ? null : decimalTextOf(price)
        if (text !== null) return new Amount(text)
      }
    }
    return null
  }
  function leg(asset: string, currency: string, exchange: string, at: EpochMs): Amount | null {
    if (asset === currency) return new Amount(1)
    const direct = close(asset, currency, exchange, at)
    if (direct !== null) return direct
    const inverse = close(currency, asset, exchange, at)
    return inverse === null ? null : new Amount(1).dividedBy(inverse)
  }
  return (asset, currency, exchange, at) => {
    let price = leg(asset, currency, exchange, at)
    for (const bridge of bridges) {
      if (price !== null) break
      if (bridge === asset || bridge === currency) continue
      const first = leg(asset, bridge, exchange, at)
      const second = first === null ? null : leg(bridge, currency, exchange, at)
      if (first !== null && second !== null) price = first.times(second)
    }
    return price === null ? null : amountText(price.toSignificantDigits(12))
  }
}
