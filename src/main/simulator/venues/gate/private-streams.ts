/**
 * The private channels of one socket. Each subscription is signed by itself, so one socket may serve several keys; nothing is sent on
 * subscribing. Where Gate's documents are silent, the comment says what was chosen.
 */
import type { SimAccount, SimAccountEvent, SimBalance } from '../../account/contract.ts'
import type { Peer, SimInstrument, SimMarket } from '../../venue.ts'
import type { Family } from './channels.ts'
import { nativeName, seconds } from './format.ts'
import { authenticateStream, errorText, mayRead } from './private-auth.ts'
import { futuresBalanceChange, futuresFill, futuresOrder, ledgerType, positionChange } from './private-futures-rows.ts'
import { type QuotedAmounts, spotBalanceChange, spotFill, spotOrder } from './private-rows.ts'

/** Served to whoever signs; the simulator has nothing to tell on those beyond orders, trades, balances and positions. */
const privateChannels: Readonly<Record<Family, readonly string[]>> = {
  spot: [
    'spot.orders',
    'spot.orders_v2',
    'spot.usertrades',
    'spot.usertrades_v2',
    'spot.balances',
    'spot.priceorders',
    'spot.margin_balances',
    'spot.funding_balances',
    'spot.cross_balances',
  ],
  futures: [
    'futures.orders',
    'futures.usertrades',
    'futures.balances',
    'futures.positions',
    'futures.liquidates',
    'futures.auto_deleverages',
    'futures.position_closes',
    'futures.reduce_risk_limits',
    'futures.autoorders',
  ],
}

export interface PrivateRequest {
  readonly channel: string
  readonly event: 'subscribe' | 'unsubscribe'
  readonly time: number
  readonly payload?: readonly string[] | undefined
  readonly auth?: { readonly KEY: string; readonly SIGN: string } | undefined
}

export interface PrivateStreamsOptions {
  readonly family: Family
  readonly market: SimMarket
  readonly account: SimAccount
  readonly instruments: ReadonlyMap<string, SimInstrument>
  readonly decimalSizes: boolean
  readonly quoted: QuotedAmounts
  readonly address: string
}

interface Subscription {
  readonly key: string
  /** null: everything. */
  readonly names: ReadonlySet<string> | null
}

export function createPrivateStreams(options: PrivateStreamsOptions, peer: Peer) {
  const { family, market, account, instruments, decimalSizes, quoted, address } = options
  const subscriptions = new Map<string, Subscription>()
  const told = new Map<string, SimBalance>()
  let newestEntry = 0
  let stop: (() => void) | null = null

  /** An error in Gate's words (2 invalid argument, 4 authentication failed), or null: then it is to be acknowledged. */
  function request({ channel, event, time, payload = [], auth }: PrivateRequest): {
    readonly code: 2 | 4
    readonly message: string
  } | null {
    const key = authenticateStream(account, { channel, event, time }, auth, address)
    if ('refusal' in key) return { code: 4, message: key.refusal }
    if (!mayRead(key, family)) {
      return { code: 4, message: errorText('FORBIDDEN', `the key has no ${family} permission`) }
    }
    if (event === 'unsubscribe') {
      subscriptions.delete(channel)
      return null
    }
    const [user, ...rest] = family === 'futures' ? payload : [account.userId, ...payload]
    // Chosen: the documents do not say how a stranger's number is refused.
    if (user !== account.userId) return { code: 2, message: `invalid user id ${user ?? ''}` }
    const takesNames = !channel.endsWith('balances')
    if (takesNames && rest.length === 0) return { code: 2, message: 'empty payload' }
    const unknown = takesNames ? rest.find((name) => name !== '!all' && !instruments.has(name)) : undefined
    if (unknown !== undefined) {
      return { code: 2, message: `unknown ${family === 'spot' ? 'currency pair:' : 'contract'} ${unknown}` }
    }
    subscriptions.set(channel, {
      key: key.key,
      names: !takesNames || rest.includes('!all') ? null : new Set(rest),
    })
    listen()
    return null
  }

  function listen(): void {
    if (stop) return
    for (const balance of account.balances('spot')) told.set(balance.asset, balance)
    newestEntry = account.ledger('futures').at(-1)?.number ?? 0
    stop = account.onEvent(onEvent)
  }

  function push(channel: string, instrument: SimInstrument | null, at: number, rows: readonly object[]): void {
    const found = subscriptions.get(channel)
    if (!found || rows.length === 0) return
    if (instrument && found.names && !found.names.has(nativeName(instrument))) return
    const now = Math.max(at, market.now())
    peer.sendPrivate(JSON.stringify({ time: seconds(now), time_ms: now, channel, event: 'update', result: rows }))
  }

  function onEvent(event: SimAccountEvent): void {
    if (event.kind === 'key_revoked') {
      // Chosen: the documents do not say what becomes of streams that a deleted key has opened.
      if ([...subscriptions.values()].some(({ key }) => key === event.key)) peer.close(1008, 'invalid key')
      return
    }
    // Gate has no listen keys.
    if (event.kind === 'listen_keys_expired') return
    if (family === 'spot') tellSpot(event)
    else tellFutures(event)
  }

  type Change = Exclude<SimAccountEvent, { kind: 'key_revoked' | 'listen_keys_expired' }>

  function tellSpot(event: Change): void {
    const { at } = event
    if (event.kind === 'order' && event.order.instrument.kind === 'spot') {
      const { order, fill } = event
      const row = spotOrder(order, market, quoted, 'stream')
      const fills = fill ? [spotFill(fill, 'stream')] : []
      for (const version of ['', '_v2']) {
        push(`spot.orders${version}`, order.instrument, at, [{ ...row, user: Number(account.userId) }])
        push(`spot.usertrades${version}`, order.instrument, at, fills)
      }
    }
    const changed = event.balances.filter(({ wallet }) => wallet === 'spot')
    const type = changeType(event)
    push(
      'spot.balances',
      null,
      at,
      changed.map((balance) =>
        spotBalanceChange(balance, told.get(balance.asset), account.userId, type, Math.max(at, balance.updatedAt)),
      ),
    )
    for (const balance of changed) told.set(balance.asset, balance)
  }

  function tellFutures(event: Change): void {
    const { at } = event
    const form = { form: 'stream', sizesAsText: decimalSizes } as const
    if (event.kind === 'order' && event.order.instrument.kind === 'perpetual') {
      const { order, fill } = event
      push('futures.orders', order.instrument, at, [futuresOrder(order, account.userId, form)])
      push('futures.usertrades', order.instrument, at, fill ? [futuresFill(fill, form)] : [])
    }
    const position = event.kind === 'transfer' ? null : event.position
    if (position && event.kind === 'order') {
      push('futures.positions', position.instrument, at, [positionChange(position, account.userId, decimalSizes)])
    }
    const entries = account.ledger('futures')
    const first = entries.findLastIndex(({ number }) => number <= newestEntry) + 1
    newestEntry = entries.at(-1)?.number ?? newestEntry
    const rows = entries.slice(first).filter((entry) => ledgerType(entry) !== null)
    push(
      'futures.balances',
      null,
      at,
      rows.map((entry) => futuresBalanceChange(entry, account.userId)),
    )
  }

  return {
    takes: (channel: string): boolean => privateChannels[family].includes(channel),
    /** Something is subscribed. */
    get isUsed(): boolean {
      return subscriptions.size > 0
    },
    request,
    close: (): void => {
      stop?.()
      stop = null
      subscriptions.clear()
    },
  }
}

function changeType(event: Exclude<SimAccountEvent, { kind: 'key_revoked' | 'listen_keys_expired' }>): string {
  if (event.kind === 'funding') return 'other'
  if (event.kind === 'transfer') {
    return { deposit: 'deposit', withdrawal: 'withdraw', internal: 'future-transfer' }[event.transfer.kind]
  }
  if (event.fill) return 'order-match'
  return event.order.status === 'NEW' ? 'order-create' : 'order-update'
}
