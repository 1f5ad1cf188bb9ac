import { Empty } from '../../ui/controls.tsx'

export function OrdersScreen() {
  return (
    <section aria-label="Orders" className="h-full bg-panel" data-testid="screen-orders">
      <Empty title="Loading…" busy />
    </section>
  )
}
