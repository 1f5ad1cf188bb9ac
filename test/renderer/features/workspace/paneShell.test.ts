import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPaneShell } from '../../../../src/renderer/features/workspace/paneShell.ts'
import { createStores } from '../../../../src/renderer/stores/index.ts'
import { createHub } from '../../support/hub.ts'

afterEach(() => {
  vi.useRealTimers()
})

function openPanes() {
  vi.useFakeTimers()
  const stores = createStores(createHub().door)
  stores.desk.getState().watch('BTC_USDT')
  const pane = (id: string, showsSymbol: boolean) => {
    const paneShell = createPaneShell(stores, id, showsSymbol)
    paneShell.connect()
    return paneShell
  }
  return { stores, spreads: pane('spreads', false), chart: pane('chart', true), books: pane('books', true) }
}

describe('the shell of a pane', () => {
  it('has the symbol of its group, and moves all of it', () => {
    const { stores, spreads, chart, books } = openPanes()
    expect(chart.shell.getState()).toMatchObject({
      bookSymbol: 'BTC_USDT',
      chart: { symbol: 'BTC_USDT', period: '1m' },
    })
    spreads.shell.getState().openChart('ETH_USDT', 'okx')
    expect(chart.shell.getState().chart).toEqual({ symbol: 'ETH_USDT', exchange: 'okx', period: '1m' })
    books.shell.getState().openBooks('SOL_USDT')
    expect(chart.shell.getState().chart.symbol).toBe('SOL_USDT')
    expect(stores.shell.getState()).toMatchObject({ screen: 'markets', chart: { symbol: null } })
  })

  it('follows a selection once it rests', () => {
    const { chart, spreads } = openPanes()
    for (const symbol of ['A_USDT', 'B_USDT', 'C_USDT']) spreads.follow(symbol, null)
    expect(chart.shell.getState().chart.symbol).toBe('BTC_USDT')
    vi.advanceTimersByTime(500)
    expect(chart.shell.getState().chart.symbol).toBe('C_USDT')
  })

  it('without a group has a symbol of its own, or opens the screen', () => {
    const { stores, chart, books, spreads } = openPanes()
    stores.desk.getState().changePane('chart', { link: null })
    stores.desk.getState().changePane('spreads', { link: null })
    chart.shell.getState().openChart('ETH_USDT')
    chart.shell.getState().setPeriod('1h')
    expect(chart.shell.getState().chart).toEqual({ symbol: 'ETH_USDT', exchange: null, period: '1h' })
    expect(books.shell.getState().chart).toEqual({ symbol: 'BTC_USDT', exchange: null, period: '1m' })
    spreads.follow('SOL_USDT', null)
    vi.advanceTimersByTime(500)
    expect(stores.shell.getState().screen).toBe('markets')
    spreads.shell.getState().openChart('SOL_USDT')
    expect(stores.shell.getState()).toMatchObject({ screen: 'chart', chart: { symbol: 'SOL_USDT' } })
  })

  it('leads to screens and dialogs of the page', () => {
    const { stores, chart } = openPanes()
    chart.shell.getState().show('palette')
    expect(chart.shell.getState().overlay).toBe('palette')
    chart.shell.getState().go('settings')
    expect(stores.shell.getState()).toMatchObject({ screen: 'settings', overlay: null })
  })
})
