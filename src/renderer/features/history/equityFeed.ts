/** What accounts were worth over a range, read anew as time goes on. An answer to another question is never shown for this one. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CrossbookApi } from '../../../shared/contract.ts'
import type { EquityHistory } from '../../../shared/history.ts'

export interface EquityQuestion {
  /** null: all of them together. */
  readonly account: string | null
  /** from <= t < to, epoch ms; null: from the first, up to now. */
  readonly from: number | null
  readonly to: number | null
}

export interface EquityState {
  /** The newest answer; null: none came yet. */
  readonly equity: EquityHistory | null
  /** In words, why the newest reading failed; null: it did not. */
  readonly problem: string | null
}

export interface EquityFeed {
  readonly store: StoreApi<EquityState>
  load(): Promise<void>
  /** The accounts are others, or another market's: what was read is not theirs. */
  begin(): Promise<void>
  /** What is under way is no longer taken. */
  close(): void
}

/** Buckets that are asked for at most. */
const mostPoints = 700
/** As far back as is asked at first, where the range is open: as far as buckets of a day reach. */
const longestMs = (mostPoints - 1) * 86_400_000
let feeds = 0

export function createEquityFeed(
  api: CrossbookApi,
  { account, from, to }: EquityQuestion,
  now: () => number = Date.now,
): EquityFeed {
  const store = createStore<EquityState>()(() => ({ equity: null, problem: null }))
  const chart = `equity ${++feeds}`
  let oldest = 0
  let turn = 0

  async function load(): Promise<void> {
    const own = ++turn
    const at = now()
    // No bucket is longer than it must be: what lies before the first value has none.
    const begin = Math.max(from ?? at - longestMs, oldest)
    const range = { from: begin, to: Math.max(to ?? at + 1, begin + 1), points: mostPoints }
    const reply = await api.call('equity.history', { account, ...range, chart })
    if (own !== turn) return
    if (!reply.ok) return store.setState({ problem: reply.message })
    if (oldest === 0 && reply.value.oldest !== null && reply.value.oldest > begin) {
      oldest = reply.value.oldest
      return load()
    }
    store.setState({ equity: reply.value, problem: null })
  }

  return {
    store,
    load,
    begin() {
      oldest = 0
      store.setState({ equity: null, problem: null })
      return load()
    },
    close() {
      turn++
    },
  }
}
