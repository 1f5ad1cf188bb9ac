/** The trader's own fills of one instrument, as far back as a chart reaches, and those that come. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CallReply, CrossbookApi, Reply } from '../../../shared/contract.ts'
import { type Fill, fillKey, type Instrument } from '../../../shared/domain/index.ts'
import type { Link } from '../../socket-api.ts'

export interface FillFeedState {
  /** Ascending by time. */
  readonly fills: readonly Fill[]
  /** Every fill since then is there, epoch ms; null: nothing has been read. */
  readonly from: number | null
  readonly problem: string | null
}

export interface FillFeed {
  readonly store: StoreApi<FillFeedState>
  /** Reads what is missing since `from`; one reading at a time. */
  reach(from: number): Promise<void>
  /** Joins what the hub tells, and reads anew what it may have told while the link was down; the returned function ends it. */
  follow(link: StoreApi<Link>): () => void
}

const pageSize = 1_000
/** More than this is not drawn: the picture would be nothing but marks. */
export const mostFills = 5_000

export function createFillFeed(api: CrossbookApi, { exchange, symbol }: Instrument): FillFeed {
  const store = createStore<FillFeedState>()(() => ({ fills: [], from: null, problem: null }))
  let wanted: number | null = null
  let isReading = false
  /** Grows when everything is to be read anew: what an earlier reading still brings is not all there is. */
  let turn = 0

  const isOwn = (fill: Fill) => fill.exchange === exchange && fill.symbol === symbol
  function take(fills: readonly Fill[]): void {
    const own = fills.filter(isOwn)
    if (own.length === 0) return
    const byKey = new Map(store.getState().fills.map((fill) => [fillKey(fill), fill]))
    for (const fill of own) byKey.set(fillKey(fill), fill)
    store.setState({ fills: [...byKey.values()].sort((a, b) => a.at - b.at).slice(-mostFills) })
  }

  async function read(from: number, to: number | null): Promise<boolean> {
    const own = turn
    let cursor: string | null = null
    do {
      // The filter finds symbols that contain this one, too.
      const filter = { exchange, text: symbol, from, to }
      const reply: Reply<CallReply<'fills.list'>> = await api.call('fills.list', { filter, cursor, limit: pageSize })
      if (own !== turn) return true
      if (!reply.ok) {
        store.setState({ problem: reply.message })
        return false
      }
      take(reply.value.rows)
      cursor = reply.value.next
    } while (cursor !== null && store.getState().fills.length < mostFills)
    return true
  }

  async function reach(from: number): Promise<void> {
    wanted = Math.min(from, wanted ?? from)
    if (isReading) return
    isReading = true
    for (;;) {
      const known = store.getState().from
      if (wanted >= (known ?? Number.POSITIVE_INFINITY)) break
      const next = wanted
      const own = turn
      if (!(await read(next, known))) break
      if (own === turn) store.setState({ from: next, problem: null })
    }
    isReading = false
  }

  return {
    store,
    reach,
    follow(link) {
      const one = (fill: Fill) => take([fill])
      const again = () => {
        turn++
        store.setState({ fills: [], from: null, problem: null })
        if (wanted !== null) void reach(wanted)
      }
      let { generation } = link.getState()
      const ends = [
        api.on('fill.added', one),
        api.on('fill.completed', one),
        api.on('accounts.changed', again),
        link.subscribe(({ state, generation: current }) => {
          if (state !== 'open' || current === generation) return
          generation = current
          again()
        }),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}
