/** Recorded public trades of what a chart shows: read anew as it moves, bounded, the largest of many. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CrossbookApi } from '../../../shared/contract.ts'
import type { Instrument } from '../../../shared/domain/index.ts'
import type { TradeList } from '../../../shared/history.ts'

export interface TradeFeedState {
  /** null: not read yet. */
  readonly trades: TradeList | null
  readonly problem: string | null
}

export interface TradeFeed {
  readonly store: StoreApi<TradeFeedState>
  /** Soon afterwards, the last of several soon after one another. */
  show(from: number, to: number): void
  close(): void
}

/** Drawn at most; of more the largest. */
export const mostTrades = 800
const settleMs = 250
let feeds = 0

export function createTradeFeed(api: CrossbookApi, instrument: Instrument): TradeFeed {
  const store = createStore<TradeFeedState>()(() => ({ trades: null, problem: null }))
  const chart = `trades ${++feeds}`
  let timer: ReturnType<typeof setTimeout> | null = null
  let turn = 0
  async function read(from: number, to: number): Promise<void> {
    const own = ++turn
    const reply = await api.call('trades.list', { instrument: instrument.key, from, to, limit: mostTrades, chart })
    if (own !== turn) return
    if (reply.ok) store.setState({ trades: reply.value, problem: null })
    else store.setState({ problem: reply.message })
  }
  const stop = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  return {
    store,
    show(from, to) {
      stop()
      if (from < to) timer = setTimeout(() => void read(Math.floor(from), Math.ceil(to)), settleMs)
    },
    close() {
      stop()
      turn++
    },
  }
}
