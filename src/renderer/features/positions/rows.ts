/** Positions as the screen lists them, with the newest mark, funding and what follows from them. Pure. */
import { Amount, addAmounts, amountText, isZeroAmount, multiplyAmounts, sumAmounts } from '../../../shared/amount.ts'
import { type FundingPayment, type FundingRate, type Position, positionKey } from '../../../shared/domain/index.ts'
import { percentOf, signOf } from '../../format/amount.ts'
import { matchesSymbol } from '../../format/names.ts'
import type { FilterForm } from '../../ui/filter-form.ts'

export type Direction = 'long' | 'short' | 'closed'

export interface PositionLine {
  readonly key: string
  readonly position: Position
  readonly direction: Direction
  /** The newest of what the account and the public stream told; of a closed position none. */
  readonly mark: string | null
  readonly markAt: number | null
  /** Size at the mark, unsigned, in the settlement asset. */
  readonly value: string | null
  /** At `mark`. */
  readonly unrealised: string | null
  /** `unrealised` was reckoned: at a newer mark than the exchange's figure has, or since it tells none. */
  readonly isReckoned: boolean
  /** Of the value at entry, percent. */
  readonly unrealisedPercent: string | null
  /** How far the mark may still go to the liquidation price, percent of the mark, never negative by itself: past it is below 0. */
  readonly liquidationDistance: string | null
  readonly rate: FundingRate | null
  /** What the next settlement brings (+) or costs (−) at the rate and mark of now. */
  readonly nextFunding: string | null
  /** Received (+) or paid (−) since midnight for the account's symbol, long and short together; null: nothing was settled. */
  readonly fundingToday: string | null
}

function directionOf({ quantity }: Pick<Position, 'quantity'>): Direction {
  const sign = signOf(quantity)
  return sign > 0 ? 'long' : sign < 0 ? 'short' : 'closed'
}

const rateKey = ({ exchange, symbol }: { readonly exchange: string; readonly symbol: string }) =>
  `${exchange} ${symbol}`
const paymentKey = ({ account, symbol, asset }: Pick<FundingPayment, 'account' | 'symbol' | 'asset'>) =>
  `${account} ${symbol} ${asset}`

/** The distance to liquidation in the direction that hurts, percent of the mark. */
function distanceOf(mark: string | null, liquidation: string | null, direction: Direction): string | null {
  if (mark === null || liquidation === null || direction === 'closed' || isZeroAmount(mark)) return null
  const away = new Amount(mark).minus(liquidation)
  return percentOf(amountText(direction === 'long' ? away : away.negated()), mark)
}

/** With a quantity in base asset and prices in the settlement asset, profit is (mark − entry) × quantity, short ones included. */
function profitAt(mark: string, { entryPrice, quantity }: Position): string | null {
  return entryPrice === null ? null : amountText(new Amount(mark).minus(entryPrice).times(quantity))
}

function lineOf(position: Position, rate: FundingRate | null, fundingToday: string | null): PositionLine {
  const direction = directionOf(position)
  const isNewer = rate !== null && rate.markPrice !== null && rate.receivedAt > position.receivedAt
  // Some exchanges tell no mark with a position (Bitfinex, Crypto.com): then the stream's is the newest, however often they tell of it.
  const isStream = rate !== null && rate.markPrice !== null && (isNewer || position.markPrice === null)
  const mark = direction === 'closed' ? null : isStream ? rate.markPrice : position.markPrice
  const size = amountText(new Amount(position.quantity).abs())
  const reckoned = mark !== null && (isNewer || position.unrealisedPnl === null) ? profitAt(mark, position) : null
  const unrealised = direction === 'closed' ? null : (reckoned ?? position.unrealisedPnl)
  const entryValue = position.entryPrice === null ? null : multiplyAmounts(size, position.entryPrice)
  return {
    key: positionKey(position),
    position,
    direction,
    mark,
    markAt: mark === null ? null : isStream ? rate.receivedAt : position.receivedAt,
    value: mark === null ? null : multiplyAmounts(size, mark),
    unrealised,
    isReckoned: reckoned !== null,
    unrealisedPercent: percentOf(unrealised, entryValue),
    liquidationDistance: distanceOf(mark, position.liquidationPrice, direction),
    rate,
    // Longs pay shorts at a positive rate.
    nextFunding:
      rate === null || mark === null
        ? null
        : amountText(new Amount(position.quantity).times(mark).times(rate.rate).negated()),
    fundingToday,
  }
}

/** Sums of today's payments by account, symbol and asset. */
export function fundingByPosition(payments: readonly FundingPayment[]): ReadonlyMap<string, string> {
  const sums = new Map<string, string>()
  for (const payment of payments) {
    const key = paymentKey(payment)
    sums.set(key, addAmounts(sums.get(key) ?? '0', payment.amount))
  }
  return sums
}

/** Open positions, and those that closed since `midnight`. */
export function positionLines(
  positions: readonly Position[],
  rates: readonly FundingRate[],
  funding: ReadonlyMap<string, string>,
  midnight: number,
): readonly PositionLine[] {
  const byKey = new Map(rates.map((rate) => [rateKey(rate), rate]))
  return positions
    .filter((position) => directionOf(position) !== 'closed' || closedAt(position) >= midnight)
    .map((position) =>
      lineOf(
        position,
        byKey.get(rateKey(position)) ?? null,
        funding.get(paymentKey({ ...position, asset: position.settleAsset })) ?? null,
      ),
    )
}

export const closedAt = ({ exchangeAt, receivedAt }: Position): number => exchangeAt ?? receivedAt

export function filterPositions(
  lines: readonly PositionLine[],
  { text, account, exchange }: FilterForm,
  labelOf: (account: string) => string,
): readonly PositionLine[] {
  const wanted = text.trim().toLowerCase()
  return lines.filter(
    ({ position }) =>
      (account === '' || position.account === account) &&
      (exchange === '' || position.exchange === exchange) &&
      (wanted === '' ||
        matchesSymbol(position.symbol, wanted) ||
        labelOf(position.account).toLowerCase().includes(wanted)),
  )
}

export interface PositionSums {
  readonly asset: string
  readonly longs: string
  readonly shorts: string
  readonly unrealised: string | null
  readonly funding: string
  /** Open positions whose mark is not known: they are in neither longs nor shorts. */
  readonly withoutMark: number
  /** Open positions, of those with a mark, whose profit is not known: it is not in `unrealised`. */
  readonly withoutProfit: number
  /** Open positions whose mark is old: they are in the sums with it. */
  readonly oldMarks: number
}

/** Marks come every second where a stream tells them, else with the position, once a minute. */
const oldMarkMs = 120_000

export const isMarkOld = ({ markAt }: Pick<PositionLine, 'markAt'>, now: number): boolean =>
  markAt !== null && now - markAt > oldMarkMs

/** What the lines add up to in each settlement asset. Payments are a symbol's, so each counts once for long and short. */
export function positionSums(
  lines: readonly PositionLine[],
  funding: readonly FundingPayment[],
  now: number,
): readonly PositionSums[] {
  const assets = [...new Set([...lines.map(({ position }) => position.settleAsset), ...funding.map((f) => f.asset)])]
  return assets.sort().map((asset) => {
    const own = lines.filter(({ position }) => position.settleAsset === asset)
    const open = own.filter(({ direction }) => direction !== 'closed')
    const valued = (direction: Direction) =>
      sumAmounts(own.flatMap((line) => (line.direction === direction ? (line.value ?? []) : [])))
    const profits = own.flatMap(({ unrealised }) => unrealised ?? [])
    return {
      asset,
      longs: valued('long'),
      shorts: valued('short'),
      unrealised: profits.length === 0 ? null : sumAmounts(profits),
      funding: sumAmounts(funding.flatMap((payment) => (payment.asset === asset ? payment.amount : []))),
      withoutMark: open.filter(({ value }) => value === null).length,
      withoutProfit: open.filter(({ value, unrealised }) => value !== null && unrealised === null).length,
      oldMarks: open.filter((line) => isMarkOld(line, now)).length,
    }
  })
}
