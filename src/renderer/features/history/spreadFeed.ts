/** The spread of one direction of a pair over time, with the opportunities that lived meanwhile. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CrossbookApi, Reply } from '../../../shared/contract.ts'
import type { Opportunity } from '../../../shared/domain/index.ts'
import type { LegFees } from '../../../shared/history.ts'
import { type Bucket, bucketsOf } from './bucketGrid.ts'
import { createPagedHistory, type HistoryPage, type PagedHistory } from './pagedHistory.ts'

export interface SpreadSide {
  /** null until the first page has come. */
  readonly fees: LegFees | null
  /** By id; closed and open ones. */
  readonly opportunities: ReadonlyMap<number, Opportunity>
  /** Compressed stretches of the read time that could not be read. */
  readonly damaged: number
}

export interface SpreadFeed {
  readonly buy: string
  readonly sell: string
  /** Gross percent. */
  readonly history: PagedHistory<Bucket>
  readonly side: StoreApi<SpreadSide>
  /** Takes what the hub tells of opportunities; the returned function ends it. */
  follow(): () => void
}

export const pageBuckets = 1_440
let feeds = 0

export function createSpreadFeed(api: CrossbookApi, buy: string, sell: string, stepMs: number): SpreadFeed {
  const name = `spread ${++feeds}`
  const side = createStore<SpreadSide>()(() => ({ fees: null, opportunities: new Map(), damaged: 0 }))
  const take = (opportunities: readonly Opportunity[]) => {
    const own = opportunities.filter((one) => one.buy === buy && one.sell === sell)
    if (own.length === 0) return
    const known = new Map(side.getState().opportunities)
    for (const one of own) {
      // A reading may be older than what was told meanwhile; what is closed stays closed.
      if (one.closedAt !== null || known.get(one.id)?.closedAt == null) known.set(one.id, one)
    }
    side.setState({ opportunities: known })
  }
  async function read(from: number, to: number, part: string): Promise<Reply<HistoryPage<Bucket>>> {
    const range = { buy, sell, from, to, chart: `${name} ${part}` }
    const [reply, opportunities] = await Promise.all([
      api.call('spreads.history', { ...range, points: Math.ceil((to - from) / stepMs) }),
      api.call('opportunities.ofPair', range),
    ])
    if (!reply.ok) return reply
    if (!opportunities.ok) return opportunities
    take(opportunities.value)
    const { fees, damaged, oldest } = reply.value
    side.setState((before) => ({
      fees,
      damaged: part === 'older' ? before.damaged + damaged : Math.max(before.damaged, damaged),
    }))
    return { ok: true, value: { rows: bucketsOf(reply.value), oldest } }
  }
  return {
    buy,
    sell,
    history: createPagedHistory({ stepMs, pageBuckets, read }),
    side,
    follow: () => {
      const ends = [
        api.on('opportunity.changed', (one) => take([one])),
        api.on('opportunities.live', (live) => take(live)),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
