/** Which door this page came through: the desktop's bridge, or the headless door's WebSocket on the page's own origin. */
import type { CrossbookApi } from '../shared/contract.ts'
import { openBridgeDoor } from './bridge-api.ts'
import { type Door, openSocketDoor } from './socket-api.ts'

declare global {
  interface Window {
    /** Exposed by the preload script of the desktop; absent in a browser. */
    readonly crossbook?: CrossbookApi
  }
}

export function openDoor(): Door {
  return window.crossbook ? openBridgeDoor(window.crossbook) : openSocketDoor({ url: socketUrl() })
}

/** The browser was signed in by the link it was opened with: its cookie goes with the handshake, and no address holds a secret. */
function socketUrl(): string {
  const url = new URL('/ws', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  url.search = ''
  return url.href
}
