import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { SortButton } from '../../ui/SortButton.tsx'
import { type ExchangeColumn, type MarketTable, type Sort, type SortColumn, sameColumn } from './rows.ts'

const t = textsOf('markets')

const columnTitles = {
  bid: t('columns.bid'),
  ask: t('columns.ask'),
  last: t('columns.last'),
  age: t('columns.age'),
} as const

interface MarketHeaderProps {
  readonly market: MarketTable
  /** Of each exchange. */
  readonly columns: readonly ExchangeColumn[]
  readonly sort: Sort
  onSort(by: SortColumn): void
}

export function MarketHeader({ market, columns, sort, onSort }: MarketHeaderProps) {
  const header = (by: SortColumn, title: string, className?: string) => {
    const isSorted = sameColumn(by, sort.by)
    const key = by.kind === 'quote' ? `${by.exchange} ${by.column}` : by.kind
    return (
      <th
        key={key}
        scope="col"
        aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
        className={classes('flex items-center font-normal', className)}
      >
        <SortButton
          title={title}
          sorted={isSorted ? (sort.descending ? 'descending' : 'ascending') : null}
          onClick={() => onSort(by)}
        />
      </th>
    )
  }
  return (
    <thead className="sticky top-0 z-2 block border-b border-line bg-panel text-2xs text-muted">
      <tr aria-rowindex={1} className="grid h-(--head-height) grid-cols-(--columns)">
        <td className="sticky left-0 z-1 col-span-2 bg-panel" />
        {market.exchanges.map((exchange) => (
          <th
            key={exchange}
            scope="colgroup"
            colSpan={columns.length}
            className="border-l border-line px-2 text-center leading-(--head-height) font-semibold text-text"
            style={{ gridColumn: `span ${columns.length}` }}
          >
            {exchangeTitle(exchange)}
          </th>
        ))}
      </tr>
      <tr aria-rowindex={2} className="grid h-(--head-height) grid-cols-(--columns)">
        {header({ kind: 'symbol' }, t('columns.symbol'), 'sticky left-0 z-1 bg-panel')}
        {header({ kind: 'cross' }, t('columns.cross'), 'justify-end')}
        {market.exchanges.flatMap((exchange) =>
          columns.map((column) =>
            header(
              { kind: 'quote', exchange, column },
              columnTitles[column],
              classes('justify-end', column === 'bid' && 'border-l border-line'),
            ),
          ),
        )}
      </tr>
    </thead>
  )
}
