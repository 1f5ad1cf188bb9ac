import type { ReactNode } from 'react'
import { Button, Empty } from './controls.tsx'

interface UnreadProps {
  /** `backups` */
  readonly what: string
  /** Why the reading failed; null: it is under way. */
  readonly problem: string | null
  retry(): void
}

/** Stands where something would be that has not been read yet, or could not be. */
export const Unread = ({ what, problem, retry }: UnreadProps) =>
  problem === null ? (
    <Empty title={`Reading ${what}…`} busy />
  ) : (
    <Empty title={`Not read: ${what}`}>
      <p role="alert" className="text-down select-text">
        {problem}
      </p>
      <Button onClick={retry}>Try again</Button>
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
        Try again
      </Button>
    </p>
  )
}
