import { Empty } from '../../ui/controls.tsx'

export function BalancesScreen() {
  return (
    <section aria-label="Balances" className="h-full bg-panel" data-testid="screen-balances">
      <Empty title="Loading…" busy />
    </section>
  )
}
