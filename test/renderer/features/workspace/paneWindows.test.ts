import { afterEach, describe, expect, it, vi } from 'vitest'
import { followPaneWindows } from '../../../../src/renderer/features/workspace/paneWindows.ts'
import { createStores } from '../../../../src/renderer/stores/index.ts'
import { noLinks, presets } from '../../../../src/renderer/stores/presets.ts'
import type { WindowMessage } from '../../../../src/renderer/stores/windows.ts'
import { createHub } from '../../support/hub.ts'

const openedUrls: string[] = []

/** The main window, on the desktop or in a browser that lets it open windows or not. */
async function openMain({ isDesktop = false, allows = true, windows: away = ['books'] as readonly string[] } = {}) {
  vi.useFakeTimers()
  openedUrls.length = 0
  vi.stubGlobal('window', {
    location: { href: 'http://127.0.0.1/#/workspace' },
    crossbook: isDesktop ? {} : undefined,
    focus: () => {},
    open(url: URL) {
      openedUrls.push(url.hash)
      return isDesktop || !allows ? null : {}
    },
  })
  const hub = createHub()
  const root = presets.Portfolio.root
  const panes = [...presets.Portfolio.panes, ...presets.Arbitrage.panes.filter(({ id }) => away.includes(id))]
  hub.answer('layouts.list', () => ({
    layouts: [{ name: 'Two screens', desk: { panes, root, windows: [...away] } }],
    standing: { name: 'Two screens', desk: { panes, root, windows: [...away] }, links: noLinks },
    problem: null,
  }))
  hub.answer('layouts.keep', () => null)
  const listeners = new Set<(message: WindowMessage) => void>()
  const sent: WindowMessage[] = []
  const windows = {
    tell: (message: WindowMessage) => sent.push(message),
    on(listener: (message: WindowMessage) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {},
  }
  const stores = createStores(hub.door, 'workspace', { windows, isPaneWindow: false })
  followPaneWindows(stores)
  await stores.desk.getState().load()
  const say = (message: WindowMessage) => {
    for (const listener of [...listeners]) listener(message)
  }
  return { hub, stores, sent, say, away: () => stores.desk.getState().desk.windows }
}
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('windows of panes', () => {
  it('of the last desk open again on the desktop', async () => {
    const { away } = await openMain({ isDesktop: true })
    await vi.advanceTimersByTimeAsync(2_000)
    expect([openedUrls, away()]).toEqual([['#/pane/books'], ['books']])
  })

  it('that are still there stay, and panes of the others come back in a browser', async () => {
    const { away, say, sent } = await openMain({ windows: ['books', 'spreads'] })
    expect(sent).toEqual([{ kind: 'who' }])
    say({ kind: 'opened', id: 'books' })
    await vi.advanceTimersByTimeAsync(2_000)
    expect([openedUrls, away()]).toEqual([[], ['books']])
  })

  it('bring their pane back when they close, but not when they are loaded anew', async () => {
    const { away, say } = await openMain()
    say({ kind: 'opened', id: 'books' })
    await vi.advanceTimersByTimeAsync(2_000)
    say({ kind: 'closed', id: 'books' })
    await vi.advanceTimersByTimeAsync(500)
    say({ kind: 'opened', id: 'books' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(away()).toEqual(['books'])
    say({ kind: 'closed', id: 'books' })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(away()).toEqual([])
  })

  it('bring it back at once when the desktop says so', async () => {
    const { hub, away } = await openMain({ isDesktop: true })
    hub.push('pane.closed', { id: 'books' })
    expect(away()).toEqual([])
  })

  it('open with the layout that has them, where the browser allows it', async () => {
    for (const allows of [true, false]) {
      const { stores, away } = await openMain({ allows, windows: [] })
      const { desk } = stores
      const books = presets['One market'].panes.filter(({ id }) => id === 'books')
      const panes = [...presets.Portfolio.panes, ...books]
      const layout = { name: 'With books', desk: { panes, root: presets.Portfolio.root, windows: ['books'] } }
      desk.getState().setLayouts([layout])
      desk.getState().apply('With books')
      await vi.advanceTimersByTimeAsync(2_000)
      expect([openedUrls, away()]).toEqual([['#/pane/books'], allows ? ['books'] : []])
    }
  })

  it('lead to screens of the main window', async () => {
    const { stores, say } = await openMain()
    say({ kind: 'go', screen: 'settings', symbol: null, exchange: null })
    expect(stores.shell.getState().screen).toBe('settings')
    say({ kind: 'go', screen: 'chart', symbol: 'ETH_USDT', exchange: 'okx' })
    expect(stores.shell.getState()).toMatchObject({ screen: 'chart', chart: { symbol: 'ETH_USDT', exchange: 'okx' } })
    const pair = { buy: 'okx:ETH_USDT', sell: 'gate:ETH_USDT' }
    say({ kind: 'history', ...pair })
    expect(stores.shell.getState()).toMatchObject({ screen: 'history', history: pair })
  })
})
