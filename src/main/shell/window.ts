import { join } from 'node:path'
import { BrowserWindow, nativeImage, screen, type WebPreferences } from 'electron'
import type { Logger } from '../log.ts'
import { preloadFile, resourceFile } from '../paths.ts'
import { readWindowState, writeWindowState } from './window-state.ts'

/** Of every window: a page of ours, sandboxed, with the contract and nothing else. */
export const webPreferences = (): WebPreferences => ({
  preload: preloadFile(),
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  webSecurity: true,
  webviewTag: false,
  spellcheck: false,
})

/** What stands there until the page paints, so that nothing flashes. */
export const backgroundColor = '#0d1117'

export interface MainWindowOptions {
  readonly dataDir: string
  /** True: closing hides the window instead. */
  readonly hidesOnClose: () => boolean
  readonly logger: Logger
}

/** The window of the whole interface. Shown once its first paint is ready, so that nothing flashes. */
export function createMainWindow({ dataDir, hidesOnClose, logger }: MainWindowOptions): BrowserWindow {
  const stateFile = join(dataDir, 'window.json')
  const { maximized, width, height, x, y } = readWindowState(
    stateFile,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  )
  const window = new BrowserWindow({
    width,
    height,
    ...(x !== undefined && y !== undefined ? { x, y } : {}),
    minWidth: 900,
    minHeight: 560,
    show: false,
    title: 'Crossbook',
    backgroundColor,
    icon: nativeImage.createFromPath(resourceFile('icon.png')),
    webPreferences: webPreferences(),
  })
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    writeWindowState(stateFile, { ...window.getNormalBounds(), maximized: window.isMaximized() }, (error) =>
      logger.warn({ err: error }, 'where the window stood could not be written'),
    )
    if (!hidesOnClose()) return
    event.preventDefault()
    window.hide()
  })
  return window
}
