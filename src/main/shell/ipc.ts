/** The contract over IPC: every call is checked for its sender here and for its shape in handlers.ts. */
import { type BrowserWindow, ipcMain, type WebFrameMain } from 'electron'
import { callChannel, pushChannel } from '../../shared/channels.ts'
import type { PushName, PushPayload } from '../../shared/contract.ts'
import type { Client } from '../broadcaster.ts'
import type { Hub } from '../hub.ts'
import type { Logger } from '../log.ts'

class WindowClient implements Client {
  private readonly window: BrowserWindow
  private responsive = true

  constructor(window: BrowserWindow) {
    this.window = window
    window.on('unresponsive', () => {
      this.responsive = false
    })
    window.on('responsive', () => {
      this.responsive = true
    })
  }

  send<N extends PushName>(name: N, payload: PushPayload<N>): void {
    if (!this.window.isDestroyed() && !this.window.webContents.isCrashed()) {
      this.window.webContents.send(pushChannel, name, payload)
    }
  }

  keepsUp(): boolean {
    return this.responsive
  }
}

/** Joins a window to the hub; ends when the window is destroyed. */
export function joinWindow(hub: Hub, window: BrowserWindow, pageUrl: string, logger: Logger): void {
  const client = new WindowClient(window)
  hub.connect(client)
  const isOurs = (frame: WebFrameMain | null) =>
    frame !== null && frame === window.webContents.mainFrame && frame.url.startsWith(pageUrl)
  ipcMain.handle(callChannel, (event, name: unknown, request: unknown) => {
    if (!isOurs(event.senderFrame) || typeof name !== 'string') {
      logger.error({ url: event.senderFrame?.url }, 'a call came from a frame that is not the interface: refused')
      return { ok: false, code: 'badRequest', message: 'not allowed from here' }
    }
    return hub.call(client, name, request)
  })
  window.on('closed', () => {
    ipcMain.removeHandler(callChannel)
    hub.disconnect(client)
  })
}
