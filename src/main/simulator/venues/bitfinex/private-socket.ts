/** What a login opens on a socket: lists first, then every change of the account on channel 0, in the order Bitfinex's own come. */
import type { SimAccount, SimAccountEvent, SimApiKey, SimBalance } from '../../account/contract.ts'
import { type Gatekeeper, scopesOf } from './auth.ts'
import { fundingWords, orderRow, positionRow, tradeRow, walletRow } from './private-rows.ts'
import type { LoginSession, SessionHost } from './sockets.ts'

const heartbeatSeconds = 15
const kinds = ['spot', 'perpetual'] as const

export const createLogin =
  (account: SimAccount, gatekeeper: Gatekeeper) =>
  (host: SessionHost): LoginSession =>
    new Session(account, gatekeeper, host)

class Session implements LoginSession {
  private readonly account: SimAccount
  private readonly gatekeeper: Gatekeeper
  private readonly host: SessionHost
  private key: SimApiKey | null = null
  private stop: (() => void) | null = null

  constructor(account: SimAccount, gatekeeper: Gatekeeper, host: SessionHost) {
    this.account = account
    this.gatekeeper = gatekeeper
    this.host = host
  }

  get isOpen(): boolean {
    return this.key !== null
  }

  onEvent(event: string, request: unknown): boolean {
    if (event === 'unauth') {
      this.close()
      this.host.peer.send(JSON.stringify({ event: 'unauth', status: 'OK', chanId: 0 }))
      return true
    }
    if (event !== 'auth') return false
    this.login(request)
    return true
  }

  /** Requests on channel 0: only what is free of a wallet can be asked for here. */
  onFrame([channel, type, , wanted]: readonly unknown[]): void {
    if (!this.isOpen || channel !== 0 || type !== 'calc' || !Array.isArray(wanted)) return
    for (const wallet of this.account.rules.wallets) {
      for (const balance of this.account.balances(wallet)) {
        const row = walletRow(balance)
        if (wanted.flat().includes(`wallet_${row[0]}_${row[1]}`)) this.push('wu', row)
      }
    }
  }

  everySecond(seconds: number): void {
    if (this.isOpen && seconds % heartbeatSeconds === 0) this.host.peer.send(JSON.stringify([0, 'hb']))
  }

  close(): void {
    this.stop?.()
    this.stop = null
    this.key = null
  }

  private login(request: unknown): void {
    const { account, host, gatekeeper } = this
    const checked = gatekeeper.checkLogin(request, host.address)
    if (!checked.ok) {
      const { code, message: msg } = checked
      host.peer.send(JSON.stringify({ event: 'auth', status: 'FAILED', chanId: 0, code, msg }))
      return
    }
    this.close()
    this.key = checked.key
    const caps = Object.fromEntries(scopesOf(checked.key).map(([scope, read, write]) => [scope, { read, write }]))
    const auth_id = '0c9d85ec-0000-4000-8000-9703f2ef19fe'
    const userId = Number(account.userId)
    host.peer.send(JSON.stringify({ event: 'auth', status: 'OK', chanId: 0, userId, auth_id, caps }))
    this.push('ps', account.positions().map(positionRow))
    const balances = account.rules.wallets.flatMap((wallet) => account.balances(wallet))
    this.push(
      'ws',
      balances.map((balance) => walletRow(balance)),
    )
    this.push('os', kinds.flatMap((kind) => account.openOrders(kind)).map(orderRow))
    this.stop = account.onEvent((event) => this.tell(event))
  }

  private push(type: string, payload: unknown): void {
    this.host.push([type, payload])
  }

  private wallets(balances: readonly SimBalance[], change: string | null): void {
    for (const balance of balances) this.push('wu', walletRow(balance, change))
  }

  private tell(event: SimAccountEvent): void {
    switch (event.kind) {
      case 'order': {
        const { order, fill, balances, position } = event
        const type = order.status === 'NEW' ? 'on' : order.status === 'PARTIALLY_FILLED' ? 'ou' : 'oc'
        if (fill !== null) this.push('te', tradeRow(fill, false))
        this.push(type, orderRow(order))
        this.wallets(balances, fill === null ? null : `Trade ${fill.quantity} @ ${fill.price}`)
        if (position !== null) this.push(Number(position.quantity) === 0 ? 'pc' : 'pu', positionRow(position))
        if (fill !== null) this.push('tu', tradeRow(fill))
        return
      }
      case 'transfer':
        this.wallets(event.balances, `${event.transfer.kind === 'internal' ? 'Transfer' : event.transfer.kind}`)
        return
      case 'funding':
        this.wallets(event.balances, fundingWords(event.funding))
        this.push('pu', positionRow(event.position))
        return
      case 'key_revoked':
        if (event.key === this.key?.key) this.host.peer.close(1006, '')
        return
      // Bitfinex has no listen keys: a login lasts as long as its socket.
      case 'listen_keys_expired':
        return
    }
  }
}
