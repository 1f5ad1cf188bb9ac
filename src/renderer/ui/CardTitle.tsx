import type { ReactNode } from 'react'

interface CardTitleProps {
  readonly isOpen: boolean
  /** The id of what it opens. */
  readonly controls: string
  readonly testId: string
  readonly className?: string
  onToggle(): void
  readonly children: ReactNode
}

/** The heading of a card, which opens and closes what is below. */
export const CardTitle = ({ isOpen, controls, testId, className, onToggle, children }: CardTitleProps) => (
  <h2 className={className}>
    <button
      type="button"
      className="flex w-full items-baseline gap-1.5 rounded text-left text-sm font-semibold text-strong hover:text-accent"
      aria-expanded={isOpen}
      aria-controls={isOpen ? controls : undefined}
      data-testid={testId}
      onClick={onToggle}
    >
      <span aria-hidden="true" className="w-3 text-2xs text-muted">
        {isOpen ? '▼' : '▶'}
      </span>
      <span>{children}</span>
    </button>
  </h2>
)
