/**
 * What the user socket tells whoever has logged in. Orders, balances and positions begin with how they stand, under the request's id; fills
 * with a bare acknowledgement. Which of the two forms the exchange uses where is not documented: both are here.
 */
import type { SimAccount, SimAccountEvent, SimApiKey } from '../../account/contract.ts'
import type { Peer } from '../../venue.ts'
import type { PrivateRows } from './private-rows.ts'

const channels = ['user.order', 'user.trade', 'user.balance', 'user.positions'] as const
type Channel = (typeof channels)[number]

const channelOf = (wire: string): Channel | undefined => channels.find((one) => one === wire)
export const isUserChannel = (wire: string): boolean => wire.startsWith('user.')

export interface UserSession {
  subscribe(id: number, wire: string): void
  unsubscribe(wire: string): void
  close(): void
}

export interface UserSessionOptions {
  readonly account: SimAccount
  readonly rows: PrivateRows
  readonly key: SimApiKey
  readonly peer: Peer
  onRevoked(): void
}

export function openUserSession({ account, rows, key, peer, onRevoked }: UserSessionOptions): UserSession {
  const subscribed = new Set<Channel>()

  const textOf = (id: number, channel: Channel, data: readonly unknown[]): string =>
    JSON.stringify({ id, method: 'subscribe', code: 0, result: { subscription: channel, channel, data } })
  const push = (channel: Channel, data: readonly unknown[]): void => {
    if (subscribed.has(channel)) peer.sendPrivate(textOf(-1, channel, data))
  }
  const wallet = () => [rows.wallet(account.balances('spot'))]

  function onEvent(event: SimAccountEvent): void {
    switch (event.kind) {
      case 'order':
        push('user.order', [rows.order(event.order)])
        if (event.fill) push('user.trade', [rows.fill(event.fill)])
        if (event.balances.length > 0) push('user.balance', wallet())
        if (event.position) push('user.positions', [rows.position(event.position)])
        break
      case 'transfer':
        push('user.balance', wallet())
        break
      case 'funding':
        push('user.balance', wallet())
        push('user.positions', [rows.position(event.position)])
        break
      case 'key_revoked':
        if (event.key === key.key) onRevoked()
        break
      // A login lasts as long as its socket.
      case 'listen_keys_expired':
        break
    }
  }
  const stop = account.onEvent(onEvent)

  /** What a channel begins with; null: nothing but an acknowledgement. */
  function beginningOf(channel: Channel): readonly unknown[] | null {
    switch (channel) {
      case 'user.order':
        return [...account.openOrders('spot'), ...account.openOrders('perpetual')].map(rows.order)
      case 'user.balance':
        return wallet()
      case 'user.positions':
        return account.positions().map(rows.position)
      case 'user.trade':
        return null
    }
  }

  return {
    subscribe(id, wire) {
      const channel = channelOf(wire)
      if (channel === undefined) {
        peer.send(
          JSON.stringify({ id, method: 'subscribe', code: 40_003, channel: wire, message: 'Unrecognized channel' }),
        )
        return
      }
      subscribed.add(channel)
      const data = beginningOf(channel)
      peer.send(
        data === null ? JSON.stringify({ id, method: 'subscribe', code: 0, channel }) : textOf(id, channel, data),
      )
    },
    unsubscribe(wire) {
      const channel = channelOf(wire)
      if (channel !== undefined) subscribed.delete(channel)
    },
    close: stop,
  }
}
