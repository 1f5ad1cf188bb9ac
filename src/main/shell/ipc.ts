/** The contract over IPC: every call is checked for its sender here and for its shape in handlers.ts. */
import { type BrowserWindow, ipcMain, type WebFrameMain } from 'electron'
import { callChannel, pushChannel } from '../../shared/channels.ts'
import type { PushName, PushPayload } from '../../shared/contract.ts'
import type { Client } from '../broadcaster.ts'
import type { Hub } from '../hub.ts'
import type { Logger } from '../log.ts'

class WindowClient implements Client {
  readonly window: BrowserWindow
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

/** Joins windows to the hub, each as a client of its own. */
export class IpcDoor {
  private readonly hub: Hub
  private readonly pageUrl: string
  /** By the id of the window's contents. */
  private readonly clients = new Map<number, WindowClient>()

  constructor(hub: Hub, pageUrl: string, logger: Logger) {
    this.hub = hub
    this.pageUrl = pageUrl
    ipcMain.handle(callChannel, (event, name: unknown, request: unknown) => {
      const client = this.clientOf(event.sender.id, event.senderFrame)
      if (client === null || typeof name !== 'string') {
        logger.error({ url: event.senderFrame?.url }, 'a call came from a frame that is not the interface: refused')
        return { ok: false, code: 'badRequest', message: 'not allowed from here' }
      }
      return hub.call(client, name, request)
    })
  }

  /** Ends when the window is destroyed. */
  join(window: BrowserWindow): void {
    const { id } = window.webContents
    const client = new WindowClient(window)
    this.clients.set(id, client)
    this.hub.connect(client)
    window.on('closed', () => {
      this.clients.delete(id)
      this.hub.disconnect(client)
    })
  }

  /** To one window; nothing where it is gone. */
  tell<N extends PushName>(window: BrowserWindow, name: N, payload: PushPayload<N>): void {
    for (const client of this.clients.values()) if (client.window === window) client.send(name, payload)
  }

  /** Only the main frame of a window of ours, on a page of ours. */
  private clientOf(contentsId: number, frame: WebFrameMain | null): WindowClient | null {
    const client = this.clients.get(contentsId)
    if (client === undefined || frame === null || client.window.isDestroyed()) return null
    const isOurs = frame === client.window.webContents.mainFrame && frame.url.startsWith(this.pageUrl)
    return isOurs ? client : null
  }
}
