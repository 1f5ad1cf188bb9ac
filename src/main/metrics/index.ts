/**
 * What the program measures, for Prometheus. Counts are kept where they are made (sessions, storage, bridges) and read when somebody
 * asks: nothing here lies on the way of a quote.
 */
import { Registry } from 'prom-client'
import { Buckets } from '../net/buckets.ts'
import { connectionFamilies } from './connections.ts'
import { type Family, register } from './family.ts'
import { Happenings } from './happenings.ts'
import { ProcessGauge } from './process.ts'
import { botFamilies, marketFamilies, processFamilies, recordingFamilies } from './program.ts'
import type { MetricsSource } from './source.ts'
import { takeView, type View } from './view.ts'

export { type Readiness, readinessOf } from './readiness.ts'
export type { MetricsSource } from './source.ts'

export interface Metrics {
  /** Of `text`. */
  readonly contentType: string
  /** Prometheus' text format; every metric, or those alone that tell nothing of the trader's accounts. */
  text(of?: 'all' | 'market'): Promise<string>
  /** How long quotes took from the socket to the screen, ms. */
  observeScreen(samplesMs: readonly number[]): void
  /** Stops counting; `text` is not asked for any more. */
  close(): void
}

/** By subject, in the order they are shown. */
export const families: Readonly<Record<string, readonly Family<View>[]>> = {
  'Connections and REST': connectionFamilies,
  'Recording and storage': recordingFamilies,
  'Bots and windows': botFamilies,
  Market: marketFamilies,
  Process: processFamilies,
}

/** What a reader of market data alone must not learn: which accounts there are, how they fare, and how often something happens on them. */
const tellsOfAccounts = ({ name, labels }: Family<View>): boolean =>
  labels.includes('account') || name === 'crossbook_alerts_total'

/** A picture of the screen is drawn ten times a second, so quotes are up to that old by intention. */
const screenBoundsMs: readonly number[] = [5, 10, 25, 50, 75, 100, 125, 150, 200, 300, 500, 1_000, 2_500, 10_000]

export function createMetrics(source: MetricsSource): Metrics {
  const registry = new Registry()
  const ofAccounts = new Registry()
  const gauge = new ProcessGauge()
  const happenings = new Happenings(source.bus)
  const toScreen = new Buckets(screenBoundsMs)
  let view: View | null = null
  const current = (): View => {
    if (view === null) throw new Error('a metric was read outside a scrape')
    return view
  }
  for (const family of Object.values(families).flat())
    register(family, tellsOfAccounts(family) ? ofAccounts : registry, current)
  return {
    contentType: registry.contentType,
    async text(of = 'all') {
      view = await takeView(source, gauge, happenings, toScreen.read())
      const market = await registry.metrics()
      return of === 'market' ? market : market + (await ofAccounts.metrics())
    },
    observeScreen(samplesMs) {
      for (const sample of samplesMs) toScreen.observe(sample)
    },
    close() {
      gauge.close()
      happenings.close()
    },
  }
}
