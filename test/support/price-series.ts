/** Prices of two legs (and of a third asset that both may follow), made from a seed, one pair every ten seconds. */
import { z } from 'zod'

export const Series = z.strictObject({
  /**
   * `same` one path · `market` two that share part of their moves · `different` two of their own · `flat` around one price · `stale` b
   * stands still · `depeg` a currency's tokens that lose their peg · `pegged` both follow the third
   */
  kind: z.enum(['same', 'market', 'different', 'flat', 'stale', 'depeg', 'pegged']),
  seed: z.number().int(),
  minutes: z.number().int(),
  price: z.number().default(12.34),
  /** b by a. */
  ratio: z.number().default(1),
  /** Standard deviation of each leg's own noise, and of each step of a path. */
  noise: z.number().default(0.0001),
  volatility: z.number().default(0.0006),
  /** Part of each step that both have in common. */
  share: z.number().default(0),
  /** Of b, each step. */
  drift: z.number().default(0),
  lagSamples: z.number().int().default(0),
  liveMinutes: z.number().optional(),
  frozenFromMinute: z.number().optional(),
  rebaseAtMinute: z.number().optional(),
  rebaseBy: z.number().default(1),
  which: z.enum(['b', 'both']).default('both'),
})
export type Series = z.infer<typeof Series>

export interface Moment {
  readonly a: number
  /** null: not live. */
  readonly b: number | null
  readonly third: number
}

const samplesPerMinute = 6

/** Uniform on [0, 1), the same for the same seed (mulberry32). */
export function uniformOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function* moments(series: Series): Generator<Moment> {
  const { kind, noise, volatility, share, drift, lagSamples, ratio } = series
  const uniform = uniformOf(series.seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const earlier: number[] = []
  let [a, b, third] = [1, 1, 1]
  let frozen: number | null = null
  let isRebased = false
  for (let sample = 0; sample < series.minutes * samplesPerMinute; sample++) {
    const minute = sample / samplesPerMinute
    const common = normal() * volatility
    const [ownA, ownB, ownThird] = [normal() * volatility, normal() * volatility, normal() * volatility]
    third *= 1 + (kind === 'market' || kind === 'pegged' ? common : ownThird)
    if (kind === 'market' || kind === 'different') {
      const joint = kind === 'market' ? share : 0
      const rest = Math.sqrt(1 - joint ** 2)
      a *= 1 + joint * common + rest * ownA
      b *= 1 + joint * common + rest * ownB + drift
    } else if (kind === 'flat' || kind === 'depeg') {
      const falls = kind === 'depeg' && minute > 40 ? -Math.abs(ownA) * 0.5 : 0
      if (series.which === 'both') a *= 1 + falls
      b *= 1 + falls
    } else if (kind === 'pegged') {
      a = third
      b = third
    } else {
      a *= 1 + common
      b = a
    }
    earlier.push(b)
    const quoted = earlier[Math.max(0, earlier.length - 1 - lagSamples)] ?? b
    if (series.frozenFromMinute !== undefined && minute >= series.frozenFromMinute) frozen ??= quoted
    isRebased ||= series.rebaseAtMinute !== undefined && minute >= series.rebaseAtMinute
    const isLive = series.liveMinutes === undefined || minute < series.liveMinutes
    const shown = (frozen ?? quoted) * ratio * (isRebased ? series.rebaseBy : 1)
    const noisyB = frozen === null ? shown * (1 + normal() * noise) : shown
    yield {
      a: series.price * a * (1 + normal() * noise),
      b: isLive ? series.price * noisyB : null,
      third: 2_000 * third * (1 + normal() * noise),
    }
  }
}
