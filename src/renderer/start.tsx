import { lazy, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { paneOfHash } from '../shared/pane-address.ts'
import { App } from './App.tsx'
import { openDoor } from './api.ts'
import { followAlertSounds } from './features/alerts/sounds.ts'
import { followPaneWindows } from './features/workspace/paneWindows.ts'
import { textsOf } from './i18n.ts'
import { reportScreenLatency } from './screen-latency.ts'
import { connectStores, createStores } from './stores/index.ts'
import { screenOfHash } from './stores/shell.ts'
import { rememberChoice } from './stores/watchlists.ts'
import { openWindows } from './stores/windows.ts'
import { followLook } from './theme.ts'
import { Empty } from './ui/controls.tsx'
import { StoresProvider } from './ui/StoresContext.tsx'

const t = textsOf('shell')

const PaneWindow = lazy(async () => ({ default: (await import('./features/workspace/PaneWindow.tsx')).PaneWindow }))

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no root element')
const paneId = paneOfHash(window.location.hash)
const stores = createStores(openDoor(), screenOfHash(window.location.hash), {
  windows: openWindows(),
  isPaneWindow: paneId !== null,
})
followLook(stores.settings)
rememberChoice(stores.watchlists)
connectStores(stores)
if (paneId === null) followPaneWindows(stores)
if (paneId === null) followAlertSounds(stores)
reportScreenLatency(stores)
stores.view.setVisible(document.visibilityState === 'visible')
document.addEventListener('visibilitychange', () => stores.view.setVisible(document.visibilityState === 'visible'))
createRoot(root).render(
  <StoresProvider value={stores}>
    {paneId === null ? (
      <App />
    ) : (
      <Suspense fallback={<Empty title={t('loading')} busy />}>
        <PaneWindow id={paneId} />
      </Suspense>
    )}
  </StoresProvider>,
)
