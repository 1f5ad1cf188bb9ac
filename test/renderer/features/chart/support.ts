import type { Candle } from '../../../../src/renderer/features/chart/candles.ts'
import type { KlineColumns } from '../../../../src/shared/columns.ts'
import type { Period } from '../../../../src/shared/domain/index.ts'

export const minute = 60_000
/** 2026-11-21 12:00 UTC */
export const noon = Date.UTC(2026, 10, 21, 12)

/** The candle of the minute `at` minutes after noon; everything else plausible. */
export const candle = (at: number, more: Partial<Candle> = {}): Candle => ({
  openTime: noon + at * minute,
  open: 100,
  high: 102,
  low: 99,
  close: 101,
  volume: 5,
  isClosed: true,
  ...more,
})

export const columnsOf = (candles: readonly Candle[], instrumentId = 1, period: Period = '1m'): KlineColumns => {
  const column = (pick: (one: Candle) => number) => Float64Array.from(candles, pick)
  return {
    instrumentId,
    period,
    openTime: column((one) => one.openTime),
    open: column((one) => one.open),
    high: column((one) => one.high),
    low: column((one) => one.low),
    close: column((one) => one.close),
    volume: column((one) => one.volume),
    isClosed: Uint8Array.from(candles, (one) => Number(one.isClosed)),
  }
}
