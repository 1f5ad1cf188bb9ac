import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react'
import { classes } from './classes.ts'
import { Grid } from './Grid.tsx'
import { isDialogOpen } from './keys.ts'
import { usePane } from './PaneContext.tsx'
import { SortButton } from './SortButton.tsx'
import { type Column, isSortable, nextSort, type TableSort } from './table.ts'
import { useGridKeys } from './useGridKeys.ts'
import { useRows } from './useRows.ts'

/** How a row stands in a tree: its depth from 1, and whether it is open; `isOpen` null: nothing below it. */
export interface TreePlace {
  readonly level: number
  readonly isOpen: boolean | null
}

interface DataTableProps<T> {
  readonly label: string
  readonly testId: string
  readonly columns: readonly Column<T>[]
  /** Already filtered and sorted (`sortRows`): what is shown is what a file of it holds. */
  readonly rows: readonly T[]
  /** Should stay the same function from render to render. */
  keyOf(row: T): string
  readonly sort: TableSort
  onSort(sort: TableSort): void
  /** Narrower than this, the table scrolls sideways. */
  readonly minWidth: number
  /** A row was chosen: by a click, or by the keys. */
  onSelect?(row: T): void
  /** Enter or a double click on a row. */
  onOpen?(row: T): void
  /** The last rows are in sight: time to read older ones. */
  onEnd?(): void
  /** For rows that open and close: Enter, a click on the arrow, → and ←. Level 1 everywhere when not given. */
  placeOf?(row: T): TreePlace
  onToggle?(row: T, isOpen: boolean): void
  /** Of the whole row: what is stale, muted, a heading. */
  rowClass?(row: T): string | undefined
  /** Stands in place of rows when there are none. */
  readonly empty: ReactNode
  /** Stands below the last row. */
  readonly footer?: ReactNode
}

/** A virtualised table of plain rows: sort by its titles, walk it with the arrow keys. For rows that change with every render. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, testId, columns, rows, keyOf, sort, onSort, minWidth, onOpen, onSelect, onEnd, placeOf, onToggle } =
    props
  const id = useId()
  const [selected, setSelected] = useState<string | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  // The same function while the rows are the same: with another one every place would be worked out anew.
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index]
      return row === undefined ? index : keyOf(row)
    },
    [rows, keyOf],
  )
  const { virtualizer, rowHeight, headerHeight } = useRows({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    overscan: 8,
  })
  const selectedIndex = selected === null ? -1 : rows.findIndex((row) => keyOf(row) === selected)
  const items = virtualizer.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (rows.length > 0 && lastShown >= rows.length - 20) onEnd?.()
  }, [lastShown, rows.length, onEnd])

  const select = useCallback(
    (index: number) => {
      const row = rows[index]
      setSelected(row === undefined ? null : keyOf(row))
      if (row !== undefined) onSelect?.(row)
      virtualizer.scrollToIndex(index)
    },
    [rows, keyOf, virtualizer, onSelect],
  )
  const pane = usePane()
  // From the filter, the navigation or nowhere, ↓ leads into the table.
  const enter = useRef(() => {})
  enter.current = () => {
    scroller.current?.querySelector('table')?.focus()
    if (selectedIndex < 0) select(0)
  }
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (pane !== null && !pane.isActive()) return
      const focused = document.activeElement
      const isAway = focused === null || focused === document.body || focused.matches('[role=tab], input[data-filter]')
      // A table that is not shown has no place on the page.
      if (!isAway || isDialogOpen() || scroller.current?.offsetParent == null) return
      event.preventDefault()
      enter.current()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [pane])
  const open = (index: number) => {
    const row = rows[index]
    if (row === undefined) return
    const isOpen = placeOf?.(row).isOpen ?? null
    if (isOpen !== null && onToggle) onToggle(row, !isOpen)
    else onOpen?.(row)
  }
  const onGridKey = useGridKeys({
    count: rows.length,
    selected: selectedIndex,
    pageRows: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2),
    select,
    open,
  })
  // As in any tree: → opens, ← closes, and from within a group ← goes to its heading.
  const onTreeKey = (key: string): boolean => {
    const row = rows[selectedIndex]
    if (row === undefined || !placeOf || !onToggle) return false
    const { level, isOpen } = placeOf(row)
    if (key === 'ArrowRight' && isOpen === false) onToggle(row, true)
    else if (key === 'ArrowLeft' && isOpen === true) onToggle(row, false)
    else if (key === 'ArrowLeft' && level > 1) {
      select(rows.findLastIndex((other, index) => index < selectedIndex && placeOf(other).level < level))
    } else return false
    return true
  }

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto">
      <Grid
        label={label}
        isTree={placeOf !== undefined}
        rowCount={rows.length + 1}
        activeId={selectedIndex >= 0 ? `${id}-${selectedIndex}` : null}
        testId={testId}
        columns={columns.map(({ width }) => width).join(' ')}
        minWidth={minWidth}
        height={virtualizer.getTotalSize() + headerHeight}
        onKeyDown={(event) => {
          const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && event.target === event.currentTarget
          if (isPlain && onTreeKey(event.key)) event.preventDefault()
          else onGridKey(event)
        }}
      >
        <thead className="sticky top-0 z-2 block border-b border-line bg-panel text-2xs text-muted">
          <tr aria-rowindex={1} className="grid h-(--head-height) grid-cols-(--columns)">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            const place = placeOf?.(row)
            return (
              <tr
                key={item.key}
                id={`${id}-${item.index}`}
                aria-rowindex={item.index + 2}
                aria-selected={item.index === selectedIndex}
                aria-level={place?.level}
                aria-expanded={place?.isOpen ?? undefined}
                data-key={item.key}
                className={classes('listing-row', props.rowClass?.(row))}
                style={{ transform: `translateY(${item.start}px)` }}
                onMouseDown={() => {
                  setSelected(keyOf(row))
                  onSelect?.(row)
                }}
                onDoubleClick={() => open(item.index)}
              >
                {columns.map((column) => (
                  <td
                    key={column.id}
                    className={classes(
                      'listing-cell',
                      column.isNumber && 'number',
                      column.isFirstOfGroup && 'first-of-group',
                      column.className,
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </Grid>
      {rows.length === 0 ? <div className="h-[calc(100%-var(--head-height)-1px)]">{props.empty}</div> : props.footer}
    </div>
  )
}

interface HeaderCellProps<T> {
  readonly column: Column<T>
  readonly sort: TableSort
  onSort(sort: TableSort): void
}

function HeaderCell<T>({ column, sort, onSort }: HeaderCellProps<T>) {
  const { title, hint, isNumber, isFirstOfGroup } = column
  const border = isFirstOfGroup && 'border-l border-line'
  if (!isSortable(column))
    return (
      <th
        scope="col"
        title={hint}
        className={classes('truncate px-2 leading-(--head-height) font-normal', isNumber && 'text-right', border)}
      >
        {title}
      </th>
    )
  const sorted = sort.by === column.id ? (sort.descending ? 'descending' : 'ascending') : null
  return (
    <th
      scope="col"
      title={hint}
      aria-sort={sorted ?? 'none'}
      className={classes('flex items-center font-normal', isNumber && 'justify-end', border)}
    >
      <SortButton title={title} sorted={sorted} onClick={() => onSort(nextSort(sort, column))} />
    </th>
  )
}
