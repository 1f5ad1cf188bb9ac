/**
 * What the auto trader would order next: small against what is held, so that it can go on for weeks. Spot it buys while it holds
 * little of a coin and sells while it holds much; of perpetuals it keeps at most three positions, none beyond its cap.
 */
import type { SimInstrument, SimMarket } from '../venue.ts'
import type { PlaceOrder, SimAccountControl, SimTimeInForce } from './contract.ts'
import type { Draws } from './draws.ts'

/** In dollars. */
const spotCap = 4_000
const positionCap = 1_500
const mostPositions = 3
/** Of the quote asset, which is not spent. */
const keptQuote = 200
const tradedSpot = 8
const tradedPerpetuals = 4

/** How long an order may stand and how it is meant. */
export type Manner = 'market' | 'near' | 'far' | 'ioc' | 'rejected'

export interface Wish {
  readonly order: PlaceOrder
  readonly manner: Manner
}

export interface Ground {
  /** What it trades, the favourites first; all of one quote asset. */
  readonly spot: readonly SimInstrument[]
  readonly perpetuals: readonly SimInstrument[]
  readonly quote: string
  /** In quote asset. */
  readonly dollar: number
}

/** Null where there is nothing to trade. */
export function groundOf(account: SimAccountControl, market: SimMarket): Ground | null {
  if (!account.rules.wallets.includes('spot')) return null
  const first = market.instruments.find(({ kind, quote }) => kind === 'spot' && quote === 'USDT')
  const leading = first ?? market.instruments.find(({ kind }) => kind === 'spot')
  if (!leading) return null
  const { quote } = leading
  const own = market.instruments.filter((instrument) => instrument.quote === quote)
  return {
    spot: own.filter(({ kind }) => kind === 'spot').slice(0, tradedSpot),
    perpetuals: own.filter(({ kind }) => kind === 'perpetual').slice(0, tradedPerpetuals),
    quote,
    // The smallest order is worth five dollars in any quote asset.
    dollar: leading.minimumNotional / 5,
  }
}

export const freeOf = (account: SimAccountControl, wallet: 'spot' | 'futures' | 'funding', asset: string): number =>
  Number(account.balances(wallet).find((balance) => balance.asset === asset)?.free ?? 0)

const quantityText = (instrument: SimInstrument, quantity: number): string => {
  const lots = Math.floor(quantity / instrument.lotSize + 1e-9)
  return (lots * instrument.lotSize).toFixed(instrument.quantityDecimals)
}

interface Direction {
  readonly side: 'BUY' | 'SELL'
  /** base asset, at most */
  readonly most: number
  readonly reduceOnly: boolean
}

/** Null when it would not trade now. `size`: dollars an order is worth on average. */
export function nextWish(
  account: SimAccountControl,
  market: SimMarket,
  ground: Ground,
  draws: Draws,
  size: number,
  mayRestFar: boolean,
): Wish | null {
  const isPerpetual = ground.perpetuals.length > 0 && draws.chance(0.35)
  const instrument = draws.early(isPerpetual ? ground.perpetuals : ground.spot)
  if (!instrument) return null
  const { bidPrice, askPrice } = market.quote(instrument)
  const direction = isPerpetual
    ? perpetualDirection(account, instrument, ground, draws, bidPrice)
    : spotDirection(account, instrument, ground, draws, bidPrice)
  if (!direction) return null
  const { side, most, reduceOnly } = direction
  const wanted = (size * ground.dollar * draws.between(0.3, 1.7)) / bidPrice
  const quantity = Math.min(Math.max(wanted, instrument.lotSize), most)
  const text = quantityText(instrument, quantity)
  if (Number(text) * bidPrice < instrument.minimumNotional * 1.1) return null

  const manner = mannerOf(draws, mayRestFar)
  const base = { instrument, side, quantity: text, reduceOnly }
  if (manner === 'market') return { order: { ...base, type: 'MARKET' }, manner }
  const sign = side === 'BUY' ? -1 : 1
  const touch = side === 'BUY' ? bidPrice : askPrice
  const away = manner === 'far' ? draws.between(0.008, 0.05) : manner === 'near' ? draws.between(0, 0.0008) : 0
  const price = touch * (1 + sign * away)
  const crossing = manner === 'ioc' ? (side === 'BUY' ? askPrice : bidPrice) : price
  const timeInForce: SimTimeInForce = manner === 'ioc' ? 'IOC' : draws.chance(0.2) ? 'POST_ONLY' : 'GTC'
  const priceText = Math.max(crossing, instrument.tickSize).toFixed(instrument.priceDecimals)
  return { order: { ...base, type: 'LIMIT', timeInForce, price: priceText }, manner }
}

function mannerOf(draws: Draws, mayRestFar: boolean): Manner {
  const drawn = draws.unit()
  if (drawn < 0.22) return 'market'
  if (drawn < 0.27) return 'ioc'
  if (drawn < 0.285) return 'rejected'
  return mayRestFar && drawn > 0.92 ? 'far' : 'near'
}

function spotDirection(
  account: SimAccountControl,
  { base }: SimInstrument,
  { quote, dollar }: Ground,
  draws: Draws,
  price: number,
): Direction | null {
  const held = freeOf(account, 'spot', base)
  const money = freeOf(account, 'spot', quote) - keptQuote * dollar
  const share = (held * price) / (spotCap * dollar)
  // Holding half of the cap, it does both as often.
  if (share > 0.01 && draws.chance(share)) return { side: 'SELL', most: held, reduceOnly: false }
  return money > 0 ? { side: 'BUY', most: (money * 0.25) / price, reduceOnly: false } : null
}

function perpetualDirection(
  account: SimAccountControl,
  instrument: SimInstrument,
  { quote, dollar }: Ground,
  draws: Draws,
  price: number,
): Direction | null {
  const positions = account.positions()
  const held = Number(positions.find((position) => position.instrument.symbol === instrument.symbol)?.quantity ?? 0)
  if (held === 0 && positions.length >= mostPositions) return null
  const share = (Math.abs(held) * price) / (positionCap * dollar)
  if (held !== 0 && draws.chance(Math.min(0.9, share))) {
    const side = held > 0 ? 'SELL' : 'BUY'
    return { side, most: Math.abs(held), reduceOnly: draws.chance(0.5) }
  }
  const money = freeOf(account, account.rules.futuresWallet, quote)
  const side = held === 0 ? (draws.chance(0.6) ? 'BUY' : 'SELL') : held > 0 ? 'BUY' : 'SELL'
  // A tenth of the notional is its margin.
  const most = Math.min(positionCap * dollar * 1.2 - Math.abs(held) * price, money * 2) / price
  return most > 0 ? { side, most, reduceOnly: false } : null
}
