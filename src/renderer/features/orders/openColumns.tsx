import type { ReactNode } from 'react'
import { orderStatuses, sideTitles } from '../../format/account-words.ts'
import { formatMoney, percentOf } from '../../format/amount.ts'
import { exchangeTitle, formatSymbol } from '../../format/names.ts'
import { absent, formatSignedPercent } from '../../format/number.ts'
import { formatAge, formatDateTime } from '../../format/time.ts'
import { AccountName, OrderStatusMark, SideMark, SymbolName } from '../../ui/marks.tsx'
import type { Column } from '../../ui/table.ts'
import { Filled, PriceText, QuantityText, TimeInForce, TypeText } from './cells.tsx'
import type { Grouping, OrderLine } from './rows.ts'
import { timeInForceText } from './words.ts'

export interface OpenColumnContext {
  readonly grouping: Grouping
  readonly now: number
  labelOf(account: string): string
  isOpen(key: string): boolean
  onToggle(key: string): void
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

/** The arrow and indent of the column that groups. */
function Branch({ line, context, children }: { line: OrderLine; context: OpenColumnContext; children: ReactNode }) {
  if (context.grouping === 'flat') return children
  if (line.order !== null) return <span className="pl-4.5">{children}</span>
  const isOpen = context.isOpen(line.key)
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        aria-label={isOpen ? 'Close' : 'Open'}
        className="w-4.5 text-left text-muted hover:text-strong"
        onClick={() => context.onToggle(line.key)}
      >
        <span aria-hidden="true" className="text-[9px]">
          {isOpen ? '▼' : '▶'}
        </span>
      </button>
      {children}
    </>
  )
}

/** The column that groups comes first. */
export function openColumns(context: OpenColumnContext): readonly Column<OrderLine>[] {
  const [symbol, account] = [symbolColumn(context), accountColumn(context)]
  return [...(context.grouping === 'account' ? [account, symbol] : [symbol, account]), ...restColumns(context)]
}

function symbolColumn(context: OpenColumnContext): Column<OrderLine> {
  const leads = context.grouping !== 'account'
  return {
    id: 'symbol',
    title: 'Symbol',
    width: 'minmax(122px,1fr)',
    sortValue: ({ symbol }) => (symbol === null ? null : formatSymbol(symbol)),
    cell: (line) => {
      const text =
        line.symbol === null ? (
          <span className="text-muted">
            {counted(new Set(line.orders.map(({ symbol }) => symbol)).size, 'symbol', 'symbols')}
          </span>
        ) : (
          <SymbolName symbol={line.symbol} />
        )
      return leads ? (
        <Branch line={line} context={context}>
          {text}
        </Branch>
      ) : (
        text
      )
    },
  }
}

function accountColumn(context: OpenColumnContext): Column<OrderLine> {
  const leads = context.grouping === 'account'
  return {
    id: 'account',
    title: 'Account',
    width: 'minmax(108px,1fr)',
    sortValue: ({ account, exchange }) =>
      account === null || exchange === null ? null : `${exchangeTitle(exchange)} ${context.labelOf(account)}`,
    cell: (line) => {
      const text =
        line.account === null || line.exchange === null ? (
          <span className="text-muted">
            {counted(new Set(line.orders.map(({ account }) => account)).size, 'account', 'accounts')}
          </span>
        ) : (
          <span className={leads && line.order === null ? 'font-semibold text-strong' : undefined}>
            <AccountName exchange={line.exchange} label={context.labelOf(line.account)} />
          </span>
        )
      return leads ? (
        <Branch line={line} context={context}>
          {text}
        </Branch>
      ) : (
        text
      )
    },
  }
}

function Sides({ line }: { readonly line: OrderLine }) {
  if (line.order) return <SideMark side={line.order.side} />
  const buys = line.orders.filter(({ side }) => side === 'BUY').length
  const sells = line.orders.length - buys
  return (
    <span title={`${counted(buys, 'buy', 'buys')}, ${counted(sells, 'sell', 'sells')}`}>
      {buys > 0 && <span className="text-up">▲ {buys}</span>}
      {buys > 0 && sells > 0 && ' '}
      {sells > 0 && <span className="text-down">▼ {sells}</span>}
    </span>
  )
}

function restColumns({ now }: OpenColumnContext): readonly Column<OrderLine>[] {
  return [
    {
      id: 'side',
      title: 'Side',
      width: '62px',
      sortValue: ({ order }) => (order === null ? null : sideTitles[order.side]),
      cell: (line) => <Sides line={line} />,
    },
    {
      id: 'type',
      title: 'Type',
      width: 'minmax(78px,0.8fr)',
      sortValue: ({ order }) => order?.type ?? null,
      cell: ({ order, orders }) =>
        order ? (
          <TypeText order={order} />
        ) : (
          <span className="text-muted">{counted(orders.length, 'order', 'orders')}</span>
        ),
    },
    {
      id: 'price',
      title: 'Price',
      width: 'minmax(88px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ order }) => order?.price ?? order?.stopPrice ?? null,
      cell: ({ order }) => order && <PriceText order={order} />,
    },
    {
      id: 'distance',
      title: 'To market',
      hint: 'How far the price is above (+) or below (−) the middle of the market now; of a group the nearest order',
      width: '76px',
      isNumber: true,
      sortValue: ({ distance }) => distance,
      cell: ({ distance, order }) => (
        <span className={distance === null ? 'text-faint' : order ? undefined : 'text-muted'}>
          {distance === null && order !== null ? (
            <span title="No fresh quote: the symbol is not watched, or its feed is down">{absent}</span>
          ) : (
            formatSignedPercent(distance, 2)
          )}
        </span>
      ),
    },
    {
      id: 'quantity',
      title: 'Quantity',
      width: 'minmax(80px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ order }) => order?.quantity ?? null,
      cell: ({ order }) => order && <QuantityText order={order} />,
    },
    {
      id: 'filled',
      title: 'Filled',
      width: 'minmax(92px,1fr)',
      isNumber: true,
      sortAmount: ({ order }) =>
        order === null || order.quantity === null ? null : percentOf(order.filledQuantity, order.quantity),
      cell: ({ order }) => order && <Filled order={order} />,
    },
    {
      id: 'openValue',
      title: 'Open value',
      hint: 'What is still to be filled, at the order’s price, in the quote asset',
      width: 'minmax(84px,0.8fr)',
      isNumber: true,
      sortAmount: ({ openValue }) => openValue,
      cell: ({ openValue, quote }) => (
        <span
          className={openValue === null ? 'text-faint' : undefined}
          title={openValue === null ? undefined : `${openValue} ${quote ?? ''}`}
        >
          {formatMoney(openValue, quote ?? undefined)}
        </span>
      ),
    },
    {
      id: 'status',
      title: 'Status',
      width: '102px',
      isFirstOfGroup: true,
      sortValue: ({ order }) => (order === null ? null : orderStatuses[order.status].text),
      cell: ({ order }) => order && <OrderStatusMark status={order.status} exchangeStatus={order.exchangeStatus} />,
    },
    {
      id: 'age',
      title: 'Age',
      hint: 'Since the order was placed; of a group the oldest',
      width: '46px',
      isNumber: true,
      sortValue: ({ createdAt }) => (createdAt === null ? null : now - createdAt),
      cell: ({ createdAt, order }) => (
        <span className={order ? undefined : 'text-muted'} title={formatDateTime(createdAt)}>
          {createdAt === null ? absent : formatAge(now - createdAt)}
        </span>
      ),
    },
    {
      id: 'timeInForce',
      title: 'In force',
      hint: 'How long the order stands: GTC until cancelled, IOC and FOK at once or not at all',
      width: '66px',
      sortValue: ({ order }) => (order === null ? null : timeInForceText(order.timeInForce)),
      cell: ({ order }) => order && <TimeInForce order={order} />,
    },
    {
      id: 'clientOrderId',
      title: 'Client id',
      width: 'minmax(84px,0.9fr)',
      className: 'small',
      sortValue: ({ order }) => order?.clientOrderId ?? null,
      cell: ({ order }) =>
        order && (
          <span className="font-mono text-muted" title={order.clientOrderId ?? undefined}>
            {order.clientOrderId ?? absent}
          </span>
        ),
    },
  ]
}
