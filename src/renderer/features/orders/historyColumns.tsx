import type { Order } from '../../../shared/domain/index.ts'
import { formatPriceText } from '../../format/amount.ts'
import { absent } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { AccountName, Exact, OrderStatusMark, SideMark, SymbolName } from '../../ui/marks.tsx'
import type { Column } from '../../ui/table.ts'
import { Filled, PriceText, QuantityText, TimeInForce, TypeText } from './cells.tsx'

/** A list in pages has one order only, newest first: no column sorts. */
export function historyColumns(now: number, labelOf: (account: string) => string): readonly Column<Order>[] {
  return [
    {
      id: 'placed',
      title: 'Placed',
      width: '106px',
      className: 'small',
      cell: ({ createdAt }) => (
        <span className="text-muted" title={formatDateTime(createdAt)}>
          {createdAt === null ? absent : formatWhen(createdAt, now)}
        </span>
      ),
    },
    {
      id: 'symbol',
      title: 'Symbol',
      width: 'minmax(112px,1fr)',
      cell: ({ symbol }) => <SymbolName symbol={symbol} />,
    },
    {
      id: 'account',
      title: 'Account',
      width: 'minmax(104px,1fr)',
      cell: ({ exchange, account }) => <AccountName exchange={exchange} label={labelOf(account)} />,
    },
    { id: 'side', title: 'Side', width: '58px', cell: ({ side }) => <SideMark side={side} /> },
    {
      id: 'status',
      title: 'Status',
      width: '102px',
      cell: ({ status, exchangeStatus }) => <OrderStatusMark status={status} exchangeStatus={exchangeStatus} />,
    },
    {
      id: 'type',
      title: 'Type',
      width: 'minmax(78px,0.8fr)',
      cell: (order) => <TypeText order={order} />,
    },
    {
      id: 'price',
      title: 'Price',
      width: 'minmax(88px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: (order) => <PriceText order={order} />,
    },
    {
      id: 'averagePrice',
      title: 'Filled at',
      hint: 'Average price of its fills',
      width: 'minmax(84px,0.8fr)',
      isNumber: true,
      cell: ({ averagePrice }) => <Exact amount={averagePrice} text={formatPriceText(averagePrice)} />,
    },
    {
      id: 'quantity',
      title: 'Quantity',
      width: 'minmax(80px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: (order) => <QuantityText order={order} />,
    },
    {
      id: 'filled',
      title: 'Filled',
      width: 'minmax(92px,1fr)',
      isNumber: true,
      cell: (order) => <Filled order={order} />,
    },
    {
      id: 'updated',
      title: 'Changed',
      hint: 'When it last changed',
      width: '106px',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ updatedAt }) => (
        <span className="text-muted" title={formatDateTime(updatedAt)}>
          {formatWhen(updatedAt, now)}
        </span>
      ),
    },
    { id: 'timeInForce', title: 'In force', width: '66px', cell: (order) => <TimeInForce order={order} /> },
    {
      id: 'clientOrderId',
      title: 'Client id',
      width: 'minmax(84px,0.9fr)',
      className: 'small',
      cell: ({ clientOrderId }) => (
        <span className="font-mono text-muted" title={clientOrderId ?? undefined}>
          {clientOrderId ?? absent}
        </span>
      ),
    },
  ]
}
