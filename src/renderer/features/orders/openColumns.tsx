import type { ReactNode } from 'react'
import { orderStatuses, sideTitles } from '../../format/account-words.ts'
import { formatMoney } from '../../format/amount.ts'
import { exchangeTitle, formatSymbol } from '../../format/names.ts'
import { absent, formatSignedPercent } from '../../format/number.ts'
import { formatAge, formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { AccountName, OrderStatusMark, SideMark, SymbolName } from '../../ui/marks.tsx'
import type { Column } from '../../ui/table.ts'
import { Filled, PriceText, QuantityText, TimeInForce, TypeText } from './cells.tsx'
import { filledPercent, type Grouping, type OrderLine } from './rows.ts'
import { timeInForceText } from './words.ts'

const t = textsOf('orders')

export interface OpenColumnContext {
  readonly grouping: Grouping
  readonly now: number
  labelOf(account: string): string
  isOpen(key: string): boolean
  onToggle(key: string): void
}

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
        aria-label={t(isOpen ? 'groups.close' : 'groups.open')}
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
    title: t('columns.symbol'),
    width: 'minmax(122px,1fr)',
    sortValue: ({ symbol }) => (symbol === null ? null : formatSymbol(symbol)),
    cell: (line) => {
      const text =
        line.symbol === null ? (
          <span className="text-muted">
            {t('counts.symbols', { count: new Set(line.orders.map(({ symbol }) => symbol)).size })}
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
    title: t('columns.account'),
    width: 'minmax(108px,1fr)',
    sortValue: ({ account, exchange }) =>
      account === null || exchange === null ? null : `${exchangeTitle(exchange)} ${context.labelOf(account)}`,
    cell: (line) => {
      const text =
        line.account === null || line.exchange === null ? (
          <span className="text-muted">
            {t('counts.accounts', { count: new Set(line.orders.map(({ account }) => account)).size })}
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
    <span title={`${t('counts.buys', { count: buys })}, ${t('counts.sells', { count: sells })}`}>
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
      title: t('columns.side'),
      width: '68px',
      sortValue: ({ order }) => (order === null ? null : sideTitles[order.side]),
      cell: (line) => <Sides line={line} />,
    },
    {
      id: 'type',
      title: t('columns.type'),
      width: 'minmax(78px,0.8fr)',
      sortValue: ({ order }) => order?.type ?? null,
      cell: ({ order, orders }) =>
        order ? (
          <TypeText order={order} />
        ) : (
          <span className="text-muted">{t('counts.orders', { count: orders.length })}</span>
        ),
    },
    {
      id: 'price',
      title: t('columns.price'),
      width: 'minmax(88px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ order }) => order?.price ?? order?.stopPrice ?? null,
      cell: ({ order }) => order && <PriceText order={order} />,
    },
    {
      id: 'distance',
      title: t('columns.distance'),
      hint: t('hints.distance'),
      width: '76px',
      isNumber: true,
      sortValue: ({ distance }) => distance,
      cell: ({ distance, order }) => (
        <span className={distance === null ? 'text-faint' : order ? undefined : 'text-muted'}>
          {distance === null && order !== null ? (
            <span title={t('cells.noQuote')}>{absent}</span>
          ) : (
            formatSignedPercent(distance, 2)
          )}
        </span>
      ),
    },
    {
      id: 'quantity',
      title: t('columns.quantity'),
      width: 'minmax(80px,0.8fr)',
      isNumber: true,
      isFirstOfGroup: true,
      sortAmount: ({ order }) => order?.quantity ?? null,
      cell: ({ order }) => order && <QuantityText order={order} />,
    },
    {
      id: 'filled',
      title: t('columns.filled'),
      width: 'minmax(92px,1fr)',
      isNumber: true,
      sortAmount: ({ order }) => (order === null ? null : filledPercent(order)),
      cell: ({ order }) => order && <Filled order={order} />,
    },
    {
      id: 'openValue',
      title: t('columns.openValue'),
      hint: t('hints.openValue'),
      width: 'minmax(84px,0.8fr)',
      isNumber: true,
      sortAmount: ({ openValue }) => openValue,
      cell: ({ openValue, withoutValue, quote }) => (
        <>
          <span
            className={openValue === null ? 'text-faint' : undefined}
            title={openValue === null ? undefined : `${openValue} ${quote ?? ''}`}
          >
            {formatMoney(openValue, quote ?? undefined)}
          </span>
          {openValue !== null && withoutValue > 0 && (
            <span className="text-warn" title={t('cells.withoutValue', { count: withoutValue })}>
              <span aria-hidden="true">*</span>
              <span className="sr-only"> {t('cells.withoutValue', { count: withoutValue })}</span>
            </span>
          )}
        </>
      ),
    },
    {
      id: 'status',
      title: t('columns.status'),
      width: '122px',
      isFirstOfGroup: true,
      sortValue: ({ order }) => (order === null ? null : orderStatuses[order.status].text),
      cell: ({ order }) => order && <OrderStatusMark status={order.status} exchangeStatus={order.exchangeStatus} />,
    },
    {
      id: 'age',
      title: t('columns.age'),
      hint: t('hints.age'),
      width: '54px',
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
      title: t('columns.timeInForce'),
      hint: t('hints.timeInForce'),
      width: '66px',
      sortValue: ({ order }) => (order === null ? null : timeInForceText(order.timeInForce)),
      cell: ({ order }) => order && <TimeInForce order={order} />,
    },
    {
      id: 'clientOrderId',
      title: t('columns.clientOrderId'),
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
