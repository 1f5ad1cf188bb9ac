/** Price buckets: sizes of the 1-2-5 series, and which bucket a price falls into. Pure. */

/** In a row of sizes each is 2 or 2.5 times the one before: 0.1, 0.2, 0.5, 1, 2, 5, 10. */
const mantissas = [1, 2, 5] as const

/** A price this close to an edge (of a bucket's width) lies on it: 0.3 / 0.1 is 2.9999999999999996. */
const edgeTolerance = 1e-7

/**
 * The usual size is the power of ten next to this share of the price: 10 for a price of 14,200 to 141,000 (BTC), 1 from 1,420 on (ETH),
 * 0.1 from 142 on (SOL).
 */
const usualShare = 10 ** -3.65

/** The size `steps` places after the smallest of the series that is not below `size`; negative: before. */
export function bucketSizeFrom(size: number, steps = 0): number {
  if (!(size > 0) || !Number.isFinite(size)) throw new Error(`a bucket size must be a positive number, not ${size}`)
  let exponent = Math.floor(Math.log10(size) + edgeTolerance)
  let place = mantissas.findIndex((mantissa) => sizeOf(mantissa, exponent) >= size * (1 - edgeTolerance))
  if (place < 0) {
    place = 0
    exponent++
  }
  const at = exponent * mantissas.length + place + steps
  const mantissa = mantissas[((at % mantissas.length) + mantissas.length) % mantissas.length] ?? 1
  return sizeOf(mantissa, Math.floor(at / mantissas.length))
}

/** Read as decimal text, so that 2 * 10^-5 is 0.00002 and not 0.000020000000000000003. */
const sizeOf = (mantissa: number, exponent: number): number => Number(`${mantissa}e${exponent}`)

/** `tickSize`: the coarsest of the markets, null where none is told; a bucket is never smaller. */
export function usualBucketSize(price: number, tickSize: number | null): number {
  const byPrice = sizeOf(1, Math.round(Math.log10(price * usualShare)))
  return bucketSizeFrom(Math.max(byPrice, tickSize ?? 0))
}

/** Sizes to choose from, ascending: from the tick (or 1/1000 of the usual size) to 100 times the usual size. */
export function bucketSizeChoices(price: number, tickSize: number | null): readonly number[] {
  const usual = usualBucketSize(price, tickSize)
  const least = bucketSizeFrom(Math.max(tickSize ?? 0, usual / 1_000))
  const choices: number[] = []
  for (let size = least; size <= usual * 100 * (1 + edgeTolerance); size = bucketSizeFrom(size, 1)) choices.push(size)
  return choices
}

/** The bucket that holds `price` and reaches up to the next one: a price on an edge belongs to the bucket that begins there. */
export function bucketBelow(price: number, size: number): number {
  const ratio = price / size
  const nearest = Math.round(ratio)
  return Math.abs(ratio - nearest) < edgeTolerance ? nearest : Math.floor(ratio)
}

/** The bucket that ends at or above `price`, counted by its upper edge: what asks are put into. */
export function bucketAbove(price: number, size: number): number {
  const ratio = price / size
  const nearest = Math.round(ratio)
  return Math.abs(ratio - nearest) < edgeTolerance ? nearest : Math.ceil(ratio)
}

/** The edge that a bucket's number stands for. */
export function bucketPrice(bucket: number, size: number): number {
  // Sizes below 1 of the series have whole reciprocals, by which a division is exact to the last digit.
  return size >= 1 ? bucket * size : bucket / Math.round(1 / size)
}

/** The lowest price that `bucketBelow` puts into a bucket. */
export const bucketFloor = (bucket: number, size: number): number => bucketPrice(bucket, size) - size * edgeTolerance
