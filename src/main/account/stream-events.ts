import { type Order, orderKey, type PollKind } from '../../shared/domain/index.ts'
import type { AccountEvent } from '../exchanges/account-contract.ts'
import type { Intake } from './intake.ts'
import { isTold } from './ledger.ts'
import type { Poll } from './polls.ts'
import type { AccountTiming } from './timing.ts'

const mostStrangers = 1_000

/** What streams bring goes into the account's state, and what it leaves open is asked for. */
export class StreamEvents {
  private readonly intake: Intake
  private readonly polls: Readonly<Record<PollKind, Poll>>
  private readonly timing: AccountTiming
  /** Orders that fills named, whoever told of these, and that are not known. */
  private readonly strangers = new Set<string>()
  private strangerTimer: NodeJS.Timeout | null = null
  private fillTimer: NodeJS.Timeout | null = null
  private stopped = false

  constructor(intake: Intake, polls: Readonly<Record<PollKind, Poll>>, timing: AccountTiming) {
    this.intake = intake
    this.polls = polls
    this.timing = timing
  }

  stop(): void {
    this.stopped = true
    if (this.strangerTimer !== null) clearTimeout(this.strangerTimer)
    this.strangerTimer = null
    if (this.fillTimer !== null) clearTimeout(this.fillTimer)
    this.fillTimer = null
  }

  take(events: readonly AccountEvent[]): void {
    const { intake, polls, timing } = this
    intake.streamAt = performance.now()
    for (const event of events) {
      switch (event.kind) {
        case 'balance':
          intake.balance(event.balance, 'stream')
          if (event.balance.free === null) polls.balances.repeat(timing.afterTotalMs)
          break
        case 'order':
          intake.order(event.order, event.raw, 'stream')
          break
        case 'fill':
          intake.fill(event.fill, event.raw, 'stream')
          this.meet(event.fill)
          if (event.fill.fee === null) polls.fills.repeat(timing.soonMs)
          else if (!isTold(event.fill)) polls.fills.soon(timing.untoldMs)
          break
        case 'position':
          intake.position(event.position, 'stream')
          break
        case 'transfer':
          intake.transfer(event.transfer, event.raw)
          break
        case 'funding_payment':
          intake.payment(event.payment)
          break
        case 'hint':
          polls[event.poll].soon(timing.graceMs)
          if (event.poll === 'orders') polls.orderHistory.soon(timing.graceMs)
          break
      }
    }
    if (intake.fillCount.missing().length > 0) this.awaitFills()
  }

  /** Orders say that more is filled than the fills explain, whose own messages may be on the way. */
  private awaitFills(): void {
    this.fillTimer ??= setTimeout(() => {
      this.fillTimer = null
      if (this.intake.fillCount.missing().length > 0) this.polls.fills.soon(0)
    }, this.timing.soonMs)
  }

  /** A fill of an order nobody told of: its own message may be on the way, else the order history knows it. */
  meet(fill: Pick<Order, 'account' | 'symbol' | 'exchangeOrderId'>): void {
    const key = orderKey(fill)
    if (this.stopped || this.isKnown(key) || this.strangers.size > mostStrangers) return
    this.strangers.add(key)
    this.strangerTimer ??= setTimeout(() => {
      this.strangerTimer = null
      const isUnknown = [...this.strangers].some((stranger) => !this.isKnown(stranger))
      this.strangers.clear()
      if (isUnknown) this.polls.orderHistory.soon(0)
    }, this.timing.soonMs)
  }

  private isKnown(key: string): boolean {
    const { orders } = this.intake
    return orders.get(key) !== undefined || orders.hasEnded(key)
  }
}
