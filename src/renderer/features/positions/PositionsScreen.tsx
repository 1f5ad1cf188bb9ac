import { Empty } from '../../ui/controls.tsx'

export function PositionsScreen() {
  return (
    <section aria-label="Positions" className="h-full bg-panel" data-testid="screen-positions">
      <Empty title="Loading…" busy />
    </section>
  )
}
