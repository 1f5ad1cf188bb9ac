/** Every kind of pane: a line here makes a part of the program one. Its component finds its symbol with `useSymbolLink`. */
import { lazy, type ReactNode } from 'react'
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
    title: 'Markets',
    about: 'quotes of every symbol, exchange beside exchange',
    symbol: 'chooses',
    render: () => <MarketsScreen />,
  },
  spreads: {
    title: 'Spreads',
    about: 'pairs of exchanges by what would be left',
    symbol: 'chooses',
    render: () => <SpreadsScreen />,
  },
  opportunities: {
    title: 'Opportunities',
    about: 'open now, and the history',
    symbol: 'chooses',
    render: () => <OpportunitiesPane />,
  },
  chart: { title: 'Chart', about: 'candles of a symbol', symbol: 'shows', render: () => <ChartScreen /> },
  history: {
    title: 'History',
    about: 'spread, basis and funding of a symbol over time',
    symbol: 'shows',
    render: () => <HistoryScreen />,
  },
  books: {
    title: 'Books',
    about: 'full order books of a symbol',
    symbol: 'shows',
    render: () => <BooksScreen />,
  },
  consolidated: {
    title: 'All books',
    about: 'the order books of a symbol as one, with each exchange’s share',
    symbol: 'shows',
    render: () => <BooksScreen first="consolidated" />,
  },
  heatmap: {
    title: 'Heatmap',
    about: 'the depth of a symbol’s books over time',
    symbol: 'shows',
    render: () => <BooksScreen first="heatmap" />,
  },
  balances: { title: 'Balances', about: 'what the accounts hold', symbol: 'none', render: () => <BalancesScreen /> },
  orders: {
    title: 'Orders',
    about: 'open orders and their history',
    symbol: 'chooses',
    render: () => <OrdersScreen />,
  },
  fills: { title: 'Fills', about: 'what was traded', symbol: 'chooses', render: () => <FillsScreen /> },
  positions: {
    title: 'Positions',
    about: 'open perpetual positions and their funding',
    symbol: 'chooses',
    render: () => <PositionsScreen />,
  },
  pnl: { title: 'PnL', about: 'profit and loss by day and symbol', symbol: 'none', render: () => <PnlScreen /> },
  alerts: {
    title: 'Alerts',
    about: 'what was worth a line',
    symbol: 'none',
    render: () => framed('Alerts', <AlertCentre />),
  },
  connections: {
    title: 'Connections',
    about: 'exchanges, sockets and the network',
    symbol: 'none',
    render: () => <ConnectionsScreen />,
  },
  markethealth: {
    title: 'Market health',
    about: 'activity, spread and liquidity of each market',
    symbol: 'none',
    render: () => framed('Market health', <MarketsPart />),
  },
  league: {
    title: 'League table',
    about: 'what exchanges were like over time',
    symbol: 'none',
    render: () => framed('League table', <LeaguePart />),
  },
}

/** undefined: this version knows no such pane. */
export const paneKind = (kind: string): PaneKind | undefined =>
  Object.hasOwn(paneKinds, kind) ? paneKinds[kind] : undefined

export const paneKindTitle = (kind: string): string => paneKind(kind)?.title ?? kind
