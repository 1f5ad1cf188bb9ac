import type { Order } from '../../../shared/domain/index.ts'
import { formatPriceText } from '../../format/amount.ts'
import { absent } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { AccountName, Exact, OrderStatusMark, SideMark, SymbolName } from '../../ui/marks.tsx'
import type { Column } from '../../ui/table.ts'
import { Filled, PriceText, QuantityText, TimeInForce, TypeText } from './cells.tsx'

const t = textsOf('orders')

/** A list in pages has one order only, newest first: no column sorts. */
export function historyColumns(now: number, labelOf: (account: string) => string): readonly Column<Order>[] {
  return [
    {
      id: 'placed',
      title: t('columns.placed'),
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
      title: t('columns.symbol'),
      width: 'minmax(112px,1fr)',
      cell: ({ symbol }) => <SymbolName symbol={symbol} />,
    },
    {
      id: 'account',
      title: t('columns.account'),
      width: 'minmax(104px,1fr)',
      cell: ({ exchange, account }) => <AccountName exchange={exchange} label={labelOf(account)} />,
    },
    { id: 'side', title: t('columns.side'), width: '68px', cell: ({ side }) => <SideMark side={side} /> },
    {
      id: 'status',
      title: t('columns.status'),
      width: '122px',
      cell: ({ status, exchangeStatus }) => <OrderStatusMark status={status} exchangeStatus={exchangeStatus} />,
    },
    {
      id: 'type',
      title: t('columns.type'),
      width: 'minmax(78px,0.8fr)',
      cell: (order) => <TypeText order={order} />,
    },
    {
      id: 'price',
      title: t('columns.price'),
      width: 'minmax(88px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: (order) => <PriceText order={order} />,
    },
    {
      id: 'averagePrice',
      title: t('columns.averagePrice'),
      hint: t('hints.averagePrice'),
      width: 'minmax(84px,0.8fr)',
      isNumber: true,
      cell: ({ averagePrice }) => <Exact amount={averagePrice} text={formatPriceText(averagePrice)} />,
    },
    {
      id: 'quantity',
      title: t('columns.quantity'),
      width: 'minmax(80px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      cell: (order) => <QuantityText order={order} />,
    },
    {
      id: 'filled',
      title: t('columns.filled'),
      width: 'minmax(92px,1fr)',
      isNumber: true,
      cell: (order) => <Filled order={order} />,
    },
    {
      id: 'updated',
      title: t('columns.updated'),
      hint: t('hints.updated'),
      width: '106px',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ updatedAt }) => (
        <span className="text-muted" title={formatDateTime(updatedAt)}>
          {formatWhen(updatedAt, now)}
        </span>
      ),
    },
    {
      id: 'timeInForce',
      title: t('columns.timeInForce'),
      width: '66px',
      cell: (order) => <TimeInForce order={order} />,
    },
    {
      id: 'clientOrderId',
      title: t('columns.clientOrderId'),
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
