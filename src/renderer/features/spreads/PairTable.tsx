import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { splitKey } from '../../format/names.ts'
import { decimalsOf } from '../../format/number.ts'
import type { SpreadField } from '../../stores/spreads.ts'
import { classes } from '../../ui/classes.ts'
import { Button, Empty, Keys } from '../../ui/controls.tsx'
import { Grid } from '../../ui/Grid.tsx'
import { SortButton } from '../../ui/SortButton.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useGridKeys } from '../../ui/useGridKeys.ts'
import { usePainter } from '../../ui/usePainter.ts'
import { PairRow } from './PairRow.tsx'
import type { SpreadFilter, SpreadSort } from './rows.ts'
import { useRanking } from './useRanking.ts'

const rowHeight = 28
const headerHeight = 27
const columns =
  'minmax(96px,1fr) 92px minmax(168px,1.4fr) minmax(168px,1.4fr) 92px 104px minmax(88px,0.8fr) minmax(112px,1fr) 76px 76px'
const width = 1_072

const headers: readonly {
  readonly by: SpreadSort['by'] | null
  readonly title: string
  readonly className?: string
}[] = [
  { by: 'symbol', title: 'Symbol' },
  { by: null, title: 'Kind' },
  { by: 'buyPrice', title: 'Buy at ask', className: 'border-l border-line' },
  { by: 'sellPrice', title: 'Sell at bid', className: 'border-l border-line' },
  { by: 'grossPercent', title: 'Gross', className: 'justify-end' },
  { by: 'netPercent', title: 'Net of fees', className: 'justify-end' },
  { by: 'quantity', title: 'Size', className: 'justify-end' },
  { by: 'profit', title: 'Profit', className: 'justify-end' },
  { by: 'buyReceivedAt', title: 'Buy age', className: 'justify-end' },
  { by: 'sellReceivedAt', title: 'Sell age', className: 'justify-end' },
]

interface PairTableProps {
  readonly filter: SpreadFilter
  readonly isHeld: boolean
  onHold(isHeld: boolean): void
  onShowAbsent(withAbsent: boolean): void
}

export function PairTable({ filter, isHeld, onHold, onShowAbsent }: PairTableProps) {
  const stores = useStores()
  const table = useStore(stores.spreads, (state) => state.table)
  const isLoaded = useStore(stores.spreads, (state) => state.isLoaded)
  const quoteTable = useStore(stores.quotes, (state) => state.table)
  const painter = usePainter(stores.spreads)
  const [sort, setSort] = useState<SpreadSort>({ by: 'netPercent', descending: true })
  const [isOver, setOver] = useState(false)
  const [selected, setSelected] = useState<number | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const { pairs, absent } = useRanking(filter, sort, isHeld || isOver)

  const decimals = useMemo(() => {
    const of = (key: string) => decimalsOf(quoteTable.instruments[quoteTable.slotOfKey(key)]?.tickSize ?? null)
    return new Map(table.pairs.map((pair) => [pair.index, { buy: of(pair.buy), sell: of(pair.sell) }]))
  }, [table, quoteTable])

  const virtualizer = useVirtualizer({
    count: pairs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => pairs[index]?.index ?? index,
    scrollMargin: headerHeight,
    scrollPaddingStart: headerHeight,
    overscan: 6,
  })
  const selectedIndex = pairs.findIndex(({ index }) => index === selected)
  const select = useCallback(
    (index: number) => {
      setSelected(pairs[index]?.index ?? null)
      virtualizer.scrollToIndex(index)
    },
    [pairs, virtualizer],
  )
  const open = useCallback(
    (index: number) => {
      const pair = pairs[index]
      if (!pair) return
      const { exchange, symbol } = splitKey(pair.buy)
      stores.shell.getState().openChart(symbol, exchange)
    },
    [pairs, stores],
  )
  const onKeyDown = useGridKeys({
    count: pairs.length,
    selected: selectedIndex,
    pageRows: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2),
    select,
    open,
  })

  if (!isLoaded) return <Empty title="Loading spreads…" busy />
  if (table.pairs.length === 0)
    return (
      <div className="min-h-0 flex-1">
        <Empty title="Nothing to compare yet">
          <p>A spread needs a symbol on two exchanges, or its spot and perpetual market.</p>
          <Button onClick={() => stores.shell.getState().go('settings')}>Choose exchanges and symbols…</Button>
        </Empty>
      </div>
    )
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-3 py-1 text-2xs text-muted">
        <span data-testid="spreads-count">
          <span className="text-text">{pairs.length}</span> of {table.pairs.length} pairs
        </span>
        <label className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className="accent-accent"
            checked={filter.withAbsent}
            onChange={(event) => onShowAbsent(event.target.checked)}
          />
          show {absent} without a value (a leg is missing, old or not live)
        </label>
        <label className="ml-auto flex items-center gap-1.5">
          <input
            type="checkbox"
            className="accent-accent"
            checked={isHeld}
            onChange={(event) => onHold(event.target.checked)}
          />
          Hold the order <Keys>f</Keys>
        </label>
        <span className="w-40" data-testid="ranking-state">
          {isHeld ? 'Order held' : isOver ? 'Order held under the pointer' : 'Ranked once a second'}
        </span>
      </div>
      <div
        ref={scroller}
        className="min-h-0 flex-1 overflow-auto"
        onPointerEnter={() => setOver(true)}
        onPointerLeave={() => setOver(false)}
      >
        <Grid
          label="Spreads between exchanges"
          rowCount={pairs.length + 1}
          activeId={selectedIndex >= 0 ? `pair-${selected}` : null}
          testId="spreads-grid"
          columns={columns}
          minWidth={width}
          height={virtualizer.getTotalSize() + headerHeight}
          onKeyDown={onKeyDown}
        >
          <thead className="sticky top-0 z-2 block border-b border-line bg-panel text-2xs text-muted">
            <tr aria-rowindex={1} className="grid h-6.5 grid-cols-(--columns)">
              {headers.map(({ by, title, className }) => (
                <HeaderCell
                  key={title}
                  by={by}
                  title={title}
                  className={className}
                  sort={sort}
                  onSort={(column) =>
                    setSort({ by: column, descending: sort.by === column ? !sort.descending : column !== 'symbol' })
                  }
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {virtualizer.getVirtualItems().map((item) => {
              const pair = pairs[item.index]
              return (
                pair && (
                  <PairRow
                    key={item.key}
                    pair={pair}
                    table={table}
                    decimals={decimals.get(pair.index) ?? { buy: null, sell: null }}
                    painter={painter}
                    index={item.index}
                    top={item.start}
                    isSelected={pair.index === selected}
                    onSelect={select}
                    onOpen={open}
                  />
                )
              )
            })}
          </tbody>
        </Grid>
        {pairs.length === 0 && <Empty title="No pair passes these filters now" />}
      </div>
    </>
  )
}

interface HeaderCellProps {
  readonly by: 'symbol' | SpreadField | null
  readonly title: string
  readonly className: string | undefined
  readonly sort: SpreadSort
  onSort(by: 'symbol' | SpreadField): void
}

function HeaderCell({ by, title, className, sort, onSort }: HeaderCellProps) {
  if (by === null)
    return (
      <th scope="col" className="px-2 leading-6.5 font-normal">
        {title}
      </th>
    )
  const sorted = sort.by === by ? (sort.descending ? 'descending' : 'ascending') : null
  return (
    <th scope="col" aria-sort={sorted ?? 'none'} className={classes('flex items-center font-normal', className)}>
      <SortButton title={title} sorted={sorted} onClick={() => onSort(by)} />
    </th>
  )
}
