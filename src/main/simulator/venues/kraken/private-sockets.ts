/** Kraken's private WebSocket v2: executions and balances, opened by a token, every message numbered. */
import { isZeroAmount, subtractAmounts } from '../../../../shared/amount.ts'
import type { SimAccount, SimAccountEvent, SimBalance, SimOrder } from '../../account/contract.ts'
import type { Peer, SimMarket, VenueConnection } from '../../venue.ts'
import { timeText } from './format.ts'
import { number, sparseExecution, tradeExecution, wholeExecution, write } from './private-rows.ts'
import { type Params, type Request, Talk } from './sockets.ts'
import type { Tokens } from './tokens.ts'

const channels: ReadonlySet<string> = new Set(['executions', 'balances'])

export function openPrivate(
  market: SimMarket,
  account: SimAccount,
  tokens: Tokens,
  peer: Peer,
  connection: number,
): VenueConnection {
  /** By channel: the number of its newest message. */
  const sequences = new Map<string, number>()
  const keys = new Set<string>()
  /** Totals as they were last told, of which a change is one. */
  const totals = new Map<string, string>()
  let entries = 0
  const talk = new Talk(peer, market, connection, () => sequences.size > 0)

  function push(channel: string, type: 'snapshot' | 'update', rows: readonly Parameters<typeof write>[0][]): void {
    const sequence = sequences.get(channel)
    if (sequence === undefined) return
    sequences.set(channel, sequence + 1)
    peer.sendPrivate(talk.saying(write({ channel, type, data: rows, sequence: number(sequence + 1) })))
  }

  function tellOrder({ order, fill, balances, at }: Extract<SimAccountEvent, { kind: 'order' }>): void {
    if (fill !== null) {
      push('executions', 'update', [tradeExecution(fill)])
      if (order.status === 'FILLED') push('executions', 'update', [sparseExecution(order)])
    } else if (order.status === 'NEW') {
      push('executions', 'update', [wholeExecution(order, 'pending_new')])
      push('executions', 'update', [sparseExecution(order)])
    } else push('executions', 'update', [sparseExecution(order)])
    tellBalances(balances, 'trade', order, at)
  }

  /** Ledger entries: what is only held back makes none. */
  function tellBalances(balances: readonly SimBalance[], type: string, order: SimOrder | null, at: number): void {
    for (const { wallet, asset, total } of balances) {
      if (wallet !== 'spot') continue
      const change = subtractAmounts(total, totals.get(asset) ?? '0')
      totals.set(asset, total)
      if (isZeroAmount(change)) continue
      entries += 1
      const row = {
        ledger_id: `L${String(entries).padStart(5, '0')}-SIMUL-ATED00`,
        ref_id: order?.id ?? `R${entries}`,
        timestamp: timeText(at),
        ...{ type, asset, asset_class: 'currency', category: type, wallet_type: 'spot', wallet_id: 'main' },
        ...{ amount: number(change), fee: number('0.0'), balance: number(total) },
      }
      push('balances', 'update', [row])
    }
  }

  const stop = account.onEvent((event) => {
    if (event.kind === 'order' && event.order.instrument.kind === 'spot') tellOrder(event)
    if (event.kind === 'transfer') tellBalances(event.balances, event.transfer.kind, null, event.at)
    if (event.kind === 'key_revoked' && keys.has(event.key)) peer.close(1000, '')
  })

  function start(channel: string, params: Params): void {
    sequences.set(channel, 0)
    if (channel === 'executions') {
      if (params.snap_orders === false) return
      push(
        channel,
        'snapshot',
        account.openOrders('spot').map((order) => wholeExecution(order, 'status')),
      )
      return
    }
    const balances = account.balances('spot')
    for (const { asset, total } of balances) totals.set(asset, total)
    if (params.snapshot === false) return
    const rows = balances.map(({ asset, total }) => ({
      ...{ asset, asset_class: 'currency', balance: number(total) },
      wallets: [{ type: 'spot', id: 'main', balance: number(total) }],
    }))
    push(channel, 'snapshot', rows)
  }

  function subscribe(request: Request, params: Params): void {
    const { channel, token } = params
    const key = typeof token === 'string' ? tokens.keyOf(token) : null
    if (key === null) {
      talk.refuse(request, 'ESession:Invalid session', { channel, status: 'error' })
      return
    }
    keys.add(key)
    if (request.method === 'unsubscribe') {
      sequences.delete(channel)
      talk.acknowledge(request, { channel })
    } else if (sequences.has(channel)) talk.refuse(request, 'Already subscribed', { channel })
    else {
      const isOfOrders = channel === 'executions'
      const more = isOfOrders ? { maxratecount: 125, snap_orders: true, snap_trades: false } : { snapshot: true }
      talk.acknowledge(request, { channel, ...more })
      start(channel, params)
    }
  }

  return {
    onMessage(text) {
      const request = talk.hear(text)
      if (request?.params === undefined) return
      if (channels.has(request.params.channel)) subscribe(request, request.params)
      else talk.refuse(request, 'Public market data subscriptions are unavailable on this endpoint. Try ws.kraken.com')
    },
    onClose: stop,
  }
}
