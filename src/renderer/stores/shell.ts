import { createStore } from 'zustand/vanilla'
import type { Period } from '../../shared/domain/index.ts'

export const screens = ['markets', 'spreads', 'chart', 'connections', 'settings'] as const
export type Screen = (typeof screens)[number]
export const screenTitles: Readonly<Record<Screen, string>> = {
  markets: 'Markets',
  spreads: 'Spreads',
  chart: 'Chart',
  connections: 'Connections',
  settings: 'Settings',
}

export type Overlay = 'palette' | 'help' | 'alerts' | 'goLive'

/** Where the user is. The screen stands in the address too, so that a reload comes back to it. */
export interface Shell {
  readonly screen: Screen
  readonly chart: { readonly symbol: string | null; readonly exchange: string | null; readonly period: Period }
  /** At most one at a time. */
  readonly overlay: Overlay | null
  /** A short message that goes by itself: something failed or was done. */
  readonly notice: string | null
  go(screen: Screen): void
  openChart(symbol: string, exchange?: string | null): void
  setPeriod(period: Period): void
  show(overlay: Overlay | null): void
  tell(notice: string | null): void
}

export const createShellStore = (initial: Screen = 'markets') =>
  createStore<Shell>()((set, get) => ({
    screen: initial,
    chart: { symbol: null, exchange: null, period: '1m' },
    overlay: null,
    notice: null,
    go: (screen) => set({ screen, overlay: null }),
    openChart: (symbol, exchange = null) =>
      set({ screen: 'chart', overlay: null, chart: { ...get().chart, symbol, exchange } }),
    setPeriod: (period) => set({ chart: { ...get().chart, period } }),
    show: (overlay) => set({ overlay }),
    tell: (notice) => set({ notice }),
  }))
export type ShellStore = ReturnType<typeof createShellStore>

export const screenOfHash = (hash: string): Screen => screens.find((screen) => hash === `#/${screen}`) ?? 'markets'
