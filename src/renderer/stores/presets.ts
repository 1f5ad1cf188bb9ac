/** The layouts that are always there. */
import {
  type Desk,
  type DeskPart,
  type LinkGroup,
  type Links,
  type LinkTarget,
  type Pane,
  type PresetName,
  presetNames,
} from '../../shared/layouts.ts'

export const noTarget: LinkTarget = { symbol: null, exchange: null }
export const noLinks: Links = { A: noTarget, B: noTarget, C: noTarget, D: noTarget, E: noTarget, F: noTarget }

const pane = (id: string, kind: string, link: LinkGroup | null = null): Pane => ({
  id,
  kind,
  link,
  own: noTarget,
  period: '1m',
})

const tabs = (share: number, ...panes: readonly [string, ...string[]]): DeskPart => ({
  kind: 'tabs',
  share,
  panes: [...panes],
  shown: panes[0],
})
const row = (share: number, ...parts: DeskPart[]): DeskPart => ({ kind: 'row', share, parts })
const column = (share: number, ...parts: DeskPart[]): DeskPart => ({ kind: 'column', share, parts })

export const presets: Readonly<Record<PresetName, Desk>> = {
  Arbitrage: {
    panes: [
      pane('spreads', 'spreads', 'A'),
      pane('opportunities', 'opportunities', 'A'),
      pane('alerts', 'alerts'),
      pane('connections', 'connections'),
      pane('chart', 'chart', 'A'),
      pane('history', 'history', 'A'),
      pane('books', 'books', 'A'),
      pane('consolidated', 'consolidated', 'A'),
      pane('heatmap', 'heatmap', 'A'),
    ],
    // The table of spreads is as wide as a small screen.
    root: column(
      1,
      tabs(0.5, 'spreads'),
      row(
        0.5,
        tabs(0.34, 'opportunities', 'alerts', 'connections'),
        tabs(0.34, 'chart', 'history'),
        tabs(0.32, 'consolidated', 'books', 'heatmap'),
      ),
    ),
    windows: [],
  },
  Portfolio: {
    panes: [
      pane('balances', 'balances'),
      pane('pnl', 'pnl'),
      pane('positions', 'positions', 'A'),
      pane('orders', 'orders', 'A'),
      pane('fills', 'fills', 'A'),
      pane('chart', 'chart', 'A'),
    ],
    root: row(
      1,
      column(0.54, tabs(0.52, 'balances'), tabs(0.48, 'pnl')),
      column(0.46, tabs(0.42, 'positions'), tabs(0.58, 'orders', 'fills', 'chart')),
    ),
    windows: [],
  },
  'One market': {
    panes: [
      pane('markets', 'markets', 'A'),
      pane('chart', 'chart', 'A'),
      pane('books', 'books', 'A'),
      pane('consolidated', 'consolidated', 'A'),
      pane('heatmap', 'heatmap', 'A'),
      pane('orders', 'orders', 'A'),
      pane('fills', 'fills', 'A'),
      pane('positions', 'positions', 'A'),
    ],
    root: row(
      1,
      column(0.62, tabs(0.66, 'chart'), tabs(0.34, 'markets', 'orders', 'fills', 'positions')),
      tabs(0.38, 'books', 'consolidated', 'heatmap'),
    ),
    windows: [],
  },
}

export const isPreset = (name: string): name is PresetName => presetNames.some((preset) => preset === name)
export const firstPreset: PresetName = 'Arbitrage'
