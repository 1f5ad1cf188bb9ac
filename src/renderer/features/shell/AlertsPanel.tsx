import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Alert } from '../../../shared/domain/index.ts'
import { exchangeTitle, formatKey } from '../../format/names.ts'
import { formatWhen } from '../../format/time.ts'
import { classes } from '../../ui/classes.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const severities: Readonly<
  Record<Alert['severity'], { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  info: { sign: 'ℹ', text: 'Info', className: 'text-accent' },
  warning: { sign: '▲', text: 'Warning', className: 'text-warn' },
  error: { sign: '✕', text: 'Error', className: 'text-down' },
}

/** `subject` is an instrument key, an exchange id or a part of the program. */
const subjectText = (subject: string) => (subject.includes(':') ? formatKey(subject) : exchangeTitle(subject))

export function AlertsPanel() {
  const { shell } = useStores()
  const close = () => shell.getState().show(null)
  return (
    <Dialog label="Alerts" onClose={close} className="mt-12 mr-3 ml-auto h-[70vh] w-[36rem]" testId="alerts-panel">
      <div className="flex h-full flex-col">
        <div className="flex items-center justify-between border-b border-line px-4 py-2">
          <h2 className="font-semibold text-strong">Alerts</h2>
          <Button kind="quiet" onClick={close}>
            Close
          </Button>
        </div>
        <AlertList />
      </div>
    </Dialog>
  )
}

/** The newest alerts; what is looked at counts as seen. */
export function AlertList() {
  const { alerts: store } = useStores()
  const alerts = useStore(store, (state) => state.alerts)
  // What comes in while the list is open counts as seen.
  useEffect(() => {
    if (alerts.length > 0) store.getState().markSeen()
  }, [alerts, store])
  const now = Date.now()
  return alerts.length === 0 ? (
    <Empty title="No alerts">
      <p>Opportunities, wide spreads, thin books and slow feeds past your thresholds show up here.</p>
    </Empty>
  ) : (
    <ul className="min-h-0 flex-1 overflow-y-auto">
      {alerts.map((alert) => (
        <li key={alert.id} className="grid grid-cols-[5.5rem_5.5rem_1fr] gap-x-2 border-b border-line px-4 py-1.5">
          <time className="text-muted">{formatWhen(alert.at, now)}</time>
          <span className={classes('font-medium', severities[alert.severity].className)}>
            <span aria-hidden="true">{severities[alert.severity].sign}</span> {severities[alert.severity].text}
          </span>
          <span className="select-text">
            <span className="font-medium text-strong">{subjectText(alert.subject)}</span> {alert.message}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Reads the newest alert out, politely; on every screen. */
export function AlertAnnouncer() {
  const newest = useStore(useStores().alerts, (state) => state.alerts[0])
  return (
    <p className="sr-only" aria-live="polite" data-testid="alert-announcer">
      {newest &&
        newest.severity !== 'info' &&
        `${severities[newest.severity].text}: ${subjectText(newest.subject)} ${newest.message}`}
    </p>
  )
}
