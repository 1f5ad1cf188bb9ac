/**
 * A believable past for an account: sixty days, of which the auto trader traded those the markets have been listed for. Made from the
 * seed and the venue's own candles, so that it is the same for simulators started in the same minute.
 *
 * It begins with deposits, and ends with some coins held, one to three open positions where there are perpetuals, resting orders and a
 * withdrawal under way. An account that was there before goes on in the same manner from when it was left.
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { hashText } from '../hash.ts'
import type { SimAccountControl } from './contract.ts'
import { createDraws, type Draws } from './draws.ts'
import type { PastMarket } from './past.ts'
import { attempt } from './requests.ts'
import { createTrader } from './trader.ts'
import { freeOf, groundOf } from './wishes.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const pastDays = 60
const orders = 480
/** Between two looks at the market: coarse, since a look at a past minute is not free. */
const stepMs = hourMs / 2
const orderDollars = 320
/** The others are sold off in the end, to dust. */
const keptCoins = 5

/** The first deposits: asset, amount. */
const deposits = [
  ['USDT', '18000'],
  ['BTC', '0.08'],
  ['ETH', '1.25'],
] as const

/** Throws nothing; does nothing to an account whose venue has no wallets. */
export function writeHistory(account: SimAccountControl, past: PastMarket, seed: number): void {
  const endsAt = Math.floor(past.now() / minuteMs) * minuteMs
  const beganAt = endsAt - pastDays * dayMs
  past.travel(beganAt)
  const ground = groundOf(account, past)
  const [leading] = ground?.spot ?? []
  if (ground && leading) {
    const draws = createDraws(hashText(seed, `history ${account.exchange}`))
    fund(account, past, ground.quote, beganAt)
    const tradedFrom = Math.max(beganAt + dayMs, leading.listedAt + hourMs)
    const lastAt = endsAt - hourMs
    const ordersPerMinute = orders / ((endsAt - tradedFrom) / minuteMs)
    trade({ account, past, draws, seed: hashText(seed, 'past'), ordersPerMinute }, tradedFrom, lastAt)
    past.travel(lastAt)
    leaveOpen(account, past, draws.between(0.01, 0.03))
    const [perpetual] = ground.perpetuals
    const dueAt = perpetual ? account.fundingRate(perpetual).nextAt : Number.POSITIVE_INFINITY
    past.travel(endsAt)
    if (dueAt <= endsAt) for (const { instrument } of account.positions()) account.settleFunding(instrument, dueAt)
  }
  past.travel(null)
}

/** What the auto trader did in an account between when it was left and now. Throws nothing. */
export function goOn(account: SimAccountControl, past: PastMarket, seed: number, leftAt: EpochMs): void {
  const endsAt = past.now()
  const own = hashText(seed, `left at ${leftAt}`)
  const draws = createDraws(hashText(own, `history ${account.exchange}`))
  const from = Math.max(leftAt, endsAt - pastDays * dayMs)
  const ordersPerMinute = orders / ((pastDays * dayMs) / minuteMs)
  if (groundOf(account, past)) trade({ account, past, draws, seed: own, ordersPerMinute }, from, endsAt)
  past.travel(null)
}

interface TradeOptions {
  readonly account: SimAccountControl
  readonly past: PastMarket
  readonly draws: Draws
  readonly seed: number
  readonly ordersPerMinute: number
}

function trade({ account, past, draws, seed, ordersPerMinute }: TradeOptions, from: EpochMs, until: EpochMs): void {
  past.travel(from)
  const trader = createTrader({ account, market: past, seed, ordersPerMinute, size: orderDollars })
  for (let at = from; at < until; at += stepMs * draws.between(0.7, 1.3)) {
    past.travel(Math.floor(at))
    trader.step(Math.floor(at))
  }
}

function fund(account: SimAccountControl, past: PastMarket, quote: string, beganAt: number): void {
  const { transferWallet, futuresWallet } = account.rules
  deposits.forEach(([asset, amount], index) => {
    past.travel(beganAt + index * 5 * hourMs)
    const { id } = account.deposit(asset === 'USDT' ? quote : asset, amount)
    past.travel(past.now() + 20 * minuteMs)
    account.advanceTransfer(id, 'completed')
  })
  past.travel(past.now() + hourMs)
  if (transferWallet !== 'spot')
    for (const { asset, free } of account.balances(transferWallet))
      account.move(asset, (Number(free) * 0.9).toFixed(6), transferWallet, 'spot')
  if (futuresWallet !== 'spot')
    account.move(quote, (freeOf(account, 'spot', quote) / 4).toFixed(2), 'spot', futuresWallet)
}

/** What the end is to have and chance may not have left: dust of coins sold off, a position, resting orders, a withdrawal under way. */
function leaveOpen(account: SimAccountControl, past: PastMarket, away: number): void {
  const ground = groundOf(account, past)
  if (!ground) return
  const lotsFor = (price: number, lotSize: number, dollars: number): number =>
    Math.max(1, Math.floor((dollars * ground.dollar) / (price * lotSize))) * lotSize
  for (const instrument of ground.spot.slice(keptCoins)) {
    const { lotSize, base, quantityDecimals } = instrument
    const quantity = Math.floor(freeOf(account, 'spot', base) / lotSize) * lotSize
    if (quantity < lotSize) continue
    const text = quantity.toFixed(quantityDecimals)
    attempt(() => account.fill(account.place({ instrument, side: 'SELL', type: 'MARKET', quantity: text }).id, text))
  }
  const [perpetual] = ground.perpetuals
  if (perpetual && account.positions().length === 0) {
    const quantity = lotsFor(past.quote(perpetual).askPrice, perpetual.lotSize, 600).toFixed(perpetual.quantityDecimals)
    const { id } = account.place({ instrument: perpetual, side: 'BUY', type: 'MARKET', quantity })
    account.fill(id, quantity)
  }
  for (const instrument of [...ground.spot.slice(0, 2), ...ground.perpetuals.slice(0, 1)]) {
    const price = past.quote(instrument).bidPrice * (1 - away)
    const quantity = lotsFor(price, instrument.lotSize, 150).toFixed(instrument.quantityDecimals)
    attempt(() =>
      account.place({
        instrument,
        side: 'BUY',
        type: 'LIMIT',
        price: price.toFixed(instrument.priceDecimals),
        quantity,
      }),
    )
  }
  attempt(() => account.withdraw(ground.quote, (50 * ground.dollar).toFixed(6)))
}
