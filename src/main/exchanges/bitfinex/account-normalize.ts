/**
 * Wallets, orders, trades and positions of Bitfinex in Crossbook's words, the same rows by REST and by stream. Signs are sides; codes
 * of assets are read as `symbols.ts` says.
 */

import { Amount, amountText, isZeroAmount, negateAmount, subtractAmounts, sumAmounts } from '../../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  Instrument,
  Order,
  OrderStatus,
  Position,
  Wallet,
} from '../../../shared/domain/index.ts'
import type { WithRaw } from '../account-contract.ts'
import type { Reading } from '../account-rows.ts'
import type { InstrumentLookup } from '../contract.ts'
import { bad, foreign, good, type RowReading } from '../rows.ts'
import { Fields, orderColumns, positionColumns, Row, tradeColumns, walletColumns } from './account-schemas.ts'
import { type Aliases, assetOf, codesOf, find, isPaper } from './symbols.ts'

/** What every row of an account carries or needs. */
export interface AccountContext {
  readonly account: string
  readonly lookup: InstrumentLookup
  /** The asset of a code (`UST`). */
  assetOf(code: string): string
}

/** Known without any list: what wallets hold before instruments have arrived. */
const standing: Aliases = new Map([
  ['UST', 'USDT'],
  ['UDC', 'USDC'],
])

/** Reads what codes mean out of the listed instruments, which were named by Bitfinex's table; anew when there are others. */
export function contextOf(account: string, lookup: InstrumentLookup): AccountContext {
  let aliases = standing
  let size = 0
  const learn = (): void => {
    const learned = new Map(standing)
    for (const { nativeName, base, quote } of [...lookup.spot.values(), ...lookup.perpetual.values()]) {
      const codes = codesOf(nativeName.slice(1))
      if (codes === null) continue
      learned.set(codes[0].replace(/F0$/, ''), base)
      learned.set(codes[1].replace(/F0$/, ''), quote)
    }
    aliases = learned
  }
  return {
    account,
    lookup,
    assetOf(code) {
      const listed = lookup.spot.size + lookup.perpetual.size
      if (listed !== size) {
        size = listed
        learn()
      }
      return assetOf(code, aliases)
    },
  }
}

const walletsOf: ReadonlyMap<string, Wallet> = new Map([
  ['exchange', 'spot'],
  ['margin', 'futures'],
  ['funding', 'funding'],
])
export const walletOf = (word: unknown): Wallet | null => walletsOf.get(String(word)) ?? null

/** A wallet's row: several codes may be one asset there (margin wallets hold `UST` and `USTF0`). */
export interface WalletPart {
  readonly code: string
  readonly balance: Balance
}

/**
 * In      ["exchange","UST",1250.5,0,1000.5,null,null]
 * Out     total = BALANCE, free = AVAILABLE (null where it was not computed), locked what is between; the row carries no time
 */
export function readWallet(context: AccountContext, json: unknown, receivedAt: EpochMs): RowReading<WalletPart> {
  const row = Row.safeParse(json)
  if (!row.success) return bad('wallet', json)
  const fields = new Fields(row.data, walletColumns)
  const wallet = walletOf(fields.value('type'))
  // `contribution` and whatever may come hold nothing to trade with.
  if (wallet === null) return foreign
  const code = fields.text('currency')
  if (isPaper(code)) return foreign
  const [total, free] = [fields.decimal('balance'), fields.decimalOrNull('available')]
  if (fields.problem !== null) return fields.problem
  const locked = free === null ? null : subtractAmounts(total, free)
  const { account } = context
  const asset = context.assetOf(code)
  const balance = {
    account,
    exchange: 'bitfinex',
    wallet,
    asset,
    free,
    locked,
    total,
    exchangeAt: null,
    receivedAt,
  } as const
  return good({ code, balance })
}

/** Parts of one wallet and asset as one balance; what one of them does not tell, nobody knows of the sum. */
export function joinWallets(parts: readonly WalletPart[]): readonly Balance[] {
  const joined = new Map<string, Balance>()
  for (const { balance } of parts) {
    const key = `${balance.wallet} ${balance.asset}`
    const other = joined.get(key)
    const sum = (a: string | null, b: string | null) => (a === null || b === null ? null : sumAmounts([a, b]))
    joined.set(
      key,
      other === undefined
        ? balance
        : {
            ...balance,
            total: sumAmounts([other.total, balance.total]),
            free: sum(other.free, balance.free),
            locked: sum(other.locked, balance.locked),
          },
    )
  }
  return [...joined.values()]
}

export const isEmptyBalance = ({ free, locked, total }: Balance): boolean =>
  [free ?? '0', locked ?? '0', total].every(isZeroAmount)

/** The row's instrument comes before anything else of the row is judged. */
function ofInstrument<T>(
  json: unknown,
  column: number,
  lookup: InstrumentLookup,
  then: (row: readonly unknown[], instrument: Instrument) => RowReading<T>,
): Reading<WithRaw<T>> {
  const row = Row.safeParse(json)
  const symbol = row.success ? row.data[column] : undefined
  if (!row.success || typeof symbol !== 'string') return bad('symbol', symbol ?? json)
  if (isPaper(symbol) || symbol.startsWith('f')) return foreign
  const instrument = find(lookup, symbol)
  if (instrument === undefined) return { kind: 'unlisted', name: symbol }
  const reading = then(row.data, instrument)
  return reading.kind === 'row' ? good({ row: reading.value, raw: JSON.stringify(json) }) : reading
}

/**
 * Of margin trading in a spot pair, which changes a position and no wallet of spot: none of ours, as its positions are none. Trades
 * before March 2020 name no type.
 */
const isMarginTrading = ({ kind }: Instrument, type: unknown): boolean =>
  kind === 'spot' && typeof type === 'string' && !type.startsWith('EXCHANGE ')

const flags = { reduceOnly: 1_024, postOnly: 4_096 } as const

/** `EXCHANGE LIMIT` is spot's, `LIMIT` that of margin and derivatives. A type that is none of these stands for itself. */
function typeOf(words: string, flagged: number): Pick<Order, 'type' | 'timeInForce'> {
  const type = words.replace(/^EXCHANGE /, '')
  if (type === 'LIMIT') return { type: 'LIMIT', timeInForce: (flagged & flags.postOnly) === 0 ? 'GTC' : 'POST_ONLY' }
  if (type === 'IOC' || type === 'FOK') return { type: 'LIMIT', timeInForce: type }
  return { type: type.replaceAll(' ', '_'), timeInForce: null }
}

/** Words that begin the status; whatever follows tells prices. The first that fits. */
function statusOf(words: string, isPart: boolean): OrderStatus | null {
  if (/^ACTIVE/.test(words)) return isPart ? 'PARTIALLY_FILLED' : 'NEW'
  if (/^PARTIALLY FILLED/.test(words)) return 'PARTIALLY_FILLED'
  // Forced: a position is liquidated.
  if (/^(?:FORCED )?EXECUTED/.test(words)) return 'FILLED'
  if (/^(?:POSTONLY |IOC |FILLORKILL )?CANCELED/.test(words)) return 'CANCELED'
  return /^(?:INSUFFICIENT (?:BALANCE|MARGIN)|RSN_)/.test(words) ? (isPart ? 'CANCELED' : 'REJECTED') : null
}

/** Where an order has ended, words of one that goes on tell how it stood: what remained was cancelled (docs: order status). */
const endOf = (status: OrderStatus | null, remains: boolean): OrderStatus | null =>
  status === 'NEW' || status === 'PARTIALLY_FILLED' ? (remains ? 'CANCELED' : 'FILLED') : status

/**
 * In      [97084883506,null,1655110144596,"tLTCUST",1655110144596,1655110144598,0,0.1,"EXCHANGE MARKET",null,null,null,0,
 *         "EXECUTED @ 42.821(0.1)",null,null,42.799,42.821,…]
 * Out     one order; AMOUNT is what remains, so that what is filled is the rest of AMOUNT_ORIG, whose sign is the side. The price of a
 *         stop is its trigger; that of a market order is none
 *
 * `hasEnded`: the row stands where only orders that ended do
 */
export const readOrder = (
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
  hasEnded = false,
): Reading<WithRaw<Order>> =>
  ofInstrument(json, orderColumns.symbol, lookup, (row, instrument): RowReading<Order> => {
    if (isMarginTrading(instrument, row[orderColumns.type])) return foreign
    const fields = new Fields(row, orderColumns)
    const original = new Amount(fields.decimal('originalAmount'))
    const remaining = new Amount(fields.decimal('amount')).abs()
    const filled = original.abs().minus(remaining)
    const words = fields.text('status')
    const told = statusOf(words, filled.greaterThan(0))
    const status = hasEnded ? endOf(told, remaining.greaterThan(0)) : told
    const flagged = Number(fields.value('flags') ?? 0)
    const { type, timeInForce } = typeOf(fields.text('type'), flagged)
    const [price, average] = [fields.decimalOrNull('price'), fields.decimalOrNull('averagePrice')]
    const hasTrigger = type.includes('STOP')
    const limit = fields.decimalOrNull('limitPrice')
    const order: Order = {
      account,
      exchange: 'bitfinex',
      symbol: instrument.symbol,
      exchangeOrderId: fields.id('id'),
      clientOrderId: fields.value('clientId') === null ? null : fields.id('clientId'),
      side: original.isNegative() ? 'SELL' : 'BUY',
      type,
      timeInForce: fields.value('endsAt') === null ? timeInForce : 'GTD',
      price: hasTrigger ? (type === 'STOP_LIMIT' ? limit : null) : type === 'MARKET' ? null : price,
      stopPrice: hasTrigger ? price : null,
      quantity: amountText(original.abs()),
      quoteQuantity: null,
      filledQuantity: amountText(filled),
      averagePrice: average === null || isZeroAmount(average) ? null : average,
      status: status ?? 'NEW',
      exchangeStatus: words,
      reduceOnly: (flagged & flags.reduceOnly) !== 0,
      createdAt: fields.time('createdAt'),
      updatedAt: fields.time('updatedAt'),
      receivedAt,
    }
    if (fields.problem !== null) return fields.problem
    if (original.isZero() || filled.isNegative())
      return bad('amount', row[orderColumns.amount], 'not a part of the order')
    return status === null ? bad('status', words, 'an unknown word') : good(order)
  })

/**
 * In      [1133411090,"tLTCUST",1655110144598,97084883506,0.1,42.821,"EXCHANGE MARKET",42.799,-1,-0.0002,"LTC",1655110144596]
 * Out     one fill; a fee is negative where it was paid; the profit of a perpetual is not told
 */
export const readTrade = (
  { account, lookup, assetOf: asset }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<WithRaw<Fill>> =>
  ofInstrument(json, tradeColumns.symbol, lookup, (row, instrument): RowReading<Fill> => {
    if (isMarginTrading(instrument, row[tradeColumns.orderType])) return foreign
    const fields = new Fields(row, tradeColumns)
    const amount = new Amount(fields.decimal('amount'))
    const [fee, feeCurrency] = [fields.decimalOrNull('fee'), fields.textOrNull('feeCurrency')]
    const maker = fields.value('maker')
    const fill: Fill = {
      account,
      exchange: 'bitfinex',
      symbol: instrument.symbol,
      tradeId: fields.id('id'),
      exchangeOrderId: fields.id('orderId'),
      side: amount.isNegative() ? 'SELL' : 'BUY',
      price: fields.decimal('price'),
      quantity: amountText(amount.abs()),
      fee: fee === null ? null : negateAmount(fee),
      feeAsset: feeCurrency === null ? null : asset(feeCurrency),
      liquidity: maker === 1 ? 'maker' : maker === -1 ? 'taker' : null,
      realisedPnl: null,
      at: fields.time('at'),
      receivedAt,
    }
    if (fields.problem !== null) return fields.problem
    return amount.isZero() ? bad('amount', row[tradeColumns.amount], 'nothing was traded') : good(fill)
  })

/**
 * In      ["tBTCF0:USTF0","ACTIVE",-0.02,86710.5,0,0,1.25,null,91000,10,null,145213000,…]
 * Out     the position of a perpetual, signed, "0" once it is closed; margin positions of spot pairs are none of ours
 */
export function readPosition(
  { account, lookup }: AccountContext,
  json: unknown,
  receivedAt: EpochMs,
): Reading<Position> {
  const reading = ofInstrument(json, positionColumns.symbol, lookup, (row, instrument): RowReading<Position> => {
    if (instrument.kind !== 'perpetual') return foreign
    const fields = new Fields(row, positionColumns)
    const isOpen = fields.value('status') === 'ACTIVE'
    const liquidation = fields.decimalOrNull('liquidationPrice')
    const position: Position = {
      account,
      exchange: 'bitfinex',
      symbol: instrument.symbol,
      side: 'BOTH',
      quantity: isOpen ? fields.decimal('amount') : '0',
      entryPrice: isOpen ? fields.decimalOrNull('basePrice') : null,
      markPrice: null,
      unrealisedPnl: isOpen ? fields.decimalOrNull('profit') : null,
      // 0: there is none.
      liquidationPrice: isOpen && !isZeroAmount(liquidation ?? '0') ? liquidation : null,
      leverage: fields.decimalOrNull('leverage'),
      marginMode: 'isolated',
      settleAsset: instrument.quote,
      exchangeAt: null,
      receivedAt,
    }
    return fields.problem ?? good(position)
  })
  return reading.kind === 'row' ? good(reading.value.row) : reading
}
