/** Windows of single panes beside the main one, for a second monitor. Each is a client of its own; all close with the main window. */
import { join } from 'node:path'
import { BrowserWindow, nativeImage, screen, type WebContents } from 'electron'
import { maxPanes } from '../../shared/layouts.ts'
import { paneHashOf } from '../../shared/pane-address.ts'
import type { Logger } from '../log.ts'
import { resourceFile } from '../paths.ts'
import type { IpcDoor } from './ipc.ts'
import { backgroundColor, webPreferences } from './window.ts'
import { readPaneState, writePaneState } from './window-state.ts'

export interface PaneWindowsOptions {
  readonly main: BrowserWindow
  readonly door: IpcDoor
  readonly pageUrl: string
  readonly dataDir: string
  /** True: windows close because all do, and their panes stay theirs. */
  isQuitting(): boolean
  readonly logger: Logger
}

export class PaneWindows {
  private readonly options: PaneWindowsOptions
  private readonly windows = new Map<string, BrowserWindow>()

  constructor(options: PaneWindowsOptions) {
    this.options = options
    options.main.on('closed', () => {
      for (const window of this.windows.values()) window.close()
    })
  }

  /** Only the main window opens others. A pane that has a window already is brought to the front. */
  open(opener: WebContents, pane: string): void {
    const { main, logger } = this.options
    if (main.isDestroyed() || opener !== main.webContents) {
      logger.error({ pane }, 'a window other than the main one asked for the window of a pane: refused')
      return
    }
    const there = this.windows.get(pane)
    if (there !== undefined) {
      there.focus()
      return
    }
    if (this.windows.size >= maxPanes) {
      logger.warn({ pane }, `a desk has at most ${maxPanes} panes: no further window`)
      return
    }
    this.create(pane)
  }

  private create(pane: string): void {
    const { main, door, pageUrl, dataDir, isQuitting, logger } = this.options
    const stateFile = join(dataDir, 'pane-windows.json')
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
    const { maximized, width, height, x, y } = readPaneState(stateFile, pane, areas)
    const window = new BrowserWindow({
      width,
      height,
      ...(x !== undefined && y !== undefined ? { x, y } : {}),
      minWidth: 640,
      minHeight: 400,
      show: false,
      title: 'Crossbook',
      backgroundColor,
      icon: nativeImage.createFromPath(resourceFile('icon.png')),
      webPreferences: webPreferences(),
    })
    this.windows.set(pane, window)
    door.join(window)
    if (maximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    // A page that closes its own window leaves no moment before it is gone to ask where it stands.
    let state = { ...window.getNormalBounds(), maximized }
    const note = () => {
      state = { ...window.getNormalBounds(), maximized: window.isMaximized() }
    }
    window.on('resize', note).on('move', note)
    window.on('closed', () => {
      this.windows.delete(pane)
      try {
        writePaneState(stateFile, pane, state)
      } catch (error) {
        logger.warn({ err: error }, 'where the window of a pane stood could not be written')
      }
      if (!isQuitting()) door.tell(main, 'pane.closed', { id: pane })
    })
    window
      .loadURL(`${pageUrl}${paneHashOf(pane)}`)
      .catch((error: unknown) => logger.error({ err: error, pane }, 'the window of a pane did not load'))
  }
}
