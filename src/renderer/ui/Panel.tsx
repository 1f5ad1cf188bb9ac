import { type ReactNode, useId } from 'react'
import { classes } from './classes.ts'

interface PanelProps {
  readonly title: string
  /** Beside the title: a state, a count, buttons. */
  readonly end?: ReactNode
  readonly className?: string
  readonly testId?: string
  readonly children: ReactNode
}

/** A titled part of a screen. */
export function Panel({ title, end, className, testId, children }: PanelProps) {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      data-testid={testId}
      className={classes('min-w-0 rounded-md border border-line bg-panel', className)}
    >
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-3 py-1.5">
        <h2 id={id} className="text-sm font-semibold text-strong">
          {title}
        </h2>
        {end}
      </header>
      {children}
    </section>
  )
}

interface FigureProps {
  readonly title: string
  readonly hint?: string
  readonly children: ReactNode
  readonly testId?: string
}

/** One named number; within a `dl`. */
export const Figure = ({ title, hint, children, testId }: FigureProps) => (
  <div title={hint}>
    <dt className="text-2xs text-muted">{title}</dt>
    <dd className="font-medium text-strong select-text" data-testid={testId}>
      {children}
    </dd>
  </div>
)
