/** The basis of a perpetual over time, and its funding rates: as they were told, and as they were paid. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CallReply, CrossbookApi, Reply } from '../../../shared/contract.ts'
import { type Bucket, bucketsOf } from './bucketGrid.ts'
import { createPagedHistory, type HistoryPage, type PagedHistory } from './pagedHistory.ts'
import { pageBuckets } from './spreadFeed.ts'

type Rates = CallReply<'rates.history'>

export interface BasisSide {
  readonly rates: Rates['rates']
  readonly settled: Rates['settled']
  /** Why paid rates are missing, of a reading from then on; null: none are. */
  readonly settledProblem: { readonly from: number; readonly words: string } | null
  /** Why the rates could not be read; null: they were. */
  readonly ratesProblem: string | null
}

export interface BasisFeed {
  readonly spot: string
  readonly perpetual: string
  /** Percent of the spot price. */
  readonly history: PagedHistory<Bucket>
  readonly side: StoreApi<BasisSide>
}

let feeds = 0

/** Both lists by time, ascending; of the same time the newer reading's. */
function joined<T extends { readonly at: number }>(known: readonly T[], incoming: readonly T[]): T[] {
  const byTime = new Map(known.map((row) => [row.at, row]))
  for (const row of incoming) byTime.set(row.at, row)
  return [...byTime.values()].sort((a, b) => a.at - b.at)
}

/** A reading of other times does not bring what an earlier one lacks. */
function problemAfter(before: BasisSide['settledProblem'], from: number, to: number, words: string | null) {
  if (words !== null) return { from, words }
  return before !== null && from <= before.from && before.from < to ? null : before
}

export function createBasisFeed(api: CrossbookApi, spot: string, perpetual: string, stepMs: number): BasisFeed {
  const name = `basis ${++feeds}`
  const side = createStore<BasisSide>()(() => ({ rates: [], settled: null, settledProblem: null, ratesProblem: null }))
  async function read(from: number, to: number, part: string): Promise<Reply<HistoryPage<Bucket>>> {
    const range = { from, to, chart: `${name} ${part}` }
    const [reply, rates] = await Promise.all([
      api.call('basis.history', { ...range, spot, perpetual, points: Math.ceil((to - from) / stepMs) }),
      api.call('rates.history', { ...range, chart: `${name} rates ${part}`, instrument: perpetual }),
    ])
    if (rates.ok)
      side.setState((before) => ({
        rates: joined(before.rates, rates.value.rates),
        settled: rates.value.settled === null ? before.settled : joined(before.settled ?? [], rates.value.settled),
        settledProblem: problemAfter(before.settledProblem, from, to, rates.value.settledProblem),
        ratesProblem: null,
      }))
    else side.setState({ ratesProblem: rates.message })
    return reply.ok ? { ok: true, value: { rows: bucketsOf(reply.value), oldest: reply.value.oldest } } : reply
  }
  return { spot, perpetual, history: createPagedHistory({ stepMs, pageBuckets, read }), side }
}
