/** The desktop door: parse arguments, build the hub, open the window, shut down in reverse order. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { app, type BrowserWindow, dialog, powerMonitor, shell, type Tray } from 'electron'
import { openConfig } from './commands/open-config.ts'
import { leaveNow, reportBugs } from './commands/shutdown.ts'
import { SettingsError } from './config.ts'
import { DataFolderError } from './data-folder.ts'
import { GatewayBesideWindow } from './gateway/beside-window.ts'
import { keepHeapSmall } from './heap.ts'
import { Hub } from './hub.ts'
import { createLogger } from './log.ts'
import { dataDirOf, rendererDir } from './paths.ts'
import { IpcDoor } from './shell/ipc.ts'
import { setApplicationMenu } from './shell/menu.ts'
import { notifyOfAlerts, notifyOfFills } from './shell/notifications.ts'
import { PaneWindows } from './shell/pane-windows.ts'
import { appOrigin, lockDown, registerAppScheme, serveInterface } from './shell/security.ts'
import { createTray } from './shell/tray.ts'
import { createMainWindow } from './shell/window.ts'
import { version } from './version.ts'

/** Shutdown that takes longer than this is cut short. */
const patienceMs = 3_000

// Not strict: Chromium's own switches come along.
const { values: flags } = parseArgs({
  args: process.argv.slice(1),
  strict: false,
  options: {
    config: { type: 'string' },
    data: { type: 'string' },
    demo: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
    'log-level': { type: 'string' },
  },
})
const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined)

keepHeapSmall()
const dataDir = dataDirOf(text(flags.data), process.env)
app.setPath('userData', join(dataDir, 'electron'))
registerAppScheme()

// One instance per data folder; a second start shows the first one's window.
if (app.requestSingleInstanceLock()) void run().catch(giveUp)
else app.quit()

async function run(): Promise<void> {
  const config = openConfig(dataDir, text(flags.config), {
    demo: flags.demo === true ? true : undefined,
    logLevel: text(flags['log-level']),
  })
  const logger = createLogger(config.settings.log.level)
  const reveal = (file: string) => shell.showItemInFolder(file)
  const hub = new Hub({ config, dataDir, dryRun: flags['dry-run'] === true, door: 'desktop', version, logger, reveal })
  reportBugs(logger, () => void hub.stop().finally(() => app.exit(1)))
  const developmentUrl = app.isPackaged ? null : (process.env.ELECTRON_RENDERER_URL ?? null)
  let window: BrowserWindow | null = null
  let panes: PaneWindows | null = null
  let tray: Tray | null = null
  let quitting = false
  let stopApi: () => Promise<void> = () => Promise.resolve()

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.show()
    window?.focus()
  })
  app.on('activate', () => window?.show())
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', () => {
    quitting = true
  })
  app.on('will-quit', (event) => {
    event.preventDefault()
    setTimeout(leaveNow, patienceMs)
    tray?.destroy()
    void stopApi()
      .then(() => hub.stop())
      .then(() => app.exit(0))
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())

  // The hub needs no window: both start at once, so that the first screen finds the market under way.
  const started = hub.start()
  await app.whenReady()
  // Sooner than the hub's own watch sees it.
  powerMonitor.on('resume', () => hub.network.watch.resumed())
  lockDown({ developmentUrl, onPaneWindow: (opener, pane) => panes?.open(opener, pane) })
  serveInterface(rendererDir())
  await started
  const api = new GatewayBesideWindow({ hub, dataDir, rendererDir: rendererDir(), logger })
  stopApi = () => api.stop()
  await api.start()
  setApplicationMenu(hub.dataDir, developmentUrl !== null)
  const hidesOnClose = () => !quitting && hub.settings.appearance.closeToTray
  window = createMainWindow({ dataDir, hidesOnClose, logger })
  const pageUrl = developmentUrl ?? `${appOrigin}/`
  const door = new IpcDoor(hub, pageUrl, logger)
  door.join(window)
  panes = new PaneWindows({ main: window, door, pageUrl, dataDir, isQuitting: () => quitting, logger })
  tray = createTray(window)
  notifyOfAlerts(hub, window)
  notifyOfFills(hub, window)
  window.on('closed', () => {
    window = null
  })
  await window.loadURL(pageUrl)
}

function giveUp(error: unknown): void {
  const expected = error instanceof SettingsError || error instanceof DataFolderError
  const message = error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error)
  process.stderr.write(`crossbook: ${message}\n`)
  dialog.showErrorBox('Crossbook cannot start', message)
  app.exit(expected ? 2 : 1)
}
