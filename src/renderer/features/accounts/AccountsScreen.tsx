import { Empty } from '../../ui/controls.tsx'

export function AccountsScreen() {
  return (
    <section aria-label="Accounts" className="h-full bg-panel" data-testid="screen-accounts">
      <Empty title="Loading…" busy />
    </section>
  )
}
