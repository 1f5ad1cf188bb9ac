/** How a coin travels in the simulator: its network, what its withdrawal costs, addresses and transaction ids out of the seed. */
import { Amount, amountText } from '../../../shared/amount.ts'
import { hash, hashText } from '../hash.ts'
import type { SimMarket } from '../venue.ts'

const networks: Readonly<Record<string, string>> = { BTC: 'BTC', USDT: 'TRX', USDC: 'ETH' }
/** Coins with a chain of their own are named like it. */
const ownChain = new Set([
  'ETH',
  'SOL',
  'XRP',
  'DOGE',
  'ADA',
  'LTC',
  'AVAX',
  'DOT',
  'TRX',
  'BCH',
  'ATOM',
  'NEAR',
  'APT',
])

export const networkOf = (asset: string): string => networks[asset] ?? (ownChain.has(asset) ? asset : 'ETH')

/** About a dollar's worth, one digit: "0.000009" BTC, "1" USDT. */
export function withdrawalFeeOf(market: SimMarket, asset: string): string {
  const instrument = market.find('spot', asset, 'USDT')
  if (!instrument) return '1'
  return amountText(new Amount(1).div(new Amount(market.quote(instrument).bidPrice)).toSignificantDigits(1))
}

/** Lower-case hexadecimal of the seed and a text, eight digits a word. */
export function hexOf(seed: number, text: string, words: number): string {
  const key = hashText(seed, text)
  return Array.from({ length: words }, (_, index) => hash(key, index).toString(16).padStart(8, '0')).join('')
}
