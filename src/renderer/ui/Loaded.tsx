import type { ReactNode } from 'react'
import { textsOf } from '../i18n.ts'
import { Button, Empty } from './controls.tsx'

const t = textsOf('ui')

interface UnreadProps {
  /** `backups`: it stands within a sentence, or after a colon. */
  readonly what: string
  /** Why the reading failed; null: it is under way. */
  readonly problem: string | null
  retry(): void
}

/** Stands where something would be that has not been read yet, or could not be. */
export const Unread = ({ what, problem, retry }: UnreadProps) =>
  problem === null ? (
    <Empty title={t('reading', { what })} busy />
  ) : (
    <Empty title={t('unread', { what })}>
      <p role="alert" className="text-down select-text">
        {problem}
      </p>
      <Button onClick={retry}>{t('again')}</Button>
    </Empty>
  )

interface StaleLineProps {
  readonly problem: string | null
  readonly children: ReactNode
  retry(): void
}

/** Says that what is shown is from an earlier reading, and why the last one failed; nothing when it did not. */
export function StaleLine({ problem, children, retry }: StaleLineProps) {
  if (problem === null) return null
  return (
    <p role="alert" className="flex items-center gap-3 border-b border-line bg-warnwash px-3 py-1 select-text">
      <span>
        <span className="text-warn">{children}</span> {problem}
      </span>
      <Button kind="quiet" className="h-6!" onClick={retry}>
        {t('again')}
      </Button>
    </p>
  )
}
