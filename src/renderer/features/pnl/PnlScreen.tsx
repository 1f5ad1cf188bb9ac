import { Empty } from '../../ui/controls.tsx'

export function PnlScreen() {
  return (
    <section aria-label="PnL" className="h-full bg-panel" data-testid="screen-pnl">
      <Empty title="Loading…" busy />
    </section>
  )
}
