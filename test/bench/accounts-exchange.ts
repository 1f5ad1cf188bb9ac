/**
 * The exchange's side of the accounts bench, a process of its own: simulated venues with market load, and accounts on which orders
 * are placed, filled and cancelled at a steady pace. Tells over IPC when each fill left, by account and trade.
 */
import { performance } from 'node:perf_hooks'
import type { SimAccountControl } from '../../src/main/simulator/account/contract.ts'
import { startSimulator } from '../../src/main/simulator/index.ts'
import { type ExchangeId, exchangeIds } from '../../src/shared/domain/index.ts'

export interface Origins {
  readonly kind: 'ready'
  readonly origins: Readonly<Partial<Record<ExchangeId, Readonly<Record<string, string>>>>>
  readonly keys: Readonly<Partial<Record<ExchangeId, { key: string; secret: string; passphrase?: string }>>>
}
/** `at`: epoch ms with its fraction, of the machine's one clock. */
export interface Left {
  readonly kind: 'left'
  readonly what: 'fill' | 'order'
  readonly key: string
  readonly at: number
}

const [rate = '0', perMinute = '0'] = process.argv.slice(2)
const simulator = await startSimulator({ rate: Number(rate), limits: 1_000 })
const accounts = exchangeIds.flatMap((exchange) => simulator.accounts.get(exchange) ?? [])
const now = (): number => performance.timeOrigin + performance.now()

for (const account of accounts) {
  for (const [asset, amount] of [
    ['USDT', '1000000'],
    ['BTC', '100'],
  ] as const) {
    account.advanceTransfer(account.deposit(asset, amount).id, 'completed')
    const { transferWallet } = account.rules
    if (transferWallet !== 'spot') account.move(asset, amount, transferWallet, 'spot')
  }
}
const tell = (message: Origins | Left): void => void process.send?.(message)

/** One private event on one account: an order is placed, or filled in part. */
function step(account: SimAccountControl): void {
  const [open] = account.openOrders('spot')
  const btc = account.instruments.find(({ symbol }) => symbol === 'BTC_USDT')
  if (!btc) return
  const at = now()
  if (open === undefined) {
    const side = account.orders('spot').length % 2 === 0 ? 'BUY' : 'SELL'
    const order = account.place({ instrument: btc, side, type: 'LIMIT', price: '60000', quantity: '0.04' })
    tell({ kind: 'left', what: 'order', key: `${account.exchange} ${order.id} NEW`, at })
    return
  }
  const fill = account.fill(open.id, '0.01')
  tell({ kind: 'left', what: 'fill', key: `${account.exchange} ${fill.order.id} ${fill.tradeId}`, at })
}

process.on('message', () => {
  let n = 0
  setInterval(() => {
    const account = accounts[n++ % accounts.length]
    if (account) step(account)
  }, 60_000 / Number(perMinute))
})
tell({
  kind: 'ready',
  origins: Object.fromEntries(accounts.map(({ exchange }) => [exchange, simulator.originsOf(exchange)])),
  keys: simulator.keys,
})
