import { useStore } from 'zustand'
import { severityWords, subjectText } from '../../format/alert-words.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('shell')

/** Reads the newest alert out, politely; on every screen. */
export function AlertAnnouncer() {
  const newest = useStore(useStores().alerts, (state) => state.alerts[0])
  return (
    <p className="sr-only" aria-live="polite" data-testid="alert-announcer">
      {newest &&
        (newest.severity !== 'info' || newest.ruleId !== null) &&
        t('announcement', {
          severity: severityWords[newest.severity].text,
          subject: subjectText(newest.subject),
          message: newest.message,
        })}
    </p>
  )
}
