/**
 * How sure a spread is, from what the quotes themselves show (docs/decisions/0012-executable-spreads.md). Two things can make a net percent
 * wrong though both legs are live: what happened on one exchange since the other's quote, and what nobody has told yet.
 *
 *   followed = the net if the leg that was quoted earlier has by now moved as the other one did since then
 *   width    = deviations * sqrt(variance of the buy leg * its age + variance of the sell leg * its age), an age from when the exchange
 *              sent the quote where that is known, else from when it came
 *   low      = min(net, followed) - width, high = max(net, followed) + width
 */

/** A usual distribution keeps 95 in 100 within so many standard deviations. */
const deviations = 2
/** An order takes so long to arrive, whatever the age of a quote, ms. */
const reactionMs = 100
/** Movement this old counts a third (1 / e) of the newest, seconds. */
const memorySeconds = 60
/** Mid prices are compared this far apart, ms: closer together, they mostly jump between bid and ask. */
const leastSampleMs = 1_000
/** Before anything was seen: 0.02 % a second (some 110 % a year), taken for as much as so many seconds of watching. */
const priorVariance = 0.0002 ** 2
const priorSeconds = 10

const secondMs = 1_000

/** Of every slot of a quote board, how much its mid price moves: an exponentially weighted variance a second of its relative changes. */
export class Movement {
  private readonly mid: Float64Array
  private readonly at: Float64Array
  /** Weighted sums of squared changes and of the seconds they took; their quotient is the variance a second. */
  private readonly squares: Float64Array
  private readonly seconds: Float64Array

  constructor(slots: number) {
    this.mid = new Float64Array(slots).fill(Number.NaN)
    this.at = new Float64Array(slots).fill(Number.NaN)
    this.squares = new Float64Array(slots).fill(priorVariance * priorSeconds)
    this.seconds = new Float64Array(slots).fill(priorSeconds)
  }

  /** A quote of this slot came; NaN: one of its sides is empty. */
  note(slot: number, mid: number, at: number): void {
    const elapsed = at - (this.at[slot] as number)
    // An absent first time makes the difference NaN, which is not below. Of two sockets the later one's quote may be a little earlier.
    if ((elapsed < leastSampleMs && elapsed > -leastSampleMs) || Number.isNaN(mid)) return
    // The clock was set back: how long the change took is not known, and waiting for the old time would leave everything unseen until then.
    const before = elapsed < 0 ? Number.NaN : (this.mid[slot] as number)
    this.mid[slot] = mid
    this.at[slot] = at
    if (Number.isNaN(before)) return
    const seconds = elapsed / secondMs
    const change = mid / before - 1
    const kept = Math.exp(-seconds / memorySeconds)
    this.squares[slot] = (this.squares[slot] as number) * kept + change * change
    this.seconds[slot] = (this.seconds[slot] as number) * kept + seconds
  }

  /** Relative, a second. */
  variance(slot: number): number {
    return (this.squares[slot] as number) / (this.seconds[slot] as number)
  }

  copySlot(slot: number, from: Movement, fromSlot: number): void {
    for (const column of ['mid', 'at', 'squares', 'seconds'] as const) {
      this[column][slot] = from[column][fromSlot] as number
    }
  }
}

/** Half the width of the interval, percent. Ages in ms. */
export function halfWidthPercent(
  buyVariance: number,
  buyAgeMs: number,
  sellVariance: number,
  sellAgeMs: number,
): number {
  const buy = buyVariance * Math.max(reactionMs, buyAgeMs)
  const sell = sellVariance * Math.max(reactionMs, sellAgeMs)
  return deviations * Math.sqrt((buy + sell) / secondMs) * 100
}
