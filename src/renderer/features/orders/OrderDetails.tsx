import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { multiplyAmounts, sumAmounts } from '../../../shared/amount.ts'
import type { Reply } from '../../../shared/contract.ts'
import { type Fill, fillKey, type Order, type OrderEvent, orderKey } from '../../../shared/domain/index.ts'
import { formatExact, formatMoney } from '../../format/amount.ts'
import { exchangeTitle, formatSymbol, splitSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Copyable } from '../../ui/Copyable.tsx'
import { Button } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { OrderStatusMark, SideMark } from '../../ui/marks.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { Filled } from './cells.tsx'
import { orderTypeText, timeInForceText } from './words.ts'

const t = textsOf('orders')

export type OrderName = Pick<Order, 'account' | 'exchange' | 'symbol' | 'exchangeOrderId'>

/** Fills read of one order, the newest. */
const mostFills = 1_000

interface Details {
  readonly order: Order | null
  readonly events: readonly OrderEvent[]
  readonly fills: readonly Fill[]
  /** There are older ones than `fills`. */
  readonly hasMoreFills: boolean
}

/** What is stored of an order; read anew with every change of it, and after each opening of the link. */
function useOrderDetails(name: OrderName) {
  const { api, link } = useStores()
  const generation = useStore(link, (state) => state.generation)
  const { account, symbol, exchangeOrderId } = name
  const [details, setDetails] = useState<Details | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const read = useCallback(async (): Promise<Reply<Details>> => {
    const filter = { account, text: exchangeOrderId }
    const [events, fills, orders] = await Promise.all([
      api.call('orders.events', { account, symbol, exchangeOrderId }),
      api.call('fills.list', { filter, cursor: null, limit: mostFills }),
      api.call('orders.list', { filter, cursor: null, limit: 100 }),
    ])
    if (!events.ok) return events
    if (!fills.ok) return fills
    if (!orders.ok) return orders
    const isOurs = (row: OrderName) => row.exchangeOrderId === exchangeOrderId && row.symbol === symbol
    return {
      ok: true,
      value: {
        events: events.value,
        fills: fills.value.rows.filter(isOurs).toReversed(),
        hasMoreFills: fills.value.next !== null,
        order: orders.value.rows.find(isOurs) ?? null,
      },
    }
  }, [api, account, symbol, exchangeOrderId])
  useEffect(() => {
    void generation
    let isWanted = true
    let timer: ReturnType<typeof setTimeout> | null = null
    const load = async () => {
      const reply = await read()
      if (!isWanted) return
      if (reply.ok) setDetails(reply.value)
      setProblem(reply.ok ? null : reply.message)
    }
    const isOurs = (row: OrderName) =>
      row.account === account && row.symbol === symbol && row.exchangeOrderId === exchangeOrderId
    // What is told now is stored within a moment; a burst of it is read once.
    const soon = (row: OrderName) => {
      if (isOurs(row))
        timer ??= setTimeout(() => {
          timer = null
          void load()
        }, 400)
    }
    const ends = [api.on('order.changed', soon), api.on('fill.added', soon), api.on('fill.completed', soon)]
    void load()
    return () => {
      isWanted = false
      if (timer !== null) clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [api, read, account, symbol, exchangeOrderId, generation])
  return { details, problem }
}

interface OrderDetailsProps {
  readonly name: OrderName
  /** The order, where the caller has it. */
  readonly order: Order | null
  onClose(): void
}

/** Every state an order went through, and its fills. */
export function OrderDetails({ name, order: known, onClose }: OrderDetailsProps) {
  const labelOf = useAccountLabels()
  const { details, problem } = useOrderDetails(name)
  const order = known ?? details?.order ?? null
  const { quote } = splitSymbol(name.symbol)
  return (
    <Dialog label={t('details.title')} onClose={onClose} className="w-[52rem] max-w-[94vw]" testId="order-details">
      <div className="flex max-h-[76vh] flex-col">
        <header className="flex items-center gap-3 border-b border-line px-4 py-3">
          <h2 className="text-base font-semibold text-strong">
            {formatSymbol(name.symbol)}{' '}
            <span className="font-normal text-muted">
              {exchangeTitle(name.exchange)} {labelOf(name.account)}
            </span>
          </h2>
          {order && <OrderStatusMark status={order.status} exchangeStatus={order.exchangeStatus} />}
          <Button className="ml-auto" kind="quiet" data-autofocus onClick={onClose}>
            {t('details.close')}
          </Button>
        </header>
        <div className="min-h-0 overflow-auto" key={orderKey(name)}>
          {order ? <Facts order={order} /> : details && <p className="p-4 text-muted">{t('details.notStored')}</p>}
          {problem !== null && (
            <p role="alert" className="px-4 py-3 text-down select-text">
              {t('details.failed', { problem })}
            </p>
          )}
          {details === null && problem === null && (
            <p role="status" className="px-4 py-3 text-muted">
              {t('details.loading')}
            </p>
          )}
          {details && (
            <>
              <Events events={details.events} base={splitSymbol(name.symbol).base} />
              <Fills {...details} quote={quote} />
            </>
          )}
        </div>
      </div>
    </Dialog>
  )
}

const Fact = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-2xs text-muted">{title}</dt>
    <dd className="truncate select-text">{children}</dd>
  </div>
)

function Facts({ order }: { readonly order: Order }) {
  const { base, quote } = splitSymbol(order.symbol)
  const of = (amount: string | null, asset: string) => (amount === null ? absent : `${formatExact(amount)} ${asset}`)
  return (
    <dl className="grid grid-cols-4 gap-x-6 gap-y-2 px-4 py-3" aria-label={t(`details.${order.side}`)}>
      <Fact title={t('facts.side')}>
        <SideMark side={order.side} />
      </Fact>
      <Fact title={t('facts.type')}>
        {orderTypeText(order.type)}, {timeInForceText(order.timeInForce)}
        {order.reduceOnly === true && `, ${t('facts.reduceOnly')}`}
      </Fact>
      <Fact title={t('facts.price')}>{order.type === 'MARKET' ? t('facts.market') : of(order.price, quote)}</Fact>
      <Fact title={t('facts.trigger')}>{of(order.stopPrice, quote)}</Fact>
      <Fact title={t('facts.quantity')}>
        {order.quantity === null ? of(order.quoteQuantity, quote) : of(order.quantity, base)}
      </Fact>
      <Fact title={t('facts.filled')}>
        <Filled order={order} />
      </Fact>
      <Fact title={t('facts.filledQuantity')}>{of(order.filledQuantity, base)}</Fact>
      <Fact title={t('facts.averagePrice')}>{of(order.averagePrice, quote)}</Fact>
      <Fact title={t('facts.placed')}>{formatDateTime(order.createdAt)}</Fact>
      <Fact title={t('facts.changed')}>{formatDateTime(order.updatedAt)}</Fact>
      <Fact title={t('facts.clientId')}>
        <Copyable text={order.clientOrderId} what={t('details.clientId')} isWhole />
      </Fact>
      <Fact title={t('facts.exchangeId')}>
        <Copyable text={order.exchangeOrderId} what={t('details.orderId')} isWhole />
      </Fact>
    </dl>
  )
}

const tableHead = 'h-6 text-2xs text-muted [&>th]:px-4 [&>th]:font-normal'
const tableRow = 'h-6 border-t border-line [&>td]:px-4 [&>td]:whitespace-nowrap'

const milliseconds = (at: number) => String(Math.floor(at) % 1_000).padStart(3, '0')

function Events({ events, base }: { readonly events: readonly OrderEvent[]; readonly base: string }) {
  return (
    <section aria-label={t('events.label')} className="border-t border-line">
      <h3 className="px-4 pt-2 font-medium text-strong">{t('events.title')}</h3>
      {events.length === 0 ? (
        <p className="px-4 pb-2 text-muted">{t('events.none')}</p>
      ) : (
        <table className="mb-1 w-full text-left text-xs" data-testid="order-events">
          <thead>
            <tr className={tableHead}>
              <th scope="col">{t('events.at')}</th>
              <th scope="col">{t('events.status')}</th>
              <th scope="col">{t('events.exchangeStatus')}</th>
              <th scope="col" className="text-right">
                {t('events.filled', { asset: base })}
              </th>
              <th scope="col" className="text-right">
                {t('events.price')}
              </th>
              <th scope="col">{t('events.source')}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr
                key={`${event.updatedAt} ${event.status} ${event.filledQuantity} ${event.receivedAt}`}
                className={tableRow}
              >
                <td title={t('events.heard', { at: formatDateTime(event.receivedAt) })}>
                  {formatDateTime(event.updatedAt)}
                  <span className="text-muted">.{milliseconds(event.updatedAt)}</span>
                </td>
                <td>
                  <OrderStatusMark status={event.status} exchangeStatus={event.exchangeStatus} />
                </td>
                <td className="text-muted select-text">{event.exchangeStatus}</td>
                <td className="text-right">{formatExact(event.filledQuantity)}</td>
                <td className="text-right">{formatExact(event.price)}</td>
                <td className="text-muted">{t(`sources.${event.source}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Fills({ fills, hasMoreFills, quote }: Details & { readonly quote: string }) {
  const total = sumAmounts(fills.map(({ price, quantity }) => multiplyAmounts(price, quantity)))
  return (
    <section aria-label={t('fills.title')} className="border-t border-line pb-2">
      <h3 className="px-4 pt-2 font-medium text-strong">
        {t('fills.title')}{' '}
        {fills.length > 0 && (
          <span className="font-normal text-muted" title={`${total} ${quote}`}>
            {t(hasMoreFills ? 'fills.newestSum' : 'fills.sum', {
              count: fills.length,
              total: formatMoney(total, quote),
              asset: quote,
            })}
          </span>
        )}
      </h3>
      {fills.length === 0 ? (
        <p className="px-4 text-muted">{t('fills.none')}</p>
      ) : (
        <table className="w-full text-left text-xs" data-testid="order-fills">
          <thead>
            <tr className={tableHead}>
              <th scope="col">{t('fills.at')}</th>
              <th scope="col" className="text-right">
                {t('fills.price')}
              </th>
              <th scope="col" className="text-right">
                {t('fills.quantity')}
              </th>
              <th scope="col" className="text-right">
                {t('fills.value', { asset: quote })}
              </th>
              <th scope="col" className="text-right">
                {t('fills.fee')}
              </th>
              <th scope="col">{t('fills.trade')}</th>
            </tr>
          </thead>
          <tbody>
            {fills.map((fill) => {
              const value = multiplyAmounts(fill.price, fill.quantity)
              return (
                <tr key={fillKey(fill)} className={tableRow}>
                  <td>
                    {formatDateTime(fill.at)}
                    <span className="text-muted">.{milliseconds(fill.at)}</span>
                  </td>
                  <td className="text-right">{formatExact(fill.price)}</td>
                  <td className="text-right">{formatExact(fill.quantity)}</td>
                  <td className="text-right" title={value}>
                    {formatMoney(value, quote)}
                  </td>
                  <td className="text-right">
                    {formatExact(fill.fee)} <span className="text-muted">{fill.feeAsset}</span>
                  </td>
                  <td className="text-muted select-text">
                    {fill.tradeId} {fill.liquidity ?? ''}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      )}
    </section>
  )
}
