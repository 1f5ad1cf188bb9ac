/** Numbers that can be a candle: prices above 0, open and close within [low, high], volumes not negative. NaN fails every comparison. */
export const isCandle = (
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
  quoteVolume: number,
): boolean =>
  low > 0 &&
  high < Number.POSITIVE_INFINITY &&
  open >= low &&
  open <= high &&
  close >= low &&
  close <= high &&
  isAmount(volume) &&
  isAmount(quoteVolume)

const isAmount = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY
