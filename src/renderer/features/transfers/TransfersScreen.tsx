import { Empty } from '../../ui/controls.tsx'

export function TransfersScreen() {
  return (
    <section aria-label="Transfers" className="h-full bg-panel" data-testid="screen-transfers">
      <Empty title="Loading…" busy />
    </section>
  )
}
