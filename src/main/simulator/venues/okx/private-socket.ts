/**
 * What a socket tells whoever has logged in: the account's channels on the private socket, transfers on the business socket.
 * Pushes begin with the subscription (snapshots) and with each change of the account, in the order OKX's own come: the order, then
 * balances, then the position.
 */
import type { SimAccount, SimAccountEvent, SimApiKey, SimBalance } from '../../account/contract.ts'
import type { Row } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'

/** Channels that need a login, by socket. `fills` exists but is only for the largest traders. */
export const privateChannels = ['account', 'positions', 'balance_and_position', 'orders', 'fills'] as const
export const transferChannels = ['deposit-info', 'withdrawal-info'] as const

/** Currencies in one page of the account's snapshot. */
const pageSize = 20
/** Positions and balances come at least so often, unless the subscription wants them on events only. */
const regularSeconds = 5

export type Arg = Readonly<Record<string, string | undefined>> & { readonly channel: string }

export interface PrivateSession {
  /** After the ack: what the channel begins with. */
  subscribe(arg: Arg): void
  unsubscribe(channel: string): void
  /** Once a second. */
  tick(): void
  close(): void
}

export interface PrivateSessionOptions {
  readonly account: SimAccount
  readonly rows: PrivateRows
  readonly key: SimApiKey
  push(frame: Row): void
  /** The key is gone: the socket is to be closed. */
  onRevoked(): void
}

export function openPrivateSession({ account, rows, key, push, onRevoked }: PrivateSessionOptions): PrivateSession {
  const channels = new Map<string, Arg>()
  let seconds = 0

  /** `uid` joins what was subscribed; `extraParams` and empty parameters are not repeated. */
  const argOf = ({ extraParams: _not, ...arg }: Arg): Row => ({ ...arg, uid: account.userId })

  function send(channel: string, data: readonly unknown[], more: Row = {}): void {
    const arg = channels.get(channel)
    if (arg) push({ arg: argOf(arg), ...more, data })
  }

  const whole = { eventType: 'snapshot', curPage: 1, lastPage: true } as const
  const update = { eventType: 'event_update', curPage: 1, lastPage: true } as const

  function sendAccount(): void {
    const held = account.balances('spot').filter(({ total }) => Number(total) !== 0)
    const pages = Math.max(1, Math.ceil(held.length / pageSize))
    for (let page = 1; page <= pages; page++) {
      const balances = held.slice((page - 1) * pageSize, page * pageSize)
      send('account', [rows.accountRow(balances)], { eventType: 'snapshot', curPage: page, lastPage: page === pages })
    }
  }

  const sendPositions = (): void => send('positions', account.positions().map(rows.position), whole)

  const balData = (balances: readonly SimBalance[]): readonly Row[] =>
    balances.map(({ asset, total, updatedAt }) => ({ cashBal: total, ccy: asset, uTime: String(updatedAt) }))

  function sendOccasion(eventType: string, balances: readonly SimBalance[], positions: readonly Row[]): void {
    const posData = positions.map(({ posId, instId, instType, mgnMode, posSide, pos, ccy, posCcy, avgPx, uTime }) => ({
      ...{ posId, tradeId: '', instId, instType, mgnMode, posSide, pos, ccy, posCcy, avgPx, uTime },
    }))
    const pTime = String(account.now())
    send('balance_and_position', [{ pTime, eventType, balData: balData(balances), posData, trades: [] }])
  }

  function onBalances(eventType: string | null, balances: readonly SimBalance[], positions: readonly Row[]): void {
    const trading = balances.filter(({ wallet }) => wallet === 'spot')
    if (trading.length > 0) send('account', [rows.accountRow(trading)], update)
    if (eventType !== null && (trading.length > 0 || positions.length > 0)) sendOccasion(eventType, trading, positions)
    if (positions.length > 0) send('positions', positions, update)
  }

  function onEvent(event: SimAccountEvent): void {
    switch (event.kind) {
      case 'order': {
        const { order, fill, balances, position } = event
        const arg = channels.get('orders')
        const row = rows.orderPush(order, fill)
        if (arg && (arg.instType === 'ANY' || arg.instType === row.instType)) send('orders', [row])
        onBalances(fill ? 'filled' : null, balances, position ? [rows.position(position)] : [])
        break
      }
      case 'transfer': {
        const { transfer, balances } = event
        const times = { pTime: String(account.now()), uid: account.userId, subAcct: '' }
        if (transfer.kind === 'deposit') send('deposit-info', [{ ...rows.deposit(transfer), ...times }])
        if (transfer.kind === 'withdrawal') send('withdrawal-info', [{ ...rows.withdrawal(transfer), ...times }])
        onBalances(transfer.kind === 'internal' ? 'transferred' : null, balances, [])
        break
      }
      case 'funding':
        onBalances('funding_fee', event.balances, [rows.position(event.position)])
        break
      case 'key_revoked':
        if (event.key === key.key) onRevoked()
        break
      // OKX has no listen keys: a login lasts as long as its socket.
      case 'listen_keys_expired':
        break
    }
  }

  const stop = account.onEvent(onEvent)

  return {
    subscribe(arg) {
      channels.set(arg.channel, arg)
      if (arg.channel === 'account') sendAccount()
      if (arg.channel === 'positions') sendPositions()
      if (arg.channel === 'balance_and_position')
        sendOccasion('snapshot', account.balances('spot'), account.positions().map(rows.position))
    },
    unsubscribe: (channel) => {
      channels.delete(channel)
    },
    tick() {
      seconds += 1
      if (seconds % regularSeconds !== 0) return
      const isRegular = (channel: string) => !/"updateInterval":\s*"0"/.test(channels.get(channel)?.extraParams ?? '')
      if (isRegular('positions') && account.positions().length > 0) sendPositions()
      if (isRegular('account')) sendAccount()
    },
    close: stop,
  }
}
