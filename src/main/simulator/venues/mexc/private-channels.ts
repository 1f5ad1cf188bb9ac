import { encodePush, type Push } from '../../../exchanges/mexc/protobuf.ts'
import type { SimAccount, SimAccountEvent } from '../../account/contract.ts'
import type { Peer } from '../../venue.ts'
import type { ListenKeys } from './listen-keys.ts'
import { accountPush, dealPush, orderPush } from './private-rows.ts'

const names = {
  account: 'spot@private.account.v3.api.pb',
  deals: 'spot@private.deals.v3.api.pb',
  orders: 'spot@private.orders.v3.api.pb',
} as const
const known: ReadonlySet<string> = new Set(Object.values(names))

/**
 * The private channels of one socket, opened with a listen key in its address. Once the key is no longer good, nothing is pushed any
 * more and nothing is said about it.
 */
export class PrivateChannels {
  readonly subscriptions = new Set<string>()
  /** Called with each push. */
  onPush: () => void = () => undefined
  private readonly balances = new Map<string, { readonly free: string; readonly locked: string }>()
  private readonly account: SimAccount
  private readonly listenKeys: ListenKeys
  private readonly listenKey: string
  private readonly peer: Peer
  private disconnect: (() => void) | null = null
  private stopListening: (() => void) | null = null

  constructor(account: SimAccount, listenKeys: ListenKeys, listenKey: string, peer: Peer) {
    this.account = account
    this.listenKeys = listenKeys
    this.listenKey = listenKey
    this.peer = peer
  }

  static has(name: string): boolean {
    return known.has(name)
  }

  /** Whether its listen key lets it in; a key carries so many connections, counted from the first question. */
  mayOpen(): boolean {
    this.disconnect ??= this.listenKeys.connect(this.listenKey)
    return this.disconnect !== null && this.listenKeys.isGood(this.listenKey)
  }

  subscribe(name: string): void {
    if (this.stopListening === null) {
      for (const { asset, free, locked } of this.account.balances('spot')) this.balances.set(asset, { free, locked })
      this.stopListening = this.account.onEvent((event) => this.tell(event))
    }
    this.subscriptions.add(name)
  }

  unsubscribe(name: string): void {
    this.subscriptions.delete(name)
  }

  close(): void {
    this.stopListening?.()
    this.disconnect?.()
  }

  private tell(event: SimAccountEvent): void {
    if (!this.listenKeys.isGood(this.listenKey)) return
    if (event.kind === 'order') {
      this.push(names.orders, (channel) => orderPush(channel, event.order, event.fill))
      const { fill } = event
      if (fill) this.push(names.deals, (channel) => dealPush(channel, fill))
    }
    if (event.kind !== 'order' && event.kind !== 'transfer') return
    for (const balance of event.balances) {
      if (balance.wallet !== 'spot') continue
      const before = this.balances.get(balance.asset) ?? { free: '0', locked: '0' }
      this.balances.set(balance.asset, balance)
      this.push(names.account, (channel) => accountPush(channel, balance, before, reasonOf(event)))
    }
  }

  private push(channel: string, make: (channel: string) => Push): void {
    if (!this.subscriptions.has(channel)) return
    this.onPush()
    this.peer.sendPrivate(encodePush(make(channel)))
  }
}

function reasonOf(event: Extract<SimAccountEvent, { kind: 'order' | 'transfer' }>): string {
  if (event.kind === 'order') {
    if (event.fill) return 'ENTRUST'
    return event.order.status === 'NEW' ? 'ENTRUST_PLACE' : 'ENTRUST_CANCEL'
  }
  if (event.transfer.kind === 'deposit') return 'DEPOSIT'
  return event.transfer.kind === 'withdrawal' ? 'WITHDRAW' : 'CONTRACT_TRANSFER'
}
