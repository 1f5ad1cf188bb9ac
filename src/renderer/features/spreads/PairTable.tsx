import { useCallback, useId, useMemo, useRef, useState } from 'react'
import { Trans } from 'react-i18next'
import { z } from 'zod'
import { useStore } from 'zustand'
import type { SpreadPair } from '../../../shared/domain/index.ts'
import { splitKey } from '../../format/names.ts'
import { decimalsOf } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { type SpreadField, spreadFields } from '../../stores/spreads.ts'
import { classes } from '../../ui/classes.ts'
import { Button, Empty, Keys } from '../../ui/controls.tsx'
import { Grid } from '../../ui/Grid.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { SortButton } from '../../ui/SortButton.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useGridKeys } from '../../ui/useGridKeys.ts'
import { usePainter } from '../../ui/usePainter.ts'
import { usePaneState } from '../../ui/usePaneState.ts'
import { useRows } from '../../ui/useRows.ts'
import { useSymbolLink } from '../../ui/useSymbolLink.ts'
import { PairRow } from './PairRow.tsx'
import type { SpreadFilter, SpreadSort } from './rows.ts'
import { useRanking } from './useRanking.ts'

const t = textsOf('spreads')

const columns =
  'minmax(96px,1fr) 80px minmax(156px,1.4fr) minmax(156px,1.4fr) 82px 92px 136px 88px minmax(84px,0.8fr) minmax(96px,1fr) 76px 62px 62px'
const width = 1_266

const headers: readonly {
  readonly by: SpreadSort['by'] | null
  readonly title: string
  readonly hint?: string
  readonly className?: string
}[] = [
  { by: 'symbol', title: t('columns.symbol') },
  { by: null, title: t('columns.kind') },
  { by: 'buyPrice', title: t('columns.buyPrice'), className: 'border-l border-line' },
  { by: 'sellPrice', title: t('columns.sellPrice'), className: 'border-l border-line' },
  { by: 'grossPercent', title: t('columns.gross'), className: 'justify-end' },
  {
    by: 'netPercent',
    title: t('columns.net'),
    hint: t('hints.net'),
    className: 'justify-end',
  },
  {
    by: 'lowNetPercent',
    title: t('columns.between'),
    hint: t('hints.between'),
    className: 'justify-end',
  },
  { by: null, title: t('columns.verdict') },
  {
    by: 'executableQuantity',
    title: t('columns.size'),
    hint: t('hints.size'),
    className: 'justify-end',
  },
  { by: 'executableProfit', title: t('columns.profit'), hint: t('hints.profit'), className: 'justify-end' },
  {
    by: 'carryPercent',
    title: t('columns.carry'),
    hint: t('hints.carry'),
    className: 'justify-end',
  },
  { by: 'buyReceivedAt', title: t('columns.buyAge'), className: 'justify-end' },
  { by: 'sellReceivedAt', title: t('columns.sellAge'), className: 'justify-end' },
]

const sortSchema = z.object({ by: z.enum(['symbol', ...spreadFields]), descending: z.boolean() })
const byNet: SpreadSort = { by: 'netPercent', descending: true }

interface PairTableProps {
  readonly filter: SpreadFilter
  /** The watchlist that is shown; null: every symbol. */
  readonly listName: string | null
  readonly isHeld: boolean
  /** The details of the selected pair stand beside the table. */
  readonly hasDetails: boolean
  onDetails(pair: SpreadPair): void
  onHold(isHeld: boolean): void
  onShowAbsent(withAbsent: boolean): void
}

/** A pair by its legs: after a change of the watch list another one may have its index. */
const legsOf = ({ buy, sell }: SpreadPair): string => `${buy} ${sell}`

function emptyTitle(list: string | null, pairs: readonly SpreadPair[], { shows }: SpreadFilter): string {
  if (list === null) return t('empty.filters')
  return t(pairs.some(({ symbol }) => shows(symbol)) ? 'empty.listFilters' : 'empty.list', { name: list })
}

export function PairTable({ filter, listName, isHeld, hasDetails, onDetails, onHold, onShowAbsent }: PairTableProps) {
  const stores = useStores()
  const table = useStore(stores.spreads, (state) => state.table)
  const isLoaded = useStore(stores.spreads, (state) => state.isLoaded)
  const quoteTable = useStore(stores.quotes, (state) => state.table)
  const painter = usePainter(stores.spreads)
  const [sort, setSort] = usePaneState<SpreadSort>('sort', sortSchema, byNet)
  const [isOver, setOver] = useState(false)
  const [selected, setSelected] = useState<string | null>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const { follow } = useSymbolLink()
  const { pairs, absent, unproven, aside } = useRanking(filter, sort, isHeld || isOver)

  const decimals = useMemo(() => {
    const of = (key: string) => decimalsOf(quoteTable.instruments[quoteTable.slotOfKey(key)]?.tickSize ?? null)
    return new Map(table.pairs.map((pair) => [pair.index, { buy: of(pair.buy), sell: of(pair.sell) }]))
  }, [table, quoteTable])

  const { virtualizer, rowHeight, headerHeight } = useRows({
    count: pairs.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => pairs[index]?.index ?? index,
    overscan: 6,
  })
  const selectedIndex = pairs.findIndex((pair) => legsOf(pair) === selected)
  const select = useCallback(
    (index: number) => {
      const pair = pairs[index]
      setSelected(pair === undefined ? null : legsOf(pair))
      virtualizer.scrollToIndex(index)
      if (pair === undefined) return
      if (hasDetails) onDetails(pair)
      const { exchange, symbol } = splitKey(pair.buy)
      follow(symbol, exchange)
    },
    [pairs, virtualizer, follow, hasDetails, onDetails],
  )
  const openDetails = useCallback(
    (index: number) => {
      const pair = pairs[index]
      if (pair) onDetails(pair)
    },
    [pairs, onDetails],
  )
  const chart = useCallback(
    (pair: SpreadPair | undefined) => {
      if (!pair) return
      const { exchange, symbol } = splitKey(pair.buy)
      stores.shell.getState().openChart(symbol, exchange)
    },
    [stores],
  )
  const openChart = useCallback((index: number) => chart(pairs[index]), [chart, pairs])
  const history = (pair: SpreadPair | undefined) => {
    if (pair) stores.shell.getState().openHistory(pair.buy, pair.sell)
  }
  useScreenKeys([
    ['c', () => chart(pairs[selectedIndex])],
    ['h', () => history(pairs[selectedIndex])],
  ])
  const onKeyDown = useGridKeys({
    count: pairs.length,
    selected: selectedIndex,
    pageRows: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2),
    select,
    open: openDetails,
  })

  if (!isLoaded) return <Empty title={t('loading')} busy />
  if (table.pairs.length === 0)
    return (
      <div className="min-h-0 flex-1">
        <Empty title={t('empty.title')}>
          <p>{t('empty.why')}</p>
          <Button onClick={() => stores.shell.getState().go('settings')}>{t('empty.choose')}</Button>
        </Empty>
      </div>
    )
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-3 py-1 text-2xs text-muted">
        <span data-testid="spreads-count">
          <Trans
            t={t}
            i18nKey="count"
            components={{ shown: <span className="text-text" /> }}
            count={table.pairs.length}
            values={{ shown: pairs.length }}
          />
        </span>
        <label className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className="accent-accent"
            checked={filter.withAbsent}
            onChange={(event) => onShowAbsent(event.target.checked)}
          />
          {t('withAbsent', { absent })}
        </label>
        <span data-testid="spreads-apart">{t('apart', { unproven, aside })}</span>
        <label className="ml-auto flex items-center gap-1.5">
          <input
            type="checkbox"
            className="accent-accent"
            checked={isHeld}
            onChange={(event) => onHold(event.target.checked)}
          />
          {t('order.hold')} <Keys>f</Keys>
        </label>
        <span className="w-40" data-testid="ranking-state">
          {t(isHeld ? 'order.held' : isOver ? 'order.underPointer' : 'order.moving')}
        </span>
      </div>
      <div
        ref={scroller}
        className="min-h-0 min-w-0 flex-1 overflow-auto"
        onPointerEnter={() => setOver(true)}
        onPointerLeave={() => setOver(false)}
      >
        <Grid
          label={t('table')}
          rowCount={pairs.length + 1}
          activeId={selectedIndex >= 0 ? `${id}-${pairs[selectedIndex]?.index}` : null}
          testId="spreads-grid"
          columns={columns}
          minWidth={width}
          height={virtualizer.getTotalSize() + headerHeight}
          onKeyDown={onKeyDown}
        >
          <thead className="sticky top-0 z-2 block border-b border-line bg-panel text-2xs text-muted">
            <tr aria-rowindex={1} className="grid h-(--head-height) grid-cols-(--columns)">
              {headers.map(({ by, title, hint, className }) => (
                <HeaderCell
                  key={title}
                  by={by}
                  title={title}
                  hint={hint}
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
                    id={`${id}-${pair.index}`}
                    pair={pair}
                    table={table}
                    decimals={decimals.get(pair.index) ?? { buy: null, sell: null }}
                    painter={painter}
                    index={item.index}
                    top={item.start}
                    isSelected={legsOf(pair) === selected}
                    onSelect={select}
                    onOpen={openDetails}
                    onChart={openChart}
                  />
                )
              )
            })}
          </tbody>
        </Grid>
        {pairs.length === 0 && <Empty title={emptyTitle(listName, table.pairs, filter)} />}
      </div>
    </>
  )
}

interface HeaderCellProps {
  readonly by: 'symbol' | SpreadField | null
  readonly title: string
  readonly hint: string | undefined
  readonly className: string | undefined
  readonly sort: SpreadSort
  onSort(by: 'symbol' | SpreadField): void
}

function HeaderCell({ by, title, hint, className, sort, onSort }: HeaderCellProps) {
  if (by === null)
    return (
      <th scope="col" title={hint} className="px-2 leading-6.5 font-normal">
        {title}
      </th>
    )
  const sorted = sort.by === by ? (sort.descending ? 'descending' : 'ascending') : null
  return (
    <th
      scope="col"
      title={hint}
      aria-sort={sorted ?? 'none'}
      className={classes('flex items-center font-normal', className)}
    >
      <SortButton title={title} sorted={sorted} onClick={() => onSort(by)} />
    </th>
  )
}
