import { AlertCentre } from '../alerts/AlertCentre.tsx'

export function AlertsPane() {
  return (
    <section aria-label="Alerts" className="flex h-full flex-col bg-panel">
      <AlertCentre />
    </section>
  )
}
