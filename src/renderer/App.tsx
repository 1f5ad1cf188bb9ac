import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { useStore } from 'zustand'
import { AccountsScreen } from './features/accounts/AccountsScreen.tsx'
import { AddAccountDialog } from './features/accounts/AddAccountDialog.tsx'
import { AlertsScreen } from './features/alerts/AlertsScreen.tsx'
import { BalancesScreen } from './features/balances/BalancesScreen.tsx'
import { BooksScreen } from './features/books/BooksScreen.tsx'
import { BotsScreen } from './features/bots/BotsScreen.tsx'
import { ConnectionsScreen } from './features/connections/ConnectionsScreen.tsx'
import { DataScreen } from './features/data/DataScreen.tsx'
import { FillsScreen } from './features/fills/FillsScreen.tsx'
import { MarketsScreen } from './features/markets/MarketsScreen.tsx'
import { OrdersScreen } from './features/orders/OrdersScreen.tsx'
import { PositionsScreen } from './features/positions/PositionsScreen.tsx'
import { SettingsScreen } from './features/settings/SettingsScreen.tsx'
import { AlertAnnouncer } from './features/shell/AlertAnnouncer.tsx'
import { Banners } from './features/shell/Banners.tsx'
import { CommandPalette } from './features/shell/CommandPalette.tsx'
import { GoLiveDialog } from './features/shell/GoLiveDialog.tsx'
import { KeysHelp } from './features/shell/KeysHelp.tsx'
import { StatusStrip } from './features/shell/StatusStrip.tsx'
import { TopBar } from './features/shell/TopBar.tsx'
import { useShortcuts } from './features/shell/useShortcuts.ts'
import { SpreadsScreen } from './features/spreads/SpreadsScreen.tsx'
import { TransfersScreen } from './features/transfers/TransfersScreen.tsx'
import { WatchlistsDialog } from './features/watchlists/WatchlistsDialog.tsx'
import { textsOf } from './i18n.ts'
import { type Screen, screenOfHash, screenWords } from './stores/shell.ts'
import { Empty } from './ui/controls.tsx'
import { ScreenBoundary } from './ui/ScreenBoundary.tsx'
import { useStores } from './ui/StoresContext.tsx'
import { useLook } from './ui/useLook.ts'

const t = textsOf('shell')

// What draws charts is the largest part of the page and not needed for the first screen.
const ChartScreen = lazy(async () => ({ default: (await import('./features/chart/ChartScreen.tsx')).ChartScreen }))

const WorkspaceScreen = lazy(async () => ({
  default: (await import('./features/workspace/WorkspaceScreen.tsx')).WorkspaceScreen,
}))

const HistoryScreen = lazy(async () => ({
  default: (await import('./features/history/HistoryScreen.tsx')).HistoryScreen,
}))

const PnlScreen = lazy(async () => ({ default: (await import('./features/pnl/PnlScreen.tsx')).PnlScreen }))

const screenViews: Readonly<Record<Screen, () => ReactNode>> = {
  workspace: () => <WorkspaceScreen />,
  markets: () => <MarketsScreen />,
  spreads: () => <SpreadsScreen />,
  chart: () => <ChartScreen />,
  history: () => <HistoryScreen />,
  books: () => <BooksScreen />,
  balances: () => <BalancesScreen />,
  orders: () => <OrdersScreen />,
  fills: () => <FillsScreen />,
  positions: () => <PositionsScreen />,
  transfers: () => <TransfersScreen />,
  pnl: () => <PnlScreen />,
  accounts: () => <AccountsScreen />,
  data: () => <DataScreen />,
  bots: () => <BotsScreen />,
  connections: () => <ConnectionsScreen />,
  alerts: () => <AlertsScreen />,
  settings: () => <SettingsScreen />,
}

export function App() {
  const { shell } = useStores()
  const screen = useStore(shell, (state) => state.screen)
  const overlay = useStore(shell, (state) => state.overlay)
  // In another zone a screen is built anew, so that no time of the one before stays; the settings keep their place.
  const { times } = useLook()
  useShortcuts()
  useEffect(() => {
    window.history.replaceState(null, '', `#/${screen}`)
    document.title = `${screenWords[screen].title} – Crossbook`
  }, [screen])
  useEffect(() => {
    const onHash = () => shell.getState().go(screenOfHash(window.location.hash))
    window.addEventListener('hashchange', onHash)
    return () => window.removeEventListener('hashchange', onHash)
  }, [shell])
  return (
    <div className="flex h-full flex-col">
      <TopBar />
      <Banners />
      <main id="screen" role="tabpanel" aria-label={screenWords[screen].title} className="min-h-0 flex-1">
        <ScreenBoundary key={screen === 'settings' ? screen : `${screen} ${times}`}>
          <Suspense fallback={<Empty title={t('loading')} busy />}>{screenViews[screen]()}</Suspense>
        </ScreenBoundary>
      </main>
      <StatusStrip />
      <AlertAnnouncer />
      {overlay === 'palette' && <CommandPalette />}
      {overlay === 'help' && <KeysHelp />}
      {overlay === 'goLive' && <GoLiveDialog />}
      {overlay === 'addAccount' && <AddAccountDialog />}
      {overlay === 'watchlists' && <WatchlistsDialog />}
    </div>
  )
}
