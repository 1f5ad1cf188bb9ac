import type { Kline } from '../../shared/domain/index.ts'

/**
 * Closes candles of exchanges that send no closed flag; of one connection. A candle is closed once one of a later time arrives, and then
 * comes again, `isClosed` and with the values last told, ahead of the new one; its times are those of the push that closed it. A late push
 * of an earlier candle corrects a closed one, and is closed itself. One of the same time with less volume than before is out of order
 * and left out, so that it cannot become the closed one.
 */
export class CandleCloses {
  /** By instrument and period. */
  private readonly newest = new Map<string, Kline>()

  /** `candle` as it was told, not closed. Returns what is to be told, in order. */
  take(candle: Kline): readonly Kline[] {
    const key = `${candle.instrument.id} ${candle.period}`
    const newest = this.newest.get(key)
    if (newest !== undefined && candle.openTime < newest.openTime) return [{ ...candle, isClosed: true }]
    if (newest?.openTime === candle.openTime && candle.volume < newest.volume) return []
    this.newest.set(key, candle)
    if (newest === undefined || newest.openTime === candle.openTime) return [candle]
    const { exchangeAt, receivedAt } = candle
    return [{ ...newest, isClosed: true, exchangeAt, receivedAt }, candle]
  }

  /** Something may be missing: no candle is closed with what was told of it before. */
  forget(): void {
    this.newest.clear()
  }
}
