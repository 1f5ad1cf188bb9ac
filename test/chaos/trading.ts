/** What happens on an account meanwhile: orders placed, filled in pieces and ended, by the dice. */
import type { SimAccountControl } from '../../src/main/simulator/account/contract.ts'
import { SimulatorError } from '../../src/main/simulator/index.ts'
import type { Dice } from '../support/chaos-faults.ts'

const everyMs = 150
const usualPrice: Readonly<Record<string, number>> = { BTC: 30_000, ETH: 2_000 }

/** Trades until the returned function is called. */
export function trade(account: SimAccountControl, dice: Dice): () => void {
  const timer = setInterval(() => {
    try {
      step(account, dice)
    } catch (error) {
      // It has not the means for it: nothing has happened then.
      if (!(error instanceof SimulatorError)) throw error
    }
  }, everyMs)
  return () => clearInterval(timer)
}

function step(account: SimAccountControl, dice: Dice): void {
  const open = [...account.openOrders('spot'), ...account.openOrders('perpetual')]
  const order = open[Math.floor(dice() * open.length)]
  const what = dice()
  if (order === undefined || what < 0.35) {
    const instrument = account.instruments[Math.floor(dice() * account.instruments.length)]
    if (instrument === undefined) return
    const side = dice() < 0.5 ? 'BUY' : 'SELL'
    const middle = usualPrice[instrument.base] ?? 1
    const price = (middle * (side === 'BUY' ? 0.9 : 1.1) + Math.floor(dice() * 100)).toFixed(instrument.priceDecimals)
    account.place({ instrument, side, type: 'LIMIT', price, quantity: '0.4' })
  } else if (what < 0.85) {
    const left = Math.round((Number(order.quantity) - Number(order.filledQuantity)) * 10)
    account.fill(order.id, (Math.min(left, 1 + Math.floor(dice() * 3)) / 10).toFixed(1))
  } else account.end(order.id, 'CANCELED')
}
