import './zod-config.ts'
import './styles.css'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { openDoor } from './api.ts'
import { reportScreenLatency } from './screen-latency.ts'
import { connectStores, createStores } from './stores/index.ts'
import { screenOfHash } from './stores/shell.ts'
import { rememberChoice } from './stores/watchlists.ts'
import { followLook } from './theme.ts'
import { StoresProvider } from './ui/StoresContext.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no root element')
const stores = createStores(openDoor(), screenOfHash(window.location.hash))
followLook(stores.settings)
rememberChoice(stores.watchlists)
connectStores(stores)
reportScreenLatency(stores)
stores.view.setVisible(document.visibilityState === 'visible')
document.addEventListener('visibilitychange', () => stores.view.setVisible(document.visibilityState === 'visible'))
createRoot(root).render(
  <StoresProvider value={stores}>
    <App />
  </StoresProvider>,
)
