import type { Kline } from '../../shared/domain/index.ts'

/**
 * Closes candles of exchanges that send no closed flag; of one connection. A candle is closed once one of a later time arrives, and then
 * comes again, `isClosed` and with the values last told, ahead of the new one; its times are those of the push that closed it. A late push
 * of an earlier candle corrects a closed one, and is closed itself. One with less volume than was told of the same candle before is out of
 * order and left out, so that it can neither become the closed one nor take its place.
 */
export class CandleCloses {
  /** By instrument and period. */
  private readonly newest = new Map<string, Kline>()
  /** The latest of the closed ones, by the same. */
  private readonly closed = new Map<string, Kline>()

  /** `candle` as it was told, not closed. Returns what is to be told, in order. */
  take(candle: Kline): readonly Kline[] {
    const key = `${candle.instrument.id} ${candle.period}`
    const newest = this.newest.get(key)
    if (newest !== undefined && candle.openTime < newest.openTime) return this.correct(key, candle)
    if (newest?.openTime === candle.openTime && candle.volume < newest.volume) return []
    this.newest.set(key, candle)
    if (newest === undefined || newest.openTime === candle.openTime) return [candle]
    const { exchangeAt, receivedAt } = candle
    const closed = { ...newest, isClosed: true, exchangeAt, receivedAt }
    this.closed.set(key, closed)
    return [closed, candle]
  }

  /** Something may be missing: no candle is closed with what was told of it before. */
  forget(): void {
    this.newest.clear()
    this.closed.clear()
  }

  private correct(key: string, late: Kline): readonly Kline[] {
    const closed = this.closed.get(key)
    if (closed?.openTime === late.openTime && late.volume < closed.volume) return []
    const corrected = { ...late, isClosed: true }
    if (closed === undefined || closed.openTime <= late.openTime) this.closed.set(key, corrected)
    return [corrected]
  }
}
