import { Empty } from '../../ui/controls.tsx'

export function FillsScreen() {
  return (
    <section aria-label="Fills" className="h-full bg-panel" data-testid="screen-fills">
      <Empty title="Loading…" busy />
    </section>
  )
}
