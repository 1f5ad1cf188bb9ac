import { useCallback, useEffect, useRef, useState } from 'react'
import type { CallRequest } from '../../../shared/contract.ts'
import type { PnlReport } from '../../../shared/pnl.ts'
import { useStores } from '../../ui/StoresContext.tsx'

/** After something happened a report is read anew, but not more often than this. */
const leastMs = 3_000
/** What is open changes its worth without anything happening. */
const idleMs = 60_000

export interface ReportState {
  /** The last one that was read, also while another is asked for. */
  readonly report: PnlReport | null
  /** When `report` came. */
  readonly at: number
  /** `report` answers another question than the one asked now. */
  readonly isOld: boolean
  readonly isReading: boolean
  readonly problem: string | null
  load(): void
}

/** @param ask makes the request at the time of each reading: days move on at midnight. Another function asks anew at once. */
export function useReport(ask: () => CallRequest<'pnl.report'>): ReportState {
  const { api, link } = useStores()
  const [answer, setAnswer] = useState<{ report: PnlReport; at: number; ask: typeof ask } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isReading, setReading] = useState(false)
  const turn = useRef(0)
  const load = useCallback(async () => {
    const own = ++turn.current
    setReading(true)
    const reply = await api.call('pnl.report', ask())
    if (own !== turn.current) return
    setReading(false)
    setProblem(reply.ok ? null : reply.message)
    if (reply.ok) setAnswer({ report: reply.value, at: Date.now(), ask })
  }, [api, ask])
  useEffect(() => {
    let lastAt = Date.now()
    let timer: ReturnType<typeof setTimeout> | null = null
    let { generation } = link.getState()
    const read = () => {
      lastAt = Date.now()
      void load()
    }
    const soon = () => {
      timer ??= setTimeout(
        () => {
          timer = null
          read()
        },
        Math.max(500, lastAt + leastMs - Date.now()),
      )
    }
    const ends = [
      api.on('fill.added', soon),
      api.on('fill.completed', soon),
      api.on('fundingPayment.added', soon),
      api.on('accounts.changed', soon),
      link.subscribe(({ state, generation: current }) => {
        if (state !== 'open' || current === generation) return
        generation = current
        read()
      }),
    ]
    const idle = setInterval(soon, idleMs)
    read()
    return () => {
      clearInterval(idle)
      if (timer !== null) clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [api, link, load])
  return {
    report: answer?.report ?? null,
    at: answer?.at ?? 0,
    isOld: answer !== null && answer.ask !== ask,
    isReading,
    problem,
    load: () => void load(),
  }
}
