import { setTimeout as delay } from 'node:timers/promises'
import { amountText } from '../../shared/amount.ts'
import {
  type Balance,
  balanceKey,
  type EpochMs,
  isFinalStatus,
  type Order,
  orderKey,
} from '../../shared/domain/index.ts'
import type { AccountConnector, Ask, WithRaw } from '../exchanges/account-contract.ts'
import type { RestResult } from '../net/rest.ts'
import type { Intake } from './intake.ts'
import {
  compareBalances,
  compareOpenOrders,
  comparePositions,
  differenceOfOrders,
  mayBeZero,
  orderItem,
} from './reconcile.ts'
import type { AccountSymbols } from './symbols.ts'
import type { AccountTiming } from './timing.ts'

export interface SnapshotsOptions {
  readonly connector: AccountConnector
  readonly ask: Ask
  /** The exchange's clock. */
  readonly now: () => EpochMs
  readonly intake: Intake
  readonly symbols: AccountSymbols
  readonly timing: AccountTiming
  /** Since when the streams have told of everything, this machine's clock; null while one does not flow. */
  readonly toldSince: () => EpochMs | null
  /** What happened at this time (the exchange's clock) should have been told by a stream. */
  readonly wasTold: (at: EpochMs) => boolean
  /** Ends waits. */
  readonly signal: AbortSignal
  /** Rows could not be compared, or differ: ask again soon. */
  readonly onAgain: (kind: 'balances' | 'positions' | 'orders') => void
}

const done: RestResult<null> = { ok: true, value: null }
const agreedText = "the exchange's word was taken; its next answer agreed"
/** Asked one by one within a run; the others have their turn in the next. */
const mostAskedSingly = 50

/** When a kind of snapshot last agreed, in all and by item. */
interface Agreement {
  at: EpochMs | null
  /** Items that could not be compared since the streams flow again: what they differ by may have been missed before. */
  owed: ReadonlySet<string>
  readonly items: Map<string, EpochMs>
}
const agreement = (): Agreement => ({ at: null, owed: new Set(), items: new Map() })

/** The newest balances taken. */
interface TakenBalances {
  /** When they were asked for: by this machine's clock, and by the one that nobody sets. */
  readonly sentAt: EpochMs
  readonly steadyAt: number
  /** Every row could be compared. */
  readonly isWhole: boolean
  /** It was not told of, but there were rows that could not be read, and it may be one of them. */
  readonly isUnread: (balance: Balance) => boolean
}

/**
 * Balances, positions and open orders as the exchange answers them: asked, given a moment for the streams to catch up, compared
 * with what these led to, and taken. A difference is a drift where the streams flowed since the snapshot before; what happened
 * while one was down, or was told in a frame that could not be read, is repair.
 */
export class Snapshots {
  private readonly options: SnapshotsOptions
  private readonly balancesAgreed = agreement()
  private readonly positionsAgreed = agreement()
  private readonly ordersAgreed = agreement()
  /** Open orders of which the exchange tells nothing any more, and when it was last asked, by the clock that nobody sets. */
  private readonly untold = new Map<string, { readonly order: Order; readonly askedAt: number }>()
  private lastBalances: TakenBalances | null = null
  /** Rows of the newest answers that were passed over. */
  private readonly passed = { balances: 0, positions: 0, orders: 0 }

  constructor(options: SnapshotsOptions) {
    this.options = options
  }

  /** Orders that stay open because the exchange's last word on them was that they are. */
  untoldOrders(): readonly Order[] {
    return [...this.untold.values()].map(({ order }) => order)
  }

  /** Rows of the newest answers that could not be read, or are of instruments that the exchange does not list. */
  get passedOver(): number {
    const { balances, positions, orders } = this.passed
    return balances + positions + orders
  }

  get balancesTaken(): TakenBalances | null {
    return this.lastBalances
  }

  async balances(): Promise<RestResult<null>> {
    const { connector, ask, intake, timing, onAgain } = this.options
    const sentAt = Date.now()
    const steadyAt = performance.now()
    const quietSince = steadyAt - timing.graceMs
    const reply = await connector.balances(ask)
    if (!reply.ok) return reply
    const receivedAt = Date.now()
    if (!intake.ledger.isOpen || this.balancesAgreed.at !== null) await this.grace()
    if (this.options.signal.aborted) return done
    const snapshot = { rows: reply.value, passedOver: reply.passedOver, quietSince, receivedAt }
    const compared = compareBalances(intake.balances, snapshot, connector)
    this.record('balance', compared, this.balancesAgreed, sentAt)
    for (const row of compared.take) intake.balance(row, 'rest')
    const told = new Set(reply.value.map(balanceKey))
    const isUnread = (row: Balance) => !told.has(balanceKey(row)) && !mayBeZero(reply.passedOver, row.asset)
    this.lastBalances = { sentAt, steadyAt, isWhole: compared.waiting.size === 0, isUnread }
    this.passed.balances = reply.passedOver?.count ?? 0
    // On the exchange's clock, by which the times of fills and transfers go.
    if (!intake.ledger.isOpen && this.wasStill(sentAt, quietSince))
      this.openLedger(receivedAt + this.options.now() - Date.now())
    if (compared.waiting.size > 0 || compared.differences.length > 0 || !intake.ledger.isOpen) onAgain('balances')
    return done
  }

  /**
   * Nothing moved from a moment before balances were asked for to a moment after the answer, and streams would have told. Else nobody could
   * say of a fill about then whether it stands in the answer already, and the ledger would be wrong by it for good.
   */
  private wasStill(sentAt: EpochMs, quietSince: number): boolean {
    const toldSince = this.options.toldSince()
    const { graceMs } = this.options.timing
    return toldSince !== null && toldSince <= sentAt - graceMs && this.options.intake.streamAt < quietSince
  }

  async positions(): Promise<RestResult<null>> {
    const { connector, ask, intake, symbols, timing, onAgain } = this.options
    const sentAt = Date.now()
    const quietSince = performance.now() - timing.graceMs
    const reply = await connector.positions(ask)
    if (!reply.ok) return reply
    const receivedAt = Date.now()
    if (this.positionsAgreed.at !== null) await this.grace()
    if (this.options.signal.aborted) return done
    const snapshot = { rows: reply.value, passedOver: reply.passedOver, quietSince, receivedAt }
    this.passed.positions = reply.passedOver?.count ?? 0
    const nativeNameOf = (symbol: string) => symbols.instrument(symbol)?.nativeName ?? null
    const compared = comparePositions(intake.positions, snapshot, connector.untoldPositions ?? false, nativeNameOf)
    this.record('position', compared, this.positionsAgreed, sentAt)
    for (const row of compared.take) intake.position(row, 'rest')
    if (compared.waiting.size > 0 || compared.differences.length > 0) onAgain('positions')
    return done
  }

  async orders(): Promise<RestResult<null>> {
    const { connector, ask, intake, symbols, timing, wasTold, onAgain } = this.options
    const sentAt = Date.now()
    const quietSince = performance.now() - timing.graceMs
    const reply = await connector.openOrders(ask, symbols.list())
    if (!reply.ok) return reply
    if (this.ordersAgreed.at !== null) await this.grace()
    if (this.options.signal.aborted) return done
    const rows = reply.value.map(({ row }) => row)
    const snapshot = { rows, passedOver: reply.passedOver, quietSince, receivedAt: Date.now() }
    this.passed.orders = reply.passedOver?.count ?? 0
    const compared = compareOpenOrders(intake.orders, snapshot)
    const isTold = this.isTold(this.ordersAgreed)
    const unsettled = new Set(compared.waiting)
    const updatedAt = new Map(rows.map((order) => [orderItem(order), order.updatedAt]))
    for (const difference of compared.differences) {
      unsettled.add(difference.item)
      if (isTold && wasTold(updatedAt.get(difference.item) ?? 0))
        intake.drifts.found(
          difference,
          this.ordersAgreed.items.get(difference.item) ?? this.ordersAgreed.at,
          Date.now(),
        )
    }
    for (const { row, raw } of reply.value) {
      this.untold.delete(orderKey(row))
      intake.order(row, raw, 'rest')
    }
    let failure: RestResult<null> = done
    let asked = 0
    for (const order of compared.missing) {
      if (this.wasAskedLately(order)) continue
      if (++asked > mostAskedSingly) break
      const result = await this.askFor(order, isTold, unsettled)
      if (!result.ok) failure = result
      if (this.options.signal.aborted) return done
    }
    for (const [key, { order }] of this.untold) {
      const known = intake.orders.get(key)
      if (known === undefined || isFinalStatus(known.status)) this.untold.delete(key)
      else unsettled.add(orderItem(order))
    }
    if (!failure.ok) return failure
    this.settle('order', unsettled, compared.agreed, this.ordersAgreed, sentAt)
    if (compared.waiting.size > 0 || compared.differences.length > 0 || asked > mostAskedSingly) onAgain('orders')
    return done
  }

  /** The exchange's word on an order that its list of open ones lacks. */
  private async askFor(order: Order, isTold: boolean, unsettled: Set<string>): Promise<RestResult<null>> {
    const { connector, ask, intake, symbols, wasTold, onAgain } = this.options
    const item = orderItem(order)
    const instrument = symbols.instrument(order.symbol)
    const reply: RestResult<WithRaw<Order> | null> =
      instrument === undefined
        ? { ok: true, value: null }
        : await connector.order(ask, instrument, order.exchangeOrderId)
    if (!reply.ok) {
      unsettled.add(item)
      return reply
    }
    let told = reply.value
    if (told === null) {
      const searched = await this.searchHistory(order)
      if (!searched.ok) {
        unsettled.add(item)
        return searched
      }
      told = searched.value
    }
    const known = intake.orders.get(orderKey(order)) ?? order
    if (told === null) {
      if (isFinalStatus(known.status)) return done
      this.untold.set(orderKey(order), { order: known, askedAt: performance.now() })
      const difference = { subject: 'order', item, field: 'status', expected: known.status, got: null } as const
      intake.drifts.found(difference, this.ordersAgreed.items.get(item) ?? this.ordersAgreed.at, Date.now())
      return done
    }
    this.untold.delete(orderKey(order))
    const difference = differenceOfOrders(known, told.row)
    if (difference !== null) {
      unsettled.add(item)
      onAgain('orders')
      if (isTold && wasTold(told.row.updatedAt))
        intake.drifts.found(difference, this.ordersAgreed.items.get(item) ?? this.ordersAgreed.at, Date.now())
    }
    intake.order(told.row, told.raw, 'rest')
    return done
  }

  private async searchHistory(order: Order): Promise<RestResult<WithRaw<Order> | null>> {
    const { connector, ask, now, symbols, timing } = this.options
    const instrument = symbols.instrument(order.symbol)
    // It may have ended later than now by our idea of the exchange's clock.
    const to = now() + timing.overlapMs
    const from = Math.max(to - timing.historyMs, (order.createdAt ?? order.updatedAt) - timing.overlapMs)
    const pages = connector.orderHistory(ask, { from, to }, instrument === undefined ? [] : [instrument])
    for await (const page of pages) {
      if (!page.ok) return page
      const found = page.value.find(({ row }) => orderKey(row) === orderKey(order))
      if (found !== undefined) return { ok: true, value: found }
    }
    return { ok: true, value: null }
  }

  private wasAskedLately(order: Order): boolean {
    const askedAt = this.untold.get(orderKey(order))?.askedAt
    return askedAt !== undefined && performance.now() - askedAt < this.options.timing.forbiddenEveryMs
  }

  /** The streams should have told of everything since the last snapshot of this kind. */
  private isTold(agreed: Agreement): boolean {
    const toldSince = this.options.toldSince()
    return agreed.at !== null && toldSince !== null && toldSince <= agreed.at
  }

  private record(
    subject: 'balance' | 'position',
    compared: ReturnType<typeof compareBalances> | ReturnType<typeof comparePositions>,
    agreed: Agreement,
    sentAt: EpochMs,
  ): void {
    const { drifts } = this.options.intake
    const unsettled = new Set(compared.waiting)
    const isTold = this.isTold(agreed)
    for (const difference of compared.differences) {
      unsettled.add(difference.item)
      // One that is open already stays so until an answer agrees.
      if ((isTold && !agreed.owed.has(difference.item)) || drifts.has(subject, difference.item))
        drifts.found(difference, agreed.items.get(difference.item) ?? agreed.at, Date.now())
    }
    agreed.owed = isTold ? new Set([...agreed.owed].filter((item) => compared.waiting.has(item))) : compared.waiting
    this.settle(subject, unsettled, compared.agreed, agreed, sentAt)
  }

  private settle(
    subject: 'balance' | 'position' | 'order',
    unsettled: ReadonlySet<string>,
    agreedItems: ReadonlySet<string>,
    agreed: Agreement,
    sentAt: EpochMs,
  ): void {
    // One found in the future was found before this machine's clock was set back.
    const isBefore = (foundAt: EpochMs) => foundAt <= sentAt || foundAt > Date.now()
    const fits = (drift: { readonly item: string; readonly foundAt: EpochMs }) =>
      !unsettled.has(drift.item) && isBefore(drift.foundAt)
    this.options.intake.drifts.resolve(subject, fits, agreedText, Date.now())
    for (const item of agreed.items.keys())
      if (!agreedItems.has(item) && !unsettled.has(item)) agreed.items.delete(item)
    for (const item of agreedItems) agreed.items.set(item, sentAt)
    agreed.at = sentAt
  }

  private openLedger(at: EpochMs): void {
    const { ledger } = this.options.intake
    const totals = [...this.options.intake.totals()].map(([asset, total]) => ({ asset, total: amountText(total) }))
    ledger.open({ at, totals })
    this.options.intake.tellOpening(at, totals)
  }

  /** What a stream was about to tell comes first. */
  private async grace(): Promise<void> {
    const { timing, signal, toldSince } = this.options
    if (toldSince() === null) return
    await delay(timing.graceMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
