import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDeskStore, freeName, isChanged, layoutNames, looksSame } from '../../../src/renderer/stores/desk.ts'
import { noLinks, noTarget, presets } from '../../../src/renderer/stores/presets.ts'
import { noWindows, openWindows, type WindowMessage } from '../../../src/renderer/stores/windows.ts'
import { Desk, type Layout, Layouts, maxPanes, presetNames } from '../../../src/shared/layouts.ts'
import { createHub } from '../support/hub.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function openDesk(stored: Partial<Layouts> = {}, isPaneWindow = false) {
  const hub = createHub()
  const told: string[] = []
  const sent: WindowMessage[] = []
  hub.answer('layouts.list', () => Layouts.parse({ layouts: [], standing: null, problem: null, ...stored }))
  hub.answer('layouts.save', () => null)
  hub.answer('layouts.remove', () => null)
  hub.answer('layouts.keep', () => null)
  const windows = { ...noWindows, tell: (message: WindowMessage) => sent.push(message) }
  const desk = createDeskStore({ api: hub.api, windows, isPaneWindow, tell: (notice) => told.push(notice) })
  const kept = () => hub.asked.filter(({ name }) => name === 'layouts.keep').map(({ request }) => request)
  return { hub, desk, told, sent, kept, now: () => desk.getState() }
}
const mine: Layout = { name: 'Mine', desk: presets['One market'] }

describe('the presets', () => {
  it.each(presetNames)('%s is a desk that can be', (name) => {
    expect(Desk.safeParse(presets[name]).error?.issues ?? []).toEqual([])
  })
})

describe('the desk', () => {
  it('begins with a preset, and with what was kept where something was', async () => {
    const first = openDesk()
    await first.now().load()
    expect(first.now()).toMatchObject({ isLoaded: true, name: 'Arbitrage', desk: presets.Arbitrage })
    const links = { ...noLinks, A: { symbol: 'ETH_USDT', exchange: null } }
    const second = openDesk({ layouts: [mine], standing: { name: 'Mine', desk: mine.desk, links } })
    await second.now().load()
    expect(second.now()).toMatchObject({ name: 'Mine', desk: mine.desk, links })
    expect(layoutNames(second.now())).toEqual([...presetNames, 'Mine'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(second.kept()).toEqual([])
  })

  it('keeps changes together, and at once when asked to', async () => {
    const { now, kept } = openDesk()
    await now().load()
    now().apply('Portfolio')
    now().chooseInGroup('B', { symbol: 'SOL_USDT', exchange: 'okx' })
    expect(kept()).toEqual([])
    await vi.advanceTimersByTimeAsync(1_000)
    const links = { ...noLinks, B: { symbol: 'SOL_USDT', exchange: 'okx' } }
    expect(kept()).toEqual([{ standing: { name: 'Portfolio', desk: presets.Portfolio, links } }])
    now().apply('Arbitrage')
    await now().flush()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(kept()).toHaveLength(2)
  })

  it('does not write over what it could not read', async () => {
    const { hub, now, kept } = openDesk()
    hub.answer('layouts.list', () => Promise.reject(new Error('lost')))
    await now()
      .load()
      .catch(() => null)
    now().apply('Portfolio')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(kept()).toEqual([])
  })

  it('moves a group together, and panes of no group alone', async () => {
    const { now, sent } = openDesk()
    await now().load()
    now().watch('BTC_USDT')
    const pane = (id: string) => {
      const found = now().desk.panes.find((one) => one.id === id)
      if (found === undefined) throw new Error(`no pane ${id}`)
      return found
    }
    const symbols = () => ['chart', 'books'].map((id) => now().targetOf(pane(id)).symbol)
    expect(symbols()).toEqual(['BTC_USDT', 'BTC_USDT'])
    now().choose('spreads', { symbol: 'ETH_USDT', exchange: 'gate' })
    expect(symbols()).toEqual(['ETH_USDT', 'ETH_USDT'])
    now().changePane('books', { link: null })
    expect(symbols()).toEqual(['ETH_USDT', 'BTC_USDT'])
    now().choose('books', { symbol: 'SOL_USDT', exchange: null })
    expect(symbols()).toEqual(['ETH_USDT', 'SOL_USDT'])
    expect(sent).toEqual([{ kind: 'link', group: 'A', target: { symbol: 'ETH_USDT', exchange: 'gate' } }])
  })

  it('knows whether it differs from its layout, but for a pixel', async () => {
    const { now } = openDesk()
    await now().load()
    const { root } = presets.Arbitrage
    if (root?.kind !== 'column') throw new Error('the preset is another one now')
    const shifted = (by: number) => ({
      ...root,
      parts: root.parts.map((part) => ({ ...part, share: part.share + by })),
    })
    now().arrange(shifted(0.005))
    expect([isChanged(now()), now().desk.root]).toEqual([false, root])
    now().arrange(shifted(0.1))
    expect(isChanged(now())).toBe(true)
    now().apply('Arbitrage')
    now().changePane('chart', { period: '1h' })
    expect(isChanged(now())).toBe(true)
    expect(looksSame(root, null)).toBe(false)
  })

  it('keeps how a pane shows what it shows, as part of the layout', async () => {
    const { now, sent, kept } = openDesk({ layouts: [mine] })
    await now().load()
    now().apply('Mine')
    const view = () => now().desk.panes.find(({ id }) => id === 'markets')?.view
    now().changeView('markets', 'text', 'btc')
    now().changeView('markets', 'sort', { by: { kind: 'quote', exchange: 'okx', column: 'bid' }, descending: true })
    expect(isChanged(now())).toBe(true)
    expect(Desk.safeParse(now().desk).success).toBe(true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(kept().at(-1)).toEqual({ standing: { name: 'Mine', desk: now().desk, links: noLinks } })

    // The same pane once more looks the same, another kind as new.
    expect(now().addPane('markets', now().desk.panes[0] ?? null)?.view).toEqual(view())
    expect(now().addPane('spreads', now().desk.panes[0] ?? null)).not.toHaveProperty('view')
    now().apply('Mine')
    expect(view()).toBeUndefined()

    now().changeView('markets', 'text', 'btc')
    now().changeView('markets', 'text', undefined)
    expect([view(), isChanged(now())]).toEqual([{}, false])
    now().toWindow('markets')
    now().changeView('markets', 'kind', 'spot')
    expect(sent.at(-1)).toMatchObject({ kind: 'pane', pane: { id: 'markets', view: { kind: 'spot' } } })
  })

  it('keeps nothing of a pane that the hub would refuse', async () => {
    const { now } = openDesk()
    await now().load()
    now().changeView('spreads', 'text', 'btc')
    now().changeView('spreads', 'text', 'b'.repeat(201))
    now().changeView('spreads', 'deep', { a: { b: { c: 1 } } })
    now().changeView(
      'spreads',
      'notes',
      Array.from({ length: 20 }, () => 'n'.repeat(150)),
    )
    now().changeView('no-such-pane', 'text', 'btc')
    expect(
      now()
        .desk.panes.map(({ view }) => view)
        .filter((view) => view !== undefined),
    ).toEqual([{ text: 'btc' }])
  })

  it('drops panes that were closed, but none that stand in windows', async () => {
    const { now, sent } = openDesk()
    await now().load()
    now().toWindow('books')
    now().arrange({ kind: 'tabs', share: 1, panes: ['chart'], shown: 'chart' })
    expect(now().desk).toMatchObject({ panes: [{ id: 'chart' }, { id: 'books' }], windows: ['books'] })
    expect(Desk.safeParse(now().desk).success).toBe(true)
    now().changePane('books', { link: 'C' })
    expect(sent).toEqual([
      { kind: 'pane', pane: { id: 'books', kind: 'books', link: 'C', own: noTarget, period: '1m' } },
    ])
    now().fromWindow('books')
    expect(now().desk).toMatchObject({ root: { panes: ['chart', 'books'], shown: 'books' }, windows: [] })
    now().toWindow('books')
    now().apply('Portfolio')
    expect(sent.at(-1)).toEqual({ kind: 'close', id: 'books' })
  })

  it('has a bounded number of panes, each with an id of its own', async () => {
    const { now, told } = openDesk()
    await now().load()
    const ids = Array.from({ length: maxPanes }, () => now().addPane('chart', null)?.id)
    const added = ids.filter((id) => id !== undefined)
    expect(new Set(added).size).toBe(maxPanes - presets.Arbitrage.panes.length)
    expect(told.at(-1)).toBe('A desk has at most 40 panes; close one first')
  })

  it('saves, renames, removes and adds layouts, and says what the hub has against it', async () => {
    const { hub, now } = openDesk()
    await now().load()
    expect(await now().saveAs('Mine')).toBeNull()
    expect(await now().rename('Mine', 'Yours')).toBeNull()
    expect(now()).toMatchObject({ name: 'Yours', layouts: [{ name: 'Yours' }] })
    expect(await now().add({ ...mine, name: 'Yours' })).toBeNull()
    expect(now()).toMatchObject({ name: 'Yours 2', desk: mine.desk, layouts: [{ name: 'Yours' }, { name: 'Yours 2' }] })
    expect(await now().remove('Yours 2')).toBeNull()
    expect(now()).toMatchObject({ name: null, desk: mine.desk, layouts: [{ name: 'Yours' }] })
    hub.answer('layouts.save', () => Promise.reject(new Error('no')))
    await expect(now().saveAs('Third')).rejects.toThrow()
    expect(now().layouts).toHaveLength(1)
    expect(freeName('A', ['A', 'A 2'])).toBe('A 3')
  })

  it('in the window of a pane tells its changes and keeps nothing', async () => {
    const { now, sent, kept } = openDesk({}, true)
    await now().load()
    now().changePane('books', { period: '1h' })
    now().chooseInGroup('A', { symbol: 'ETH_USDT', exchange: null })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(sent.map(({ kind }) => kind)).toEqual(['pane', 'link'])
    expect(kept()).toEqual([])
  })

  it('hears other windows, and what is no message of theirs does nothing', async () => {
    vi.useRealTimers()
    const { now } = openDesk()
    const [here, there] = [openWindows(), openWindows()]
    const raw = new BroadcastChannel('crossbook-windows')
    try {
      const end = here.on((message) => now().hear(message))
      raw.postMessage({ kind: 'link', group: 'Z', target: noTarget })
      there.tell({ kind: 'link', group: 'A', target: { symbol: 'SOL_USDT', exchange: null } })
      await vi.waitFor(() => expect(now().links.A.symbol).toBe('SOL_USDT'))
      expect(Object.keys(now().links)).toEqual(Object.keys(noLinks))
      end()
    } finally {
      for (const channel of [here, there, raw]) channel.close()
    }
  })
})
