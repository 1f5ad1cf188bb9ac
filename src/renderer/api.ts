/** Which door this page came through: the desktop's bridge, or the headless door's WebSocket on the page's own origin. */
import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../shared/contract.ts'
import { type Door, type Link, openSocketDoor } from './socket-api.ts'

declare global {
  interface Window {
    /** Exposed by the preload script of the desktop; absent in a browser. */
    readonly crossbook?: CrossbookApi
  }
}

export function openDoor(): Door {
  return window.crossbook ? bridgeDoor(window.crossbook) : openSocketDoor({ url: socketUrl(takeToken()) })
}

function bridgeDoor(api: CrossbookApi): Door {
  const link = createStore<Link>()(() => ({ state: 'open', problem: null, nextAttemptAt: null, generation: 1 }))
  return { api, link, retry: () => {}, close: () => {} }
}

const tokenItem = 'crossbook.token'

/** The token leaves the address bar on first sight, so that it is not copied, bookmarked or kept in the history. */
function takeToken(): string {
  const url = new URL(window.location.href)
  const given = url.searchParams.get('token')
  if (given === null) return window.sessionStorage.getItem(tokenItem) ?? ''
  window.sessionStorage.setItem(tokenItem, given)
  url.searchParams.delete('token')
  window.history.replaceState(null, '', url)
  return given
}

function socketUrl(token: string): string {
  const url = new URL('/ws', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  url.searchParams.set('token', token)
  return url.href
}
