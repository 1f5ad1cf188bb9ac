import { AlertList } from '../shell/AlertsPanel.tsx'

export function AlertsPane() {
  return (
    <section aria-label="Alerts" className="flex h-full flex-col bg-panel">
      <AlertList />
    </section>
  )
}
