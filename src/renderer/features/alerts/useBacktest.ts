import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { AlertRule, BacktestResult } from '../../../shared/alert-rules.ts'
import { zoneOffsetMinutes } from '../../format/time.ts'
import { useStores } from '../../ui/StoresContext.tsx'

/** While a rule is being written nothing is worked out: this long after the last key it is. */
const settleMs = 700
const dayMs = 86_400_000
let lastNumber = 0

export interface Backtest {
  readonly result: BacktestResult | null
  /** In words, why there is none; null: there is one, or it is being worked out. */
  readonly problem: string | null
  /** Of the range that is read, percent; null: nothing is being worked out. */
  readonly percent: number | null
}

const nothing: Backtest = { result: null, problem: null, percent: null }

/** What the condition would have done in the last `days`; worked out anew when it changes. null: there is no rule yet. */
export function useBacktest(rule: AlertRule | null, days: number): Backtest {
  const { api, status } = useStores()
  const [state, setState] = useState<Omit<Backtest, 'percent'> & { readonly id: string | null }>({
    ...{ result: null, problem: null, id: null },
  })
  const done = useStore(status, ({ progress }) => progress.find(({ id }) => id === state.id)?.done ?? 0)
  // Its name and its ways out change nothing of what it would have done.
  const condition = rule === null ? null : JSON.stringify({ ...rule, name: 'rule', sound: 'none', enabled: true })
  const latest = useRef(rule)
  latest.current = rule
  useEffect(() => {
    if (condition === null) {
      setState({ result: null, problem: null, id: null })
      return
    }
    const id = `backtest-${Date.now().toString(36)}-${++lastNumber}`
    let isWanted = true
    let isRunning = false
    setState({ result: null, problem: null, id })
    const timer = setTimeout(async () => {
      const now = Date.now()
      if (latest.current === null) return
      isRunning = true
      const reply = await api.call('alerts.backtest', {
        ...{ rule: latest.current, from: now - days * dayMs, to: now, id },
        utcOffsetMinutes: zoneOffsetMinutes(now),
      })
      isRunning = false
      if (!isWanted) return
      setState(
        reply.ok
          ? { result: reply.value, problem: null, id: null }
          : { result: null, problem: reply.message, id: null },
      )
    }, settleMs)
    return () => {
      isWanted = false
      clearTimeout(timer)
      if (isRunning) void api.call('progress.cancel', { id })
    }
  }, [api, condition, days])
  if (rule === null) return nothing
  return { result: state.result, problem: state.problem, percent: state.id === null ? null : done }
}
