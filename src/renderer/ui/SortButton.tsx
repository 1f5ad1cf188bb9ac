import { classes } from './classes.ts'

interface SortButtonProps {
  readonly title: string
  readonly sorted: 'ascending' | 'descending' | null
  onClick(): void
}

/** A column's title that sorts by it; the arrow says which way. */
export function SortButton({ title, sorted, onClick }: SortButtonProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className={classes(
        'h-[min(1.5rem,var(--head-height))] truncate px-2 hover:text-strong',
        sorted && 'font-semibold text-strong',
      )}
    >
      {title}
      {sorted && <span aria-hidden="true">{sorted === 'ascending' ? ' ↑' : ' ↓'}</span>}
    </button>
  )
}
