/** Every kind of pane: a line here makes a part of the program one. Its component finds its symbol with `useSymbolLink`. */
import { lazy, type ReactNode } from 'react'
import { textsOf } from '../../i18n.ts'
import { AlertCentre } from '../alerts/AlertCentre.tsx'
import { BalancesScreen } from '../balances/BalancesScreen.tsx'
import { BooksScreen } from '../books/BooksScreen.tsx'
import { ConnectionsScreen } from '../connections/ConnectionsScreen.tsx'
import { FillsScreen } from '../fills/FillsScreen.tsx'
import { LeaguePart } from '../health/LeaguePart.tsx'
import { MarketsPart } from '../health/MarketsPart.tsx'
import { MarketsScreen } from '../markets/MarketsScreen.tsx'
import { OrdersScreen } from '../orders/OrdersScreen.tsx'
import { PositionsScreen } from '../positions/PositionsScreen.tsx'
import { SpreadsScreen } from '../spreads/SpreadsScreen.tsx'
import { OpportunitiesPane } from './OpportunitiesPane.tsx'

const t = textsOf('workspace')

// What draws charts is large, and a desk may have none.
const ChartScreen = lazy(async () => ({ default: (await import('../chart/ChartScreen.tsx')).ChartScreen }))
const HistoryScreen = lazy(async () => ({ default: (await import('../history/HistoryScreen.tsx')).HistoryScreen }))
const PnlScreen = lazy(async () => ({ default: (await import('../pnl/PnlScreen.tsx')).PnlScreen }))

export interface PaneKind {
  readonly title: string
  /** For the list of panes to add. */
  readonly about: string
  /** `shows` one symbol, is a place to `choose` one in (and tells its group), or has `none`. */
  readonly symbol: 'shows' | 'chooses' | 'none'
  render(): ReactNode
}

/** A part of a screen, as a pane of its own. */
const framed = (label: string, part: ReactNode): ReactNode => (
  <section aria-label={label} className="flex h-full flex-col bg-panel">
    {part}
  </section>
)

/** By the name under which layouts keep it: what stands in a file stays. */
export const paneKinds: Readonly<Record<string, PaneKind>> = {
  markets: {
    title: t('kinds.markets.title'),
    about: t('kinds.markets.about'),
    symbol: 'chooses',
    render: () => <MarketsScreen />,
  },
  spreads: {
    title: t('kinds.spreads.title'),
    about: t('kinds.spreads.about'),
    symbol: 'chooses',
    render: () => <SpreadsScreen />,
  },
  opportunities: {
    title: t('kinds.opportunities.title'),
    about: t('kinds.opportunities.about'),
    symbol: 'chooses',
    render: () => <OpportunitiesPane />,
  },
  chart: {
    title: t('kinds.chart.title'),
    about: t('kinds.chart.about'),
    symbol: 'shows',
    render: () => <ChartScreen />,
  },
  history: {
    title: t('kinds.history.title'),
    about: t('kinds.history.about'),
    symbol: 'shows',
    render: () => <HistoryScreen />,
  },
  books: {
    title: t('kinds.books.title'),
    about: t('kinds.books.about'),
    symbol: 'shows',
    render: () => <BooksScreen />,
  },
  consolidated: {
    title: t('kinds.consolidated.title'),
    about: t('kinds.consolidated.about'),
    symbol: 'shows',
    render: () => <BooksScreen first="consolidated" />,
  },
  heatmap: {
    title: t('kinds.heatmap.title'),
    about: t('kinds.heatmap.about'),
    symbol: 'shows',
    render: () => <BooksScreen first="heatmap" />,
  },
  balances: {
    title: t('kinds.balances.title'),
    about: t('kinds.balances.about'),
    symbol: 'none',
    render: () => <BalancesScreen />,
  },
  orders: {
    title: t('kinds.orders.title'),
    about: t('kinds.orders.about'),
    symbol: 'chooses',
    render: () => <OrdersScreen />,
  },
  fills: {
    title: t('kinds.fills.title'),
    about: t('kinds.fills.about'),
    symbol: 'chooses',
    render: () => <FillsScreen />,
  },
  positions: {
    title: t('kinds.positions.title'),
    about: t('kinds.positions.about'),
    symbol: 'chooses',
    render: () => <PositionsScreen />,
  },
  pnl: { title: t('kinds.pnl.title'), about: t('kinds.pnl.about'), symbol: 'none', render: () => <PnlScreen /> },
  alerts: {
    title: t('kinds.alerts.title'),
    about: t('kinds.alerts.about'),
    symbol: 'none',
    render: () => framed(t('kinds.alerts.title'), <AlertCentre />),
  },
  connections: {
    title: t('kinds.connections.title'),
    about: t('kinds.connections.about'),
    symbol: 'none',
    render: () => <ConnectionsScreen />,
  },
  markethealth: {
    title: t('kinds.marketHealth.title'),
    about: t('kinds.marketHealth.about'),
    symbol: 'none',
    render: () => framed(t('kinds.marketHealth.title'), <MarketsPart />),
  },
  league: {
    title: t('kinds.league.title'),
    about: t('kinds.league.about'),
    symbol: 'none',
    render: () => framed(t('kinds.league.title'), <LeaguePart />),
  },
}

/** undefined: this version knows no such pane. */
export const paneKind = (kind: string): PaneKind | undefined =>
  Object.hasOwn(paneKinds, kind) ? paneKinds[kind] : undefined

export const paneKindTitle = (kind: string): string => paneKind(kind)?.title ?? kind
