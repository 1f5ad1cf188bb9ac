/**
 * Funding of a pair's perpetual legs. A positive rate is paid by longs and received by shorts, so the buy leg pays it and the sell leg gets
 * it, as a fraction of notional. The mark price at the settlement is not known before; the pair's own price stands for it.
 */
import type { FundingRate, Instrument } from '../../shared/domain/index.ts'

/** The newest rate of a perpetual; null: not known. */
export type FundingOf = (instrument: Instrument) => FundingRate | null

/** Settlements this close together are one, ms: exchanges name theirs to the second at best. */
const sameSettlementMs = 60_000
const hoursAYear = 365 * 24

export interface PairFunding {
  /** When the next settlement of either leg is due; null: none is known. */
  readonly at: number | null
  /** What each leg's rate is at that settlement; 0: it is no perpetual, it settles later, or not all that is needed is known. */
  readonly buyRate: number
  readonly sellRate: number
  /** Received less paid at that settlement, percent of notional. NaN: a perpetual leg's rate or its due time is not known. */
  readonly percent: number
  /** Received less paid in a year if both rates stayed as they are, percent of notional, not compounded. NaN: not known. */
  readonly carryPercent: number
}

export function pairFunding(buy: Instrument, sell: Instrument, fundingOf: FundingOf, now: number): PairFunding {
  const ofBuy = legFunding(buy, fundingOf, now)
  const ofSell = legFunding(sell, fundingOf, now)
  const at = Math.min(ofBuy.at, ofSell.at)
  const carryPercent = (ofSell.yearly - ofBuy.yearly) * 100
  // Half of it would pass for the whole: all or nothing.
  if (!Number.isFinite(at) || Number.isNaN(ofBuy.rate + ofSell.rate))
    return { at: null, buyRate: 0, sellRate: 0, percent: Number.NaN, carryPercent }
  const buyRate = ofBuy.at - at < sameSettlementMs ? ofBuy.rate : 0
  const sellRate = ofSell.at - at < sameSettlementMs ? ofSell.rate : 0
  return { at, buyRate, sellRate, percent: (sellRate - buyRate) * 100, carryPercent }
}

interface LegFunding {
  /** Infinity where nothing is due or known. */
  readonly at: number
  readonly rate: number
  readonly yearly: number
}

const none: LegFunding = { at: Number.POSITIVE_INFINITY, rate: 0, yearly: 0 }
const unknown: LegFunding = { at: Number.POSITIVE_INFINITY, rate: Number.NaN, yearly: Number.NaN }

function legFunding(leg: Instrument, fundingOf: FundingOf, now: number): LegFunding {
  if (leg.kind !== 'perpetual') return none
  const funding = fundingOf(leg)
  if (funding === null) return unknown
  const { nextFundingAt, intervalHours } = funding
  const rate = Number(funding.rate)
  const yearly = intervalHours === null ? Number.NaN : (rate * hoursAYear) / intervalHours
  // A settlement that is over was paid at that rate; what the next one brings has not been told yet.
  if (nextFundingAt === null || nextFundingAt <= now) return { ...unknown, yearly }
  return { at: nextFundingAt, rate, yearly }
}

/** Premiums are paid over so many hours, however often a contract settles: formulas divide a settlement's rate by 8 / its interval. */
const hoursOfPremium = 8

/**
 * What the price basis would pay in a year, percent: exchanges set a perpetual's funding after its premium over the spot price, so a basis
 * that stood would be paid once every eight hours (Binance "Introduction to Binance Futures Funding Rates", OKX "Revision of the Funding
 * Rate Formula"). Either way round it is the pair's gross spread: bought spot is paid by a perpetual above it, a bought perpetual pays
 * while it is above, which is where its gross spread is below zero. null: not known.
 */
export const basisCarryPercent = (grossPercent: number | null): number | null =>
  grossPercent === null ? null : (grossPercent * hoursAYear) / hoursOfPremium
