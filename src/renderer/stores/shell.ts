import { createStore } from 'zustand/vanilla'
import type { Period } from '../../shared/domain/index.ts'
import { textsOf } from '../i18n.ts'

const t = textsOf('stores')

export const screens = [
  'workspace',
  'markets',
  'spreads',
  'chart',
  'history',
  'books',
  'balances',
  'orders',
  'fills',
  'positions',
  'transfers',
  'pnl',
  'accounts',
  'data',
  'bots',
  'connections',
  'alerts',
  'settings',
] as const
export type Screen = (typeof screens)[number]

interface ScreenWords {
  readonly title: string
  /** The title, or a shorter one: all of them stand beside each other. */
  readonly tab: string
  readonly digit: string | null
  readonly letter: string
}

/** What each screen is called and the keys that lead to it: a digit, and a letter after `g`. */
export const screenWords: Readonly<Record<Screen, ScreenWords>> = {
  workspace: { title: t('screens.workspace'), tab: t('tabs.workspace'), digit: null, letter: 'w' },
  markets: { title: t('screens.markets'), tab: t('tabs.markets'), digit: '1', letter: 'm' },
  spreads: { title: t('screens.spreads'), tab: t('tabs.spreads'), digit: '2', letter: 's' },
  chart: { title: t('screens.chart'), tab: t('tabs.chart'), digit: '3', letter: 'c' },
  history: { title: t('screens.history'), tab: t('tabs.history'), digit: null, letter: 'h' },
  books: { title: t('screens.books'), tab: t('tabs.books'), digit: null, letter: 'k' },
  balances: { title: t('screens.balances'), tab: t('tabs.balances'), digit: '4', letter: 'b' },
  orders: { title: t('screens.orders'), tab: t('tabs.orders'), digit: '5', letter: 'o' },
  fills: { title: t('screens.fills'), tab: t('tabs.fills'), digit: '6', letter: 'f' },
  positions: { title: t('screens.positions'), tab: t('tabs.positions'), digit: '7', letter: 'p' },
  transfers: { title: t('screens.transfers'), tab: t('tabs.transfers'), digit: '8', letter: 't' },
  pnl: { title: t('screens.pnl'), tab: t('tabs.pnl'), digit: '9', letter: 'l' },
  accounts: { title: t('screens.accounts'), tab: t('tabs.accounts'), digit: '0', letter: 'a' },
  data: { title: t('screens.data'), tab: t('tabs.data'), digit: null, letter: 'd' },
  bots: { title: t('screens.bots'), tab: t('tabs.bots'), digit: null, letter: 'r' },
  connections: { title: t('screens.connections'), tab: t('tabs.connections'), digit: null, letter: 'n' },
  alerts: { title: t('screens.alerts'), tab: t('tabs.alerts'), digit: null, letter: 'i' },
  settings: { title: t('screens.settings'), tab: t('tabs.settings'), digit: null, letter: 'e' },
}

/** As the navigation shows them; all of `screens`, in their order. */
export const screenGroups: readonly { readonly title: string; readonly screens: readonly Screen[] }[] = [
  { title: t('groups.market'), screens: ['workspace', 'markets', 'spreads', 'chart', 'history', 'books'] },
  { title: t('groups.account'), screens: ['balances', 'orders', 'fills', 'positions', 'transfers', 'pnl', 'accounts'] },
  { title: 'Crossbook', screens: ['data', 'bots', 'connections', 'alerts', 'settings'] },
]

/** The parts of the Data screen, one of which is shown. */
export const dataParts = ['export', 'health', 'gaps', 'storage', 'backups'] as const
export type DataPart = (typeof dataParts)[number]

/** The parts of the Alerts screen, one of which is shown. */
export const alertParts = ['centre', 'rules'] as const
export type AlertPart = (typeof alertParts)[number]

export type Overlay = 'palette' | 'help' | 'goLive' | 'addAccount' | 'watchlists'

/** Where the user is. The screen stands in the address too, so that a reload comes back to it. */
export interface Shell {
  readonly screen: Screen
  readonly chart: { readonly symbol: string | null; readonly exchange: string | null; readonly period: Period }
  /** The pair and the basis whose past is shown, by instrument keys; null: whatever suits the chart's symbol. */
  readonly history: {
    readonly buy: string | null
    readonly sell: string | null
    readonly spot: string | null
    readonly perpetual: string | null
  }
  /** The symbol of the order books; null: that of the chart. */
  readonly bookSymbol: string | null
  /** The account that the Accounts screen was opened for, to be brought into view; null: none. */
  readonly account: string | null
  readonly dataPart: DataPart
  /** The part of a screen that was asked for from elsewhere; a screen without such a part takes no notice. null: none. */
  readonly asked: { readonly screen: Screen; readonly part: string } | null
  readonly alertPart: AlertPart
  /** At most one at a time. */
  readonly overlay: Overlay | null
  /** A short message that goes by itself: something failed or was done. */
  readonly notice: string | null
  go(screen: Screen): void
  openChart(symbol: string, exchange?: string | null): void
  setPeriod(period: Period): void
  setHistory(history: Shell['history']): void
  /** The spread of one direction of a pair over time. */
  openHistory(buy: string, sell: string): void
  openBooks(symbol: string): void
  openAccount(id: string): void
  openData(part: DataPart): void
  openPart(screen: Screen, part: string): void
  openAlerts(part: AlertPart): void
  show(overlay: Overlay | null): void
  tell(notice: string | null): void
}

export const createShellStore = (initial: Screen = 'markets') =>
  createStore<Shell>()((set, get) => ({
    screen: initial,
    chart: { symbol: null, exchange: null, period: '1m' },
    history: { buy: null, sell: null, spot: null, perpetual: null },
    bookSymbol: null,
    account: null,
    dataPart: 'export',
    asked: null,
    alertPart: 'centre',
    overlay: null,
    notice: null,
    go: (screen) => set({ screen, overlay: null, account: null, asked: null }),
    openChart: (symbol, exchange = null) =>
      set({ screen: 'chart', overlay: null, chart: { ...get().chart, symbol, exchange } }),
    setPeriod: (period) => set({ chart: { ...get().chart, period } }),
    setHistory: (history) => set({ history }),
    openHistory: (buy, sell) => set({ screen: 'history', overlay: null, history: { ...get().history, buy, sell } }),
    openBooks: (bookSymbol) => set({ screen: 'books', overlay: null, bookSymbol }),
    openAccount: (account) => set({ screen: 'accounts', overlay: null, account }),
    openData: (dataPart) => set({ screen: 'data', overlay: null, account: null, dataPart }),
    openAlerts: (alertPart) => set({ screen: 'alerts', overlay: null, account: null, alertPart }),
    openPart: (screen, part) => set({ screen, overlay: null, account: null, asked: { screen, part } }),
    show: (overlay) => set({ overlay }),
    tell: (notice) => set({ notice }),
  }))
export type ShellStore = ReturnType<typeof createShellStore>

export const screenOfHash = (hash: string): Screen => screens.find((screen) => hash === `#/${screen}`) ?? 'markets'
