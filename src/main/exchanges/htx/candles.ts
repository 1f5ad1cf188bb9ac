/** HTX's candles, of streams and of history. */
import { multiplyDecimal, parseDecimal, type Scale } from '../../../shared/decimal.ts'
import { type Candle, type Instrument, type Period, periodMs } from '../../../shared/domain/index.ts'
import { isCandle } from '../candles.ts'
import type { CandleRow, Numeric } from './schemas.ts'

/** float64; NaN where the text is no decimal. */
export const numberOf = (value: Numeric): number => (typeof value === 'number' ? value : parseDecimal(value))

/** Swaps count what was bought and what was sold: every trade twice. */
const half: Scale = { units: 5, places: 1 }
export const oneSided = (value: Numeric): number => multiplyDecimal(String(value), half)

/**
 * In      {"id":1583501760,"open":9094.5,"close":9094.51,"low":9094.5,"high":9094.51,"amount":0.4475,"vol":4069.2,"count":16}
 * Out     openTime = id in ms; spot `amount` base and `vol` quote; swap `amount` base and `trade_turnover` quote, both sides together, so
 *         half of each is told here (`vol` is contracts)
 * Empty   an old swap row may have no trade_turnover: quoteVolume null
 * null    values that no market has
 * Source  spot "Market Candlestick", USDT-M "KLine data" ("the sum of both buy and sell sides")
 */
export function readCandle(row: CandleRow, { kind }: Instrument): Candle | null {
  const isSwap = kind === 'perpetual'
  const turnover = isSwap ? row.trade_turnover : row.vol
  const amountOf = isSwap ? oneSided : numberOf
  const candle: Candle = {
    openTime: row.id * 1_000,
    open: numberOf(row.open),
    high: numberOf(row.high),
    low: numberOf(row.low),
    close: numberOf(row.close),
    volume: amountOf(row.amount),
    quoteVolume: turnover === undefined ? null : amountOf(turnover),
  }
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
  const isSound = Number.isSafeInteger(openTime) && openTime > 0
  return isSound && isCandle(open, high, low, close, volume, quoteVolume ?? 0) ? candle : null
}

/** Days of hours, ascending. A day is as whole as its hours: those in which nothing was traded may be left out by HTX. */
export function joinCandles<C extends Candle>(hours: readonly C[], period: Period): C[] {
  const lengthMs = periodMs[period]
  const joined: C[] = []
  for (const hour of hours) {
    const openTime = hour.openTime - (hour.openTime % lengthMs)
    const last = joined.at(-1)
    if (last === undefined || last.openTime !== openTime) joined.push({ ...hour, openTime })
    else joined[joined.length - 1] = join(last, hour)
  }
  return joined
}

const join = <C extends Candle>(earlier: C, later: C): C => ({
  ...earlier,
  high: Math.max(earlier.high, later.high),
  low: Math.min(earlier.low, later.low),
  close: later.close,
  volume: sum(earlier.volume, later.volume),
  quoteVolume:
    earlier.quoteVolume === null || later.quoteVolume === null ? null : sum(earlier.quoteVolume, later.quoteVolume),
})

/** Without the digits that adding floats leaves behind. */
const sum = (a: number, b: number): number => Number((a + b).toPrecision(15))
