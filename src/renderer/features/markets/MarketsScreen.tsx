import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { MarketKind } from '../../../shared/domain/index.ts'
import type { Look } from '../../../shared/look.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys, Segmented, TextField } from '../../ui/controls.tsx'
import { Grid } from '../../ui/Grid.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useGridKeys } from '../../ui/useGridKeys.ts'
import { useLook } from '../../ui/useLook.ts'
import { usePainter } from '../../ui/usePainter.ts'
import { oneOf, usePaneState, writtenText } from '../../ui/usePaneState.ts'
import { useRowHeights, useRows } from '../../ui/useRows.ts'
import { useSymbolLink } from '../../ui/useSymbolLink.ts'
import { useWatchlist, type Watchlist } from '../../ui/useWatchlist.ts'
import { UnwatchedNotice, WatchlistPicker } from '../../ui/WatchlistPicker.tsx'
import { MarketHeader } from './MarketHeader.tsx'
import { MarketRowView } from './MarketRowView.tsx'
import {
  buildMarketTable,
  exchangeColumns,
  longestPrice,
  type MarketTable,
  matchesFilter,
  quoteColumns,
  Sort,
  type SortColumn,
  sameColumn,
  sortRows,
} from './rows.ts'
import { useFreshness } from './useFreshness.ts'

const t = textsOf('markets')

/** Rows sorted by a moving number change places at most this often. */
const rankEveryMs = 1_000

/** Widths of columns, and room beside a price for the marks of change and of the best, pixels. */
const widths: Readonly<Record<Look['density'], Readonly<Record<'symbol' | 'cross' | 'age' | 'priceMargins', number>>>> =
  {
    comfortable: { symbol: 140, cross: 76, age: 60, priceMargins: 22 },
    // Four exchanges with prices such as 97,245.52 fit into 1280.
    compact: { symbol: 128, cross: 64, age: 50, priceMargins: 18 },
  }

/** Width of the widest text a price of `length` characters can be, in the table's own font of `size` pixels, pixels. */
function priceTextWidth(length: number, size: number): number {
  const context = document.createElement('canvas').getContext('2d')
  if (!context) return length * 8
  context.font = `700 ${size}px ${getComputedStyle(document.body).fontFamily}`
  return Math.ceil(context.measureText('0'.repeat(length)).width)
}

/** Price columns as wide as the longest price seen; they grow, but do not shrink again under one's eyes. */
function usePriceTextWidth(market: MarketTable): number {
  const { quotes } = useStores()
  const [length, setLength] = useState(6)
  useEffect(() => {
    const measure = () => setLength((before) => Math.max(before, longestPrice(market, quotes.getState().table)))
    measure()
    const timer = setInterval(measure, rankEveryMs)
    return () => clearInterval(timer)
  }, [market, quotes])
  const { text } = useRowHeights()
  return useMemo(() => priceTextWidth(length, text), [length, text])
}

const kinds = [
  { value: 'all', text: t('kinds.all') },
  { value: 'spot', text: t('kinds.spot') },
  { value: 'perpetual', text: t('kinds.perpetual') },
] as const

const kindState = oneOf(kinds)

const extents = [
  { value: 'all', text: t('extents.all') },
  { value: 'quotes', text: t('extents.quotes') },
] as const
type Extent = (typeof extents)[number]['value']

const extentState = oneOf(extents)
const bySymbol: Sort = { by: { kind: 'symbol' }, descending: false }

const emptyTitle = (text: string, { name, unwatched }: Watchlist): string =>
  text !== ''
    ? t('empty.text', { text })
    : name === null
      ? t('empty.kind')
      : unwatched.length > 0
        ? t('empty.unwatched', { name })
        : t('empty.listKind', { name })

export function MarketsScreen() {
  const stores = useStores()
  const table = useStore(stores.quotes, ({ table }) => table)
  const isLoaded = useStore(stores.quotes, ({ isLoaded }) => isLoaded)
  const market = useMemo(() => buildMarketTable(table), [table])
  const freshnessAt = useFreshness()
  const painter = usePainter(stores.quotes)
  const list = useWatchlist()
  const [text, setText] = usePaneState('text', writtenText, '')
  const [kind, setKind] = usePaneState<MarketKind | 'all'>('kind', kindState, 'all')
  const [extent, setExtent] = usePaneState<Extent>('extent', extentState, 'all')
  const [sort, setSort] = usePaneState<Sort>('sort', Sort, bySymbol)
  const [selected, setSelected] = useState<string | null>(null)
  const [rankedAt, setRankedAt] = useState(Date.now)
  const scroller = useRef<HTMLDivElement>(null)
  const grid = useRef<HTMLTableElement>(null)

  const isMoving = sort.by.kind !== 'symbol'
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(() => setRankedAt(Date.now()), rankEveryMs)
    return () => clearInterval(timer)
  }, [isMoving])

  const rows = useMemo(() => {
    const wanted = market.rows.filter((row) => list.shows(row.symbol) && matchesFilter(row, { text, kind }))
    return sortRows(wanted, sort, market, table, freshnessAt(rankedAt))
  }, [market, table, freshnessAt, text, kind, list.shows, sort, rankedAt])

  const { virtualizer, rowHeight, headerHeight } = useRows({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => rows[index]?.symbol ?? index,
    overscan: 6,
    headLines: 2,
  })

  const id = useId()
  const { follow } = useSymbolLink()
  const selectedIndex = rows.findIndex(({ symbol }) => symbol === selected)
  const select = useCallback(
    (index: number) => {
      const symbol = rows[index]?.symbol ?? null
      setSelected(symbol)
      virtualizer.scrollToIndex(index)
      if (symbol !== null) follow(symbol)
    },
    [rows, virtualizer, follow],
  )
  const open = useCallback(
    (index: number) => {
      const row = rows[index]
      if (row) stores.shell.getState().openChart(row.symbol)
    },
    [rows, stores],
  )
  const onKeyDown = useGridKeys({
    count: rows.length,
    selected: selectedIndex,
    pageRows: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 3),
    select,
    open,
  })
  const onSort = useCallback(
    (by: SortColumn) => {
      setRankedAt(Date.now())
      setSort((before) =>
        sameColumn(before.by, by) ? { by, descending: !before.descending } : { by, descending: by.kind !== 'symbol' },
      )
    },
    [setSort],
  )

  const choose = (next: Extent) => {
    setExtent(next)
    // What rows are sorted by is shown.
    const { by } = sort
    if (next === 'quotes' && by.kind === 'quote' && !quoteColumns.includes(by.column)) setSort(bySymbol)
  }

  useScreenKeys([['s', () => selected !== null && selectedIndex >= 0 && list.star(selected)]])

  const { symbol, cross, age, priceMargins } = widths[useLook().density]
  const price = usePriceTextWidth(market) + priceMargins
  const shown = extent === 'all' ? exchangeColumns : quoteColumns
  const prices = shown.filter((column) => column !== 'age').length
  const ages = shown.includes('age') ? age : 0
  const group = `repeat(${prices},minmax(${price}px,1fr)) ${ages > 0 ? `${ages}px` : ''}`
  const columns = `${symbol}px ${cross}px ${market.exchanges.map(() => group).join(' ')}`
  const width = symbol + cross + market.exchanges.length * (price * prices + ages)
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-markets">
      <div className="flex items-center gap-2 border-b border-line px-3 py-2">
        <TextField
          data-filter
          aria-label={t('filter.label')}
          placeholder={t('filter.label')}
          className="w-56"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setText('')
            if (event.key === 'ArrowDown' || event.key === 'Enter') {
              event.preventDefault()
              grid.current?.focus()
              if (selectedIndex < 0 && rows.length > 0) select(0)
            }
          }}
        />
        <Keys>/</Keys>
        <WatchlistPicker list={list} />
        <Segmented<MarketKind | 'all'> label={t('kinds.label')} value={kind} options={kinds} onChange={setKind} />
        <Segmented<Extent> label={t('extents.label')} value={extent} options={extents} onChange={choose} />
        <p className="ml-auto text-2xs text-muted">
          <span data-roomy>
            <Trans
              t={t}
              i18nKey="legend"
              components={{
                best: <span className="text-accent" />,
                stale: <span className="ml-2 line-through" />,
                suspect: <span className="ml-2 underline decoration-warn decoration-wavy" />,
              }}
            />
          </span>
          <span className="ml-3 text-text" data-testid="markets-count">
            {rows.length === market.rows.length
              ? t('count.all', { count: rows.length })
              : t('count.filtered', { count: market.rows.length, shown: rows.length })}
          </span>
        </p>
      </div>
      <UnwatchedNotice symbols={list.unwatched} />
      {!isLoaded ? (
        <Empty title={t('loading')} busy />
      ) : market.rows.length === 0 ? (
        <Empty title={t('empty.title')}>
          <p>{t('empty.why')}</p>
          <Button onClick={() => stores.shell.getState().go('settings')}>{t('empty.choose')}</Button>
        </Empty>
      ) : (
        <div ref={scroller} className="min-h-0 flex-1 overflow-auto">
          <Grid
            ref={grid}
            label={t('table')}
            rowCount={rows.length + 2}
            activeId={selectedIndex >= 0 ? `${id}-${selected}` : null}
            testId="markets-grid"
            columns={columns}
            minWidth={width}
            height={virtualizer.getTotalSize() + headerHeight}
            onKeyDown={onKeyDown}
          >
            <MarketHeader market={market} columns={shown} sort={sort} onSort={onSort} />
            <tbody>
              {virtualizer.getVirtualItems().map((item) => {
                const row = rows[item.index]
                return (
                  row && (
                    <MarketRowView
                      // Of other columns it is another row: what paints it looks for its cells once.
                      key={`${extent} ${item.key}`}
                      id={`${id}-${row.symbol}`}
                      row={row}
                      market={market}
                      columns={shown}
                      table={table}
                      painter={painter}
                      freshnessAt={freshnessAt}
                      index={item.index}
                      top={item.start}
                      isSelected={row.symbol === selected}
                      isStarred={list.starred.has(row.symbol)}
                      starList={list.starList}
                      onStar={list.star}
                      onSelect={select}
                      onOpen={open}
                    />
                  )
                )
              })}
            </tbody>
          </Grid>
          {rows.length === 0 && <Empty title={emptyTitle(text, list)} />}
        </div>
      )}
    </section>
  )
}
