/**
 * Perpetual positions of one account, one-way mode. A position keeps its cost (entry price times quantity, signed) exactly; its
 * entry price is cost / quantity. Reducing it realises its share of the cost; crossing zero closes it and opens the other way.
 *
 *   margin        |cost| / leverage
 *   mark price    middle of the venue's bid and ask
 *   liquidation   entry x (1 - 1/leverage + maintenance) long, entry x (1 + 1/leverage - maintenance) short: as if each position
 *                 stood alone with its initial margin. Nothing is ever liquidated.
 */
import { Amount, amountText } from '../../../shared/amount.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { SimInstrument, SimMarket } from '../venue.ts'
import type { SimPositionView } from './contract.ts'
import { settled } from './requests.ts'

const maintenance = '0.005'
/** Of entry prices as they are told. */
const entryDecimals = 12
/** Of the shares of the cost that reductions take. */
const costDecimals = 18

const zero = new Amount(0)

export interface Held {
  readonly instrument: SimInstrument
  quantity: Amount
  cost: Amount
  realised: Amount
  updatedAt: EpochMs
}

/** What a fill does to a position, before it is done. */
export interface PositionChange {
  readonly quantity: Amount
  readonly cost: Amount
  /** By this fill, in the settlement asset. */
  readonly realisedPnl: Amount
  /** Change of the margin held. */
  readonly margin: Amount
  /** It closed what was there and opened the other way, or opened from nothing. */
  readonly isNew: boolean
}

export function markPriceOf(market: SimMarket, instrument: SimInstrument): Amount {
  const { bidPrice, askPrice } = market.quote(instrument)
  const { priceDecimals } = instrument
  return new Amount(bidPrice.toFixed(priceDecimals)).plus(askPrice.toFixed(priceDecimals)).div(2)
}

export class Positions {
  readonly #market: SimMarket
  readonly #leverage: Amount
  readonly #held = new Map<string, Held>()

  constructor(market: SimMarket, leverage: string, from: readonly Held[] = []) {
    this.#market = market
    this.#leverage = new Amount(leverage)
    for (const held of from) this.#held.set(held.instrument.symbol, held)
  }

  /** Its own, not copied. */
  state(): readonly Held[] {
    return [...this.#held.values()]
  }

  quantity(instrument: SimInstrument): Amount {
    return this.#held.get(instrument.symbol)?.quantity ?? zero
  }

  marginOf(notional: Amount): Amount {
    return settled(notional.abs().div(this.#leverage))
  }

  /** `quantity` signed: what was bought, or sold (negative). */
  change(instrument: SimInstrument, quantity: Amount, price: Amount): PositionChange {
    const held = this.#held.get(instrument.symbol)
    const before = held?.quantity ?? zero
    const cost = held?.cost ?? zero
    const after = before.plus(quantity)
    const isGrowing = before.isZero() || before.isNegative() === quantity.isNegative()
    if (isGrowing) {
      const grown = cost.plus(price.times(quantity))
      return this.#changed(before, cost, after, grown, zero, before.isZero())
    }
    const isFlipping = quantity.abs().greaterThan(before.abs())
    const closed = isFlipping ? before : quantity.negated()
    const share = isFlipping || after.isZero() ? cost : cost.times(closed).div(before).toDecimalPlaces(costDecimals)
    const realised = settled(price.times(closed).minus(share))
    const left = isFlipping ? price.times(after) : cost.minus(share)
    return this.#changed(before, cost, after, left, realised, isFlipping)
  }

  #changed(
    before: Amount,
    costBefore: Amount,
    quantity: Amount,
    cost: Amount,
    realisedPnl: Amount,
    isNew: boolean,
  ): PositionChange {
    const held = before.isZero() ? zero : this.marginOf(costBefore)
    const margin = (quantity.isZero() ? zero : this.marginOf(cost)).minus(held)
    return { quantity, cost, realisedPnl, margin, isNew }
  }

  apply(instrument: SimInstrument, change: PositionChange, at: EpochMs): void {
    const realised = change.isNew ? zero : (this.#held.get(instrument.symbol)?.realised ?? zero)
    this.#held.set(instrument.symbol, {
      instrument,
      quantity: change.quantity,
      cost: change.cost,
      realised: change.isNew ? zero : realised.plus(change.realisedPnl),
      updatedAt: at,
    })
  }

  /** All that are not zero. */
  views(): readonly SimPositionView[] {
    return [...this.#held.values()].filter(({ quantity }) => !quantity.isZero()).map((held) => this.#view(held))
  }

  /** Null where there never was one. */
  view(instrument: SimInstrument): SimPositionView | null {
    const held = this.#held.get(instrument.symbol)
    return held ? this.#view(held) : null
  }

  #view({ instrument, quantity, cost, realised, updatedAt }: Held): SimPositionView {
    const mark = markPriceOf(this.#market, instrument)
    const isOpen = !quantity.isZero()
    const entry = isOpen ? cost.div(quantity) : zero
    const room = new Amount(1).div(this.#leverage).minus(maintenance)
    const liquidation = entry.times(quantity.isNegative() ? room.plus(1) : new Amount(1).minus(room))
    return {
      instrument,
      quantity: amountText(quantity),
      entryPrice: amountText(entry.toDecimalPlaces(entryDecimals)),
      leverage: amountText(this.#leverage),
      realisedPnl: amountText(realised),
      updatedAt,
      markPrice: amountText(mark),
      unrealisedPnl: amountText(isOpen ? settled(mark.times(quantity).minus(cost)) : zero),
      liquidationPrice: amountText(liquidation.toDecimalPlaces(instrument.priceDecimals)),
    }
  }
}
