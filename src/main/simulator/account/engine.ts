/**
 * One trader's account at one venue, kept in agreement with itself: orders lock, fills move base and quote and charge fees
 * (`orders.ts`), positions realise profits (`positions.ts`), transfers come and go (`transfers.ts`), and every change of a balance is
 * an entry of the ledger (`book.ts`). Nothing happens by itself: the auto trader (`trader.ts`) or a test asks for it.
 *
 * Funding is -quantity x mark price x rate, in the quote asset of the futures wallet.
 *
 * Quantities are rounded down to lots, prices to the nearest tick, fees and profits to 8 decimals. What cannot be done throws
 * SimulatorError, and then nothing has changed.
 */
import { Amount, amountText } from '../../../shared/amount.ts'
import type { EpochMs, ExchangeId } from '../../../shared/domain/index.ts'
import { hashText, hashWide } from '../hash.ts'
import type { SimInstrument, SimMarket } from '../venue.ts'
import { AccountBook, type BookState } from './book.ts'
import type { SimAccountControl, SimAccountEvent, SimAccountRules, SimApiKey, SimFunding } from './contract.ts'
import type { AccountCore } from './core.ts'
import { fundingRateDue, nextFundingAt } from './funding.ts'
import { createOrderDesk, type OrdersState } from './orders.ts'
import { type Held, markPriceOf, Positions } from './positions.ts'
import { refuse, settled } from './requests.ts'
import { createTransferDesk, type TransfersState } from './transfers.ts'

const leverage = '10'
const defaultFundingHours = 8

export interface AccountEngineOptions {
  readonly exchange: ExchangeId
  readonly rules: SimAccountRules
  /** Its clock is the account's. */
  readonly market: SimMarket
  readonly seed: number
  readonly keys: readonly SimApiKey[]
  readonly fundingHours?: number
  /** A listener that throws has a bug; the account goes on. Thrown on when absent. */
  readonly onListenerError?: (error: unknown) => void
  /** Of an account that was there before, to go on from; it is this one's own from then on. Default: it holds nothing. */
  readonly from?: AccountState
}

/** All that an account is. */
export interface AccountState {
  readonly orders: OrdersState
  readonly book: BookState
  readonly positions: readonly Held[]
  readonly transfers: TransfersState
  readonly funding: readonly SimFunding[]
  readonly payments: number
}

export interface AccountEngine extends SimAccountControl {
  /** As it is now; not copied, so it is to be written at once. */
  state(): AccountState
}

export function createAccountEngine(options: AccountEngineOptions): AccountEngine {
  const { exchange, rules, market, seed, from, fundingHours = rules.fundingHours ?? defaultFundingHours } = options
  const own = hashText(seed, `account ${exchange}`)
  const keys = new Map(options.keys.map((key) => [key.key, key]))
  const listeners = new Set<(event: SimAccountEvent) => void>()
  const funding: SimFunding[] = [...(from?.funding ?? [])]
  let payments = from?.payments ?? 0

  function tell(event: SimAccountEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        if (!options.onListenerError) throw error
        options.onListenerError(error)
      }
    }
  }

  const book = new AccountBook(from?.book)
  const positions = new Positions(market, leverage, from?.positions)
  const core: AccountCore = { exchange, rules, market, seed: own, book, positions, tell }
  const orders = createOrderDesk(core, from?.orders)
  const transfers = createTransferDesk(core, from?.transfers)

  function settleFunding(instrument: SimInstrument, dueAt?: EpochMs): SimFunding | null {
    if (instrument.kind !== 'perpetual') return refuse('funding.instrument', instrument.symbol, 'must be a perpetual')
    const held = positions.quantity(instrument)
    if (held.isZero()) return null
    const at = dueAt ?? market.now()
    const rate = fundingRateDue(seed, instrument, dueAt ?? nextFundingAt(at, fundingHours))
    const mark = markPriceOf(market, instrument)
    const asset = instrument.quote
    const due = settled(held.times(mark).times(rate)).negated()
    // Nothing is liquidated, so an account without the means pays what it has.
    const amount = Amount.max(due, book.total(rules.futuresWallet, asset).negated())
    payments += 1
    const paid: SimFunding = {
      id: String(payments),
      number: payments,
      instrument,
      rate,
      markPrice: amountText(mark),
      quantity: amountText(held),
      amount: amountText(amount),
      asset,
      at,
    }
    funding.push(paid)
    book.post(rules.futuresWallet, asset, amount, { reason: 'funding', instrument, funding: paid }, at)
    const position = positions.view(instrument)
    if (position) tell({ kind: 'funding', funding: paid, balances: book.takeTouched(), position, at })
    return paid
  }

  function forget(before: EpochMs): void {
    orders.forget(before)
    transfers.forget(before)
    const kept = funding.findIndex(({ at }) => at >= before)
    funding.splice(0, kept === -1 ? funding.length : kept)
    book.forget(before)
  }

  return {
    exchange,
    userId: String(10_000_000 + (hashWide(own, 1) % 90_000_000)),
    rules,
    instruments: market.instruments,
    now: () => market.now(),
    key: (key) => {
      const known = keys.get(key)
      return known && (known.expiresAt === null || known.expiresAt > market.now()) ? known : undefined
    },
    balances: (wallet) => book.balances(wallet),
    openOrders: orders.open,
    orders: orders.all,
    order: orders.order,
    fills: orders.fills,
    positions: () => positions.views(),
    transfers: transfers.all,
    funding: () => funding.slice(),
    ledger: (wallet) => book.ledger(wallet),
    fundingRate: (instrument) => {
      const nextAt = nextFundingAt(market.now(), fundingHours)
      return {
        rate: fundingRateDue(seed, instrument, nextAt),
        markPrice: amountText(markPriceOf(market, instrument)),
        nextAt,
        intervalHours: fundingHours,
      }
    },
    onEvent: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    place: orders.place,
    fill: orders.fill,
    end: orders.end,
    deposit: transfers.deposit,
    withdraw: transfers.withdraw,
    advanceTransfer: transfers.advance,
    move: transfers.move,
    settleFunding,
    revokeKey: (key) => {
      if (keys.delete(key)) tell({ kind: 'key_revoked', key, at: market.now() })
    },
    addKey: (key) => {
      keys.set(key.key, key)
    },
    expireListenKeys: () => tell({ kind: 'listen_keys_expired', at: market.now() }),
    opening: (wallet, asset) => book.opening(wallet, asset),
    forget,
    state: () => ({
      orders: orders.state(),
      book: book.state(),
      positions: positions.state(),
      transfers: transfers.state(),
      funding,
      payments,
    }),
  }
}
