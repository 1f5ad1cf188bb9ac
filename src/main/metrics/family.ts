import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { BucketCounts } from '../net/buckets.ts'

/** A value under its labels' values, in the order of the family's label names; null (not known) is left out. */
export type Reading = readonly [labels: readonly string[], value: number | null]
/** `scale` turns what was observed into the base unit: 0.001 for ms. */
export type Distribution = readonly [labels: readonly string[], counts: BucketCounts, scale: number]

interface Named {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
}

/** One metric: what it is called, what it means, and how it is read out of `View` at a scrape. */
export type Family<View> = Named &
  (
    | { readonly type: 'gauge' | 'counter'; read(view: View): readonly Reading[] }
    | { readonly type: 'histogram'; read(view: View): readonly Distribution[] }
  )

/** One reading without labels. */
export const one = (value: number | null): readonly Reading[] => [[[], value]]

/** 1 for the state that holds, 0 for the others: so that a state can be alerted on and drawn over time. */
export const states = <S extends string>(
  labels: readonly string[],
  all: readonly S[],
  current: S,
): readonly Reading[] => all.map((state) => [[...labels, state], state === current ? 1 : 0])

const labelled = (names: readonly string[], values: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']))

/**
 * Counts kept elsewhere, shown as a Prometheus histogram: each bucket holds all that is not larger than its bound. The library's own
 * counting is not used, since it costs a microsecond a sample.
 */
class BucketHistogram extends Histogram {
  private readonly distributions: () => readonly Distribution[]
  private readonly described: Named

  constructor(described: Named, register: Registry, distributions: () => readonly Distribution[]) {
    super({ name: described.name, help: described.help, labelNames: [...described.labels], registers: [register] })
    this.described = described
    this.distributions = distributions
  }

  /** What the library's registry asks for, and its own `get` answers from. */
  async getForPromString() {
    const { name, help, labels: names } = this.described
    const values = this.distributions().flatMap(([given, { bounds, counts, sum, count }, scale]) => {
      const labels = labelled(names, given)
      const bucket = (le: number | '+Inf', value: number) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
      })
      let below = 0
      const buckets = bounds.map((bound, i) => {
        below += counts[i] ?? 0
        return bucket(tidy(bound * scale), below)
      })
      return [
        ...buckets,
        bucket('+Inf', count),
        { metricName: `${name}_sum`, labels, value: sum * scale },
        { metricName: `${name}_count`, labels, value: count },
      ]
    })
    return { name, help, type: 'histogram', aggregator: 'sum', values }
  }
}

/** 0.005 * 0.001 is 0.000005000000000000001: a bound is a name, and stays the same. */
const tidy = (bound: number): number => Number(bound.toPrecision(6))

/** Makes the library's metric of a family; `view` is asked at each scrape. */
export function register<View>(family: Family<View>, registry: Registry, view: () => View): void {
  const { name, help } = family
  if (family.type === 'histogram') {
    new BucketHistogram(family, registry, () => family.read(view()))
    return
  }
  const common = { name, help, labelNames: [...family.labels], registers: [registry] }
  const readings = () => family.read(view())
  if (family.type === 'counter') {
    const counter = new Counter({
      ...common,
      collect() {
        counter.reset()
        for (const [labels, value] of readings())
          if (value !== null) counter.inc(labelled(family.labels, labels), value)
      },
    })
    return
  }
  const gauge = new Gauge({
    ...common,
    collect() {
      // Before anything is set, so that what is gone is gone: a socket, an account.
      gauge.reset()
      if (family.labels.length === 0) gauge.remove()
      for (const [labels, value] of readings()) if (value !== null) gauge.set(labelled(family.labels, labels), value)
    },
  })
}
