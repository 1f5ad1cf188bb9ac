import type { Pane } from '../../../shared/layouts.ts'
import { formatSymbol } from '../../format/names.ts'
import type { DeskState } from '../../stores/desk.ts'
import { paneKind, paneKindTitle } from './panes.tsx'

/** `Chart BTC/USDT`; the symbol where the pane shows one and one was chosen. */
export function paneTitle(pane: Pane, { targetOf }: Pick<DeskState, 'targetOf'>): string {
  const title = paneKindTitle(pane.kind)
  if (paneKind(pane.kind)?.symbol !== 'shows') return title
  const { symbol } = targetOf(pane)
  return symbol === null ? title : `${title} ${formatSymbol(symbol)}`
}
