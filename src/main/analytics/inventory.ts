/**
 * What could be done of a pair now with what the accounts hold, and what moving back what a trade moved would cost. Pure.
 *
 *   spot, buy           needs quantity * price * (1 + taker fee) of the quote asset, free in the spot wallet
 *   spot, sell          needs the quantity of the base asset, free in the spot wallet
 *   perpetual, either   needs quantity * price * (1 + taker fee) of the quote asset as margin at 1x, free in the futures wallet
 *
 * A unified wallet serves both kinds; two legs that draw on the same asset of one exchange's wallets share it. Balances that are not live do not
 * count. Prices are the averages of the executable quantity, and float64 like all prices; what accounts hold is added up exactly.
 */
import { Amount, amountText, isZeroAmount } from '../../shared/amount.ts'
import type { AssetTransfer } from '../../shared/assets.ts'
import {
  type Balance,
  type ExchangeId,
  exchangeTitle,
  type Instrument,
  type SpreadVerdict,
  type Truth,
  type Wallet,
} from '../../shared/domain/index.ts'
import type { InventorySide, Rebalance, RebalanceMove, SpreadInventory } from '../../shared/inventory.ts'
import type { SpreadDetail, SpreadLeg, SpreadSize } from '../../shared/spreads.ts'
import { pairRules } from './executable.ts'

export interface Holding {
  readonly balance: Balance
  /** How far its quantity can be relied on, and in words why it is not live. */
  readonly truth: Truth
  readonly reason: string
}

export interface HoldingAccount {
  readonly id: string
  readonly exchange: ExchangeId
  /** The account's name as the trader knows it. */
  readonly label: string
  /** In words, why it does not tell everything it holds; null: it does, and what it does not name it does not hold. */
  readonly silence: string | null
}

export interface InventoryQuestion {
  readonly detail: SpreadDetail
  /** Everything all accounts hold. */
  readonly holdings: readonly Holding[]
  /** All that are switched on, whether they tell anything now or not. */
  readonly accounts: readonly HoldingAccount[]
  readonly transferOf: (asset: string, from: ExchangeId, to: ExchangeId) => AssetTransfer
}

const walletsOf = { spot: ['spot', 'unified'], perpetual: ['futures', 'unified'] } as const satisfies Readonly<
  Record<Instrument['kind'], readonly Wallet[]>
>

/** Decimals of amounts that come from prices: more would only be the dust of float64. */
const shownDecimals = 8

/** Of these nothing is to be done, whatever the books give. */
const setAside: ReadonlySet<SpreadVerdict> = new Set(['banned', 'muted', 'different', 'unproven'])

interface Leg {
  readonly side: 'buy' | 'sell'
  readonly instrument: Instrument
  readonly asset: string
  readonly isMargin: boolean
  /** Of the asset for one unit of base; null: nothing is executable, so there is no price. */
  readonly perUnit: Amount | null
  /** Free amounts by account and wallet. */
  readonly funds: ReadonlyMap<string, Amount>
  readonly notCounted: readonly string[]
}

export function inventoryOf(question: InventoryQuestion): SpreadInventory {
  const { detail } = question
  const { untilZero } = detail
  const isCounted = !setAside.has(detail.verdict)
  const isExecutable = isCounted && isTaken(untilZero)
  const executable = isExecutable ? new Amount(untilZero.quantity) : null
  const buy = legOf('buy', detail.buy, isExecutable ? untilZero.buyAverage : null, question)
  const sell = legOf('sell', detail.sell, isExecutable ? untilZero.sellAverage : null, question)
  const { base, quote } = detail.buy.instrument
  const possible = possibleOf(detail, executable, buy, sell, question)
  return {
    ...{ index: detail.index, symbol: detail.symbol, base, quote },
    executable: executable === null ? null : amountText(executable),
    ...possible,
    buy: shownSide(buy, executable),
    sell: shownSide(sell, executable),
    rebalance: isCounted ? rebalanceOf(question, possible.possible) : null,
  }
}

/** Something is left of it, and both exchanges take such an order. */
const isTaken = ({ quantity, profit, problem }: SpreadSize): boolean => quantity > 0 && profit > 0 && problem === null

function legOf(
  side: Leg['side'],
  leg: SpreadLeg,
  average: number | null,
  { holdings, accounts }: InventoryQuestion,
): Leg {
  const { instrument, takerFee } = leg
  const isMargin = instrument.kind === 'perpetual'
  const sellsBase = side === 'sell' && !isMargin
  const asset = sellsBase ? instrument.base : instrument.quote
  const perUnit = sellsBase
    ? new Amount(1)
    : average === null
      ? null
      : new Amount(average).times(new Amount(takerFee).plus(1))
  const wallets: readonly Wallet[] = walletsOf[instrument.kind]
  const funds = new Map<string, Amount>()
  const notCounted: string[] = []
  for (const { id, exchange, label, silence } of accounts) {
    if (exchange !== instrument.exchange) continue
    const held = holdings.filter(
      ({ balance }) => balance.account === id && balance.asset === asset && wallets.includes(balance.wallet),
    )
    if (held.length === 0 && silence !== null) notCounted.push(`${label}: ${silence}`)
    else if (held.length === 0) funds.set(id, new Amount(0))
    for (const { balance, truth, reason } of held) {
      if (truth !== 'live') notCounted.push(`${label}, ${balance.wallet}: ${reason === '' ? truth : reason}`)
      else if (balance.free === null) notCounted.push(`${label}, ${balance.wallet}: what is free of it is not told`)
      else funds.set(`${id} ${balance.wallet}`, Amount.max(0, balance.free))
    }
  }
  return { side, instrument, asset, isMargin, perUnit, funds, notCounted }
}

const freeOf = ({ funds }: Leg): Amount => [...funds.values()].reduce((sum, free) => sum.plus(free), new Amount(0))

function shownSide(leg: Leg, executable: Amount | null): InventorySide {
  const { instrument, asset, isMargin, perUnit, notCounted } = leg
  return {
    ...{ exchange: instrument.exchange, asset, isMargin },
    free: leg.funds.size === 0 ? null : amountText(freeOf(leg)),
    needed: executable === null || perUnit === null ? null : shown(executable.times(perUnit)),
    notCounted: [...notCounted],
  }
}

type Possible = Pick<SpreadInventory, 'possible' | 'limit' | 'words'>

function possibleOf(
  detail: SpreadDetail,
  executable: Amount | null,
  buy: Leg,
  sell: Leg,
  { accounts }: InventoryQuestion,
): Possible {
  const nothing = (limit: SpreadInventory['limit'], words: string, possible: string | null = null): Possible => ({
    ...{ possible, limit, words },
  })
  if (setAside.has(detail.verdict)) return nothing('unknown', `the pair does not count: ${detail.standing}`)
  if (executable === null) return nothing('books', `the books give ${whatBooksGive(detail)} at a profit now`)
  const strangers = [...new Set([buy, sell].map(({ instrument }) => instrument.exchange))].filter((id) =>
    accounts.every(({ exchange }) => exchange !== id),
  )
  if (strangers.length > 0) {
    return nothing('unknown', `no account on ${strangers.map((id) => exchangeTitle(id)).join(' and ')}`)
  }
  const silent = [buy, sell].find(({ funds, notCounted }) => funds.size === 0 && notCounted.length > 0)
  if (silent !== undefined) {
    return nothing(
      'unknown',
      `${silent.asset} on ${exchangeTitle(silent.instrument.exchange)} cannot be relied on: ${silent.notCounted[0]}`,
    )
  }
  const [forBuy, forSell] = affordable(buy, sell)
  const limiting = forBuy.lessThanOrEqualTo(forSell) ? buy : sell
  const afforded = Amount.min(forBuy, forSell)
  if (afforded.greaterThanOrEqualTo(executable)) {
    return nothing('nothing', 'the balances are enough for all that the books give', amountText(executable))
  }
  const quantity = inLots(afforded, detail)
  const what = `${limiting.asset} on ${exchangeTitle(limiting.instrument.exchange)}${limiting.isMargin ? ' as margin at 1x' : ''}`
  const free = shown(freeOf(limiting))
  const missing = leastMissing(quantity, detail)
  if (missing !== null) return nothing('order', `${free} ${what} is less than ${missing}`, '0')
  return nothing(limiting.side, `limited by ${free} ${what}`, amountText(quantity))
}

/** Base asset that each leg could pay for; where both draw on the same money, what both can together. */
function affordable(buy: Leg, sell: Leg): readonly [Amount, Amount] {
  const none = new Amount(0)
  const [perBuy, perSell] = [buy.perUnit, sell.perUnit]
  if (perBuy === null || perSell === null) return [none, none]
  const isShared = buy.instrument.exchange === sell.instrument.exchange && buy.asset === sell.asset
  const common = isShared ? [...buy.funds].filter(([key]) => sell.funds.has(key)) : []
  const shared = common.reduce((sum, [, free]) => sum.plus(free), none)
  const [ownBuy, ownSell] = [freeOf(buy).minus(shared), freeOf(sell).minus(shared)]
  const both = ownBuy.plus(ownSell).plus(shared).div(perBuy.plus(perSell))
  return [
    Amount.min(ownBuy.plus(shared).div(perBuy), isShared ? both : Number.POSITIVE_INFINITY),
    Amount.min(ownSell.plus(shared).div(perSell), isShared ? both : Number.POSITIVE_INFINITY),
  ]
}

function inLots(quantity: Amount, { buy, sell }: SpreadDetail): Amount {
  const { step } = pairRules(buy.instrument, sell.instrument)
  if (step === null) return quantity.toDecimalPlaces(shownDecimals, Amount.ROUND_DOWN)
  const size = new Amount(step.units).div(new Amount(10).pow(step.places))
  return quantity.div(size).floor().times(size)
}

/** In words, why that is nothing to do. */
function whatBooksGive({ buy, sell, untilZero: { problem } }: SpreadDetail): string {
  if (problem === null || (problem.rule !== 'minimumQuantity' && problem.rule !== 'minimumNotional')) return 'nothing'
  const { exchange, base, quote } = (problem.leg === 'buy' ? buy : sell).instrument
  const unit = problem.rule === 'minimumQuantity' ? base : quote
  return `less than the least order on ${exchangeTitle(exchange)}, ${problem.limit} ${unit},`
}

/** In words, the least order that this quantity does not reach; null: it is enough. */
function leastMissing(quantity: Amount, { buy, sell, untilZero }: SpreadDetail): string | null {
  if (quantity.isZero()) return 'one lot'
  for (const [{ instrument }, average] of [
    [buy, untilZero.buyAverage],
    [sell, untilZero.sellAverage],
  ] as const) {
    const { exchange, base, quote, minimumQuantity, minimumNotional } = instrument
    const least = `the least order on ${exchangeTitle(exchange)}`
    if (minimumQuantity !== null && quantity.lessThan(minimumQuantity)) return `${least}, ${minimumQuantity} ${base}`
    if (minimumNotional !== null && average !== null && quantity.times(average).lessThan(minimumNotional))
      return `${least}, ${minimumNotional} ${quote}`
  }
  return null
}

/**
 * A trade leaves the base asset where it was bought and the quote asset where it was sold. Of one trade as large as the balances allow, or where
 * they allow none or are not known, as the books do; its profit is its share of all that the books give, which is the least it makes.
 */
function rebalanceOf({ detail, transferOf }: InventoryQuestion, possible: string | null): Rebalance | null {
  const [buy, sell] = [detail.buy.instrument, detail.sell.instrument]
  if (buy.exchange === sell.exchange || buy.kind !== 'spot' || sell.kind !== 'spot') return null
  const { quantity: executable, buyAverage, profit, withdrawalFee } = detail.untilZero
  if (!isTaken(detail.untilZero) || buyAverage === null) {
    const words = `the books give ${whatBooksGive(detail)} at a profit now, so there is nothing to move`
    return { moves: [], cost: null, trades: null, words }
  }
  const quantity = new Amount(possible === null || isZeroAmount(possible) ? executable : possible)
  const paid = quantity.times(buyAverage).times(new Amount(detail.buy.takerFee).plus(1))
  const moves = [
    moveOf(transferOf(buy.base, buy.exchange, sell.exchange), quantity, new Amount(buyAverage)),
    moveOf(transferOf(buy.quote, sell.exchange, buy.exchange), paid, new Amount(1)),
  ]
  const cost = moves.some(({ state }) => state !== 'open') ? null : sumOf(moves)
  // Where settings want it, the profit is after the withdrawal of the base asset, which is one of the moves: once is enough.
  const earned = new Amount(profit)
    .plus(withdrawalFee ?? 0)
    .times(quantity)
    .div(executable)
  const trades = cost === null ? null : Math.ceil(cost.div(earned).toNumber())
  const words = cost === null || trades === null ? whyNotCosted(moves) : costWords(quantity, cost, trades, buy)
  return { moves, cost: cost === null ? null : shown(cost), trades, words }
}

function moveOf(
  { asset, from, to, state, words, routes }: AssetTransfer,
  quantity: Amount,
  price: Amount,
): RebalanceMove {
  const [best] = routes
  const fee = state === 'open' ? (best?.fee ?? null) : null
  const isBelow = state === 'open' && best?.minimum != null && quantity.lessThan(best.minimum)
  const least = isBelow ? `; the least withdrawal is ${best.minimum} ${asset}, more than one trade moves` : ''
  return {
    ...{ asset, from, to, state, fee },
    quantity: shown(quantity),
    words: `${words}${least}`,
    cost: fee === null ? null : shown(price.times(fee)),
  }
}

/** null: one of them is not known. */
function sumOf(moves: readonly RebalanceMove[]): Amount | null {
  let sum = new Amount(0)
  for (const { cost } of moves) {
    if (cost === null) return null
    sum = sum.plus(cost)
  }
  return sum
}

function whyNotCosted(moves: readonly RebalanceMove[]): string {
  const blocked = moves.filter(({ state }) => state !== 'open')
  if (blocked.length === 0) {
    const untold = moves.filter(({ cost }) => cost === null).map(({ asset }) => asset)
    return `what moving back costs is not known: no fee told for ${untold.join(' and ')}`
  }
  const all = blocked.map(({ asset, words }) => `${asset}: ${words}`).join('; ')
  const isClosed = blocked.some(({ state }) => state === 'closed')
  return `${isClosed ? 'cannot be moved' : 'not known whether it can be moved'}: ${all}`
}

function costWords(quantity: Amount, cost: Amount, trades: number, { base, quote }: Instrument): string {
  const paidBy = trades <= 1 ? 'one such trade pays for it' : `${trades} such trades pay for it`
  return `moving back what a trade of ${shown(quantity)} ${base} moved costs ${roughly(cost)} ${quote}: ${paidBy}`
}

/** For reading: cents, or two digits of what is less than one. */
const roughly = (amount: Amount): string =>
  amountText(amount.lessThan(1) ? amount.toSignificantDigits(2) : amount.toDecimalPlaces(2))
const shown = (amount: Amount): string => amountText(amount.toDecimalPlaces(shownDecimals))
