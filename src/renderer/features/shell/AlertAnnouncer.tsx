import { useStore } from 'zustand'
import { severityWords, subjectText } from '../../format/alert-words.ts'
import { useStores } from '../../ui/StoresContext.tsx'

/** Reads the newest alert out, politely; on every screen. */
export function AlertAnnouncer() {
  const newest = useStore(useStores().alerts, (state) => state.alerts[0])
  return (
    <p className="sr-only" aria-live="polite" data-testid="alert-announcer">
      {newest &&
        (newest.severity !== 'info' || newest.ruleId !== null) &&
        `${severityWords[newest.severity].text}: ${subjectText(newest.subject)} ${newest.message}`}
    </p>
  )
}
