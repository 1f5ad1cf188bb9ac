import { Amount, amountText, isSameAmount, isZeroAmount, sumAmounts } from '../../shared/amount.ts'
import type { EpochMs, ExchangeId, Position } from '../../shared/domain/index.ts'
import type { PnlReport, PnlSymbol } from '../../shared/pnl.ts'
import { assetsOf } from './assets.ts'

/** What is open now, as the accounts and the markets tell it. */
export interface OpenNow {
  readonly now: EpochMs
  /** Closed ones too, with a quantity of 0. */
  readonly positions: readonly Position[]
  /** The account's positions are confirmed. */
  isLive(account: string): boolean
  priceOf(exchange: ExchangeId, base: string, quote: string): number | null
}

const key = ({ account, symbol }: Pick<Position, 'account' | 'symbol'>): string => `${account} ${symbol}`

/**
 * Adds what is not realised: perpetuals as their exchange says, also those of which no fill is stored, spot at the newest price of its
 * market. What an exchange said before its account was interrupted is not of now, and left out with a note. A position that is not what the fills have left open is noted: then they do not begin with it, and what closing it brought is
 * not known. A report that ended before now has none of this: what is open now and today's prices are not of its time.
 */
export function withUnrealised(
  report: PnlReport,
  { account, to }: { readonly account: string | null; readonly to: EpochMs | null },
  open: OpenNow,
): PnlReport {
  if (to !== null && to <= open.now) return report
  const positions = new Map<string, Position[]>()
  for (const position of open.positions) {
    if (account !== null && position.account !== account) continue
    positions.set(key(position), [...(positions.get(key(position)) ?? []), position])
  }
  const known = new Set(report.symbols.filter(isOwnAsset).map(key))
  const unknown = [...positions].flatMap(([name, [first, ...more]]) =>
    first === undefined || known.has(name) || [first, ...more].every(({ quantity }) => isZeroAmount(quantity))
      ? []
      : rowOf(first),
  )
  const symbols = [...report.symbols, ...unknown].map((row) => {
    if (!isOwnAsset(row)) return row
    return { ...row, unrealised: unrealisedOf(row, positions.get(key(row)) ?? [], open) }
  })
  const notes = symbols.flatMap((row) => noteOf(row, positions.get(key(row)) ?? [], open))
  return { ...report, symbols, notes: [...report.notes, ...notes] }
}

/** Not that of funding paid in another asset: what is open of a symbol stands in one of its rows. */
const isOwnAsset = ({ symbol, asset }: PnlSymbol): boolean => assetsOf(symbol).quote === asset

const heldOf = (positions: readonly Position[]): readonly Position[] =>
  positions.filter(({ quantity }) => !isZeroAmount(quantity))

function unrealisedOf(row: PnlSymbol, positions: readonly Position[], open: OpenNow): string | null {
  const { base, quote, isPerpetual } = assetsOf(row.symbol)
  if (isPerpetual) {
    const held = heldOf(positions)
    const told = held.flatMap(({ unrealisedPnl }) => unrealisedPnl ?? [])
    const isKnown = open.isLive(row.account) && held.length > 0 && told.length === held.length
    return isKnown ? sumAmounts(told) : null
  }
  const price = row.openCost === null ? null : open.priceOf(row.exchange, base, quote)
  if (price === null || row.openCost === null) return null
  return amountText(new Amount(row.openQuantity).times(price).minus(row.openCost).toDecimalPlaces(8))
}

function noteOf(row: PnlSymbol, positions: readonly Position[], open: OpenNow): string[] {
  const { account, symbol, openQuantity } = row
  const { base, isPerpetual } = assetsOf(symbol)
  if (!isPerpetual || !isOwnAsset(row)) return []
  if (!open.isLive(account))
    return heldOf(positions).length === 0
      ? []
      : [`${symbol} (${account}): its exchange has not confirmed the position lately; what is unrealised is left out`]
  const told = sumAmounts(positions.map(({ quantity }) => quantity))
  if (isSameAmount(told, openQuantity)) return []
  return [
    `${symbol} (${account}): the stored fills leave ${openQuantity} ${base} open, the exchange says ${told}: what opened or closed the rest is not stored, and the profit may be wrong by it`,
  ]
}

const rowOf = ({ account, exchange, symbol }: Position): PnlSymbol => ({
  ...{ account, exchange, symbol, asset: assetsOf(symbol).quote },
  ...{ realised: '0', fees: '0', funding: '0', net: '0', fills: 0 },
  ...{ openQuantity: '0', openCost: null, unrealised: null, uncoveredQuantity: '0' },
})
