/** The shell as a pane sees it: its symbol and period are the pane's, and to open a chart moves the pane's group. */
import { useEffect, useMemo } from 'react'
import { createStore } from 'zustand/vanilla'
import type { LinkTarget } from '../../../shared/layouts.ts'
import type { Stores } from '../../stores/index.ts'
import { noTarget } from '../../stores/presets.ts'
import type { Shell, ShellStore } from '../../stores/shell.ts'

/** A selection that is walked through with the arrow keys moves the group when it rests. */
const followAfterMs = 120

export interface PaneShell {
  readonly shell: ShellStore
  follow(symbol: string, exchange: string | null): void
  /** Follows the desk and the page's own shell until the returned function is called. */
  connect(): () => void
}

/** `showsSymbol`: the pane is about one symbol, so that without a group it has one of its own. */
export function createPaneShell(stores: Stores, id: string, showsSymbol: boolean): PaneShell {
  const { shell: base, desk } = stores
  let timer: ReturnType<typeof setTimeout> | null = null
  const stop = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const paneNow = () => desk.getState().desk.panes.find((pane) => pane.id === id)
  const choose = (target: LinkTarget) => {
    stop()
    const pane = paneNow()
    if (pane === undefined) return
    if (pane.link === null && !showsSymbol) base.getState().openChart(target.symbol ?? '', target.exchange)
    else desk.getState().choose(id, target)
  }
  function compose(): Shell {
    const page = base.getState()
    const pane = paneNow()
    const { symbol, exchange } = pane === undefined ? noTarget : desk.getState().targetOf(pane)
    return {
      ...page,
      chart: { symbol, exchange, period: pane?.period ?? '1m' },
      bookSymbol: symbol,
      openChart: (next, on = null) => choose({ symbol: next, exchange: on }),
      openBooks: (next) => choose({ symbol: next, exchange: null }),
      setPeriod: (period) => desk.getState().changePane(id, { period }),
    }
  }
  const shell: ShellStore = createStore<Shell>()(compose)
  const update = () => {
    const next = compose()
    const { chart } = shell.getState()
    const isSame =
      chart.symbol === next.chart.symbol && chart.exchange === next.chart.exchange && chart.period === next.chart.period
    shell.setState(isSame ? { ...next, chart } : next)
  }
  return {
    shell,
    follow(symbol, exchange) {
      if (paneNow()?.link === null) return
      stop()
      timer = setTimeout(() => choose({ symbol, exchange }), followAfterMs)
    },
    connect() {
      update()
      const ends = [base.subscribe(update), desk.subscribe(update)]
      return () => {
        stop()
        for (const end of ends) end()
      }
    },
  }
}

export function usePaneShell(stores: Stores, id: string, showsSymbol: boolean): PaneShell {
  const paneShell = useMemo(() => createPaneShell(stores, id, showsSymbol), [stores, id, showsSymbol])
  useEffect(() => paneShell.connect(), [paneShell])
  return paneShell
}
