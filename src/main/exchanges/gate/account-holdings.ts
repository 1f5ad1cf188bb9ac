/**
 * What a Gate account holds, moves and is paid: balances, positions, transfers, funding. Sources: API V4 "Spot", "Wallet",
 * "Futures"; stream documents "spot.balances", "futures.balances", "futures.positions"; fixtures gate/account_rest.json and
 * account_ws.ndjson.
 */
import { addAmounts, isZeroAmount, subtractAmounts } from '../../../shared/amount.ts'
import type {
  Balance,
  FundingPayment,
  Position,
  Transfer,
  TransferStatus,
  Wallet,
} from '../../../shared/domain/index.ts'
import {
  absolute,
  amountOf,
  badRow,
  baseAmount,
  goodRow,
  type Reader,
  type Reading,
  readRow,
  requiredAmount,
  timeOf,
  unlessZero,
} from './account-normalize.ts'
import {
  FuturesAccount,
  FuturesBalanceChange,
  FuturesPosition,
  LedgerEntry,
  SpotBalance,
  SpotBalanceChange,
  SubAccountMove,
  WalletRecord,
} from './account-schemas.ts'

const settleAsset = 'USDT'

// Balances

/** Row of /spot/accounts. */
export function readSpotBalance(json: unknown, { account, receivedAt }: Reader): Reading<Balance> {
  return readRow(SpotBalance, json, (row) => {
    const [free, locked] = [requiredAmount(row.available), requiredAmount(row.locked)]
    const total = addAmounts(free, locked)
    const asset = row.currency
    return goodRow({
      account,
      exchange: 'gate',
      wallet: 'spot',
      asset,
      free,
      locked,
      total,
      exchangeAt: null,
      receivedAt,
    })
  })
}

/**
 * Row of spot.balances. The total is available + freeze, as REST has it: the `total` that comes along differs from it in Gate's own
 * sample, and a sum made in two ways would show as drift. Where `freeze` is absent `total` stands.
 */
export function readSpotBalanceChange(json: unknown, { account, receivedAt }: Reader): Reading<Balance> {
  return readRow(SpotBalanceChange, json, (row) => {
    const free = requiredAmount(row.available)
    const locked = amountOf(row.freeze)
    const total = locked === null ? amountOf(row.total) : addAmounts(free, locked)
    if (total === null) return badRow('schema', `${row.currency}: neither freeze nor total`)
    return goodRow({
      account,
      exchange: 'gate',
      wallet: 'spot',
      asset: row.currency,
      free,
      locked,
      total,
      exchangeAt: timeOf(row.timestamp_ms, row.timestamp),
      receivedAt,
    })
  })
}

/**
 * /futures/usdt/accounts. `total` excludes unrealised profit; what of it is not available is locked. With cross margin `available` may
 * exceed `total` by open profit: then what is locked is not told. In a unified account (margin_mode 1 to 3) these fields do not tell
 * what is held: rejected as `value`.
 */
export function readFuturesBalance(json: unknown, { account, receivedAt }: Reader): Reading<Balance> {
  return readRow(FuturesAccount, json, (row) => {
    if ((row.margin_mode ?? 0) !== 0) {
      return badRow('value', `unified account (margin_mode ${row.margin_mode}): its balance stands elsewhere`)
    }
    const [total, free] = [requiredAmount(row.total), requiredAmount(row.available)]
    const locked = subtractAmounts(total, free)
    return goodRow({
      account,
      exchange: 'gate',
      wallet: 'futures',
      asset: (row.currency || settleAsset).toUpperCase(),
      free,
      locked: locked.startsWith('-') ? null : locked,
      total,
      exchangeAt: null,
      receivedAt,
    })
  })
}

/** Row of futures.balances: the total after a change; how much of it is free is not told. */
export function readFuturesBalanceChange(json: unknown, { account, receivedAt }: Reader): Reading<Balance> {
  return readRow(FuturesBalanceChange, json, (row) =>
    goodRow({
      account,
      exchange: 'gate',
      wallet: 'futures',
      asset: (row.currency || settleAsset).toUpperCase(),
      free: null,
      locked: null,
      total: requiredAmount(row.balance),
      exchangeAt: timeOf(row.time_ms, row.time),
      receivedAt,
    }),
  )
}

// Positions

const positionSides: ReadonlyMap<string, Position['side']> = new Map(
  Object.entries({
    single: 'BOTH',
    dual_long: 'LONG',
    dual_short: 'SHORT',
  }),
)

/**
 * Row of /futures/usdt/positions and futures.positions; size in contracts, negative for short.
 *
 * Out     the margin mode is pos_margin_mode and the leverage lever; where they are not told, leverage 0 is cross margin, whose limit stands
 *         in cross_leverage_limit (0: none told). Prices of 0 are absent ones. Streams tell neither mark price nor unrealised profit
 * Rejects unknownInstrument; value (a mode that is not documented)
 */
export function readPosition(json: unknown, { account, lookup, receivedAt }: Reader): Reading<Position> {
  return readRow(FuturesPosition, json, (row) => {
    const instrument = lookup.perpetual.get(row.contract)
    if (!instrument) return badRow('unknownInstrument', row.contract)
    const side = positionSides.get(row.mode ?? 'single')
    if (side === undefined) return badRow('value', `${row.contract}: unknown mode ${row.mode}`)
    const isolated = unlessZero(row.leverage)
    const byLeverage = amountOf(row.leverage) === null ? null : isolated === null ? 'cross' : 'isolated'
    const told = row.pos_margin_mode
    return goodRow({
      account,
      exchange: 'gate',
      symbol: instrument.symbol,
      side,
      quantity: baseAmount(row.size, instrument),
      entryPrice: unlessZero(row.entry_price),
      markPrice: unlessZero(row.mark_price),
      unrealisedPnl: amountOf(row.unrealised_pnl),
      liquidationPrice: unlessZero(row.liq_price),
      leverage: unlessZero(row.lever) ?? isolated ?? unlessZero(row.cross_leverage_limit),
      marginMode: told === 'cross' || told === 'isolated' ? told : byLeverage,
      settleAsset: instrument.quote,
      exchangeAt: timeOf(row.time_ms, row.update_time, row.time),
      receivedAt,
    })
  })
}

// Transfers

/**
 * Words that Gate documents, those of older documents too. What was credited counts as completed: the balance has it, though it cannot
 * be withdrawn yet.
 */
const transferStatuses: ReadonlyMap<string, TransferStatus> = new Map(
  Object.entries({
    DONE: 'completed',
    DEP_CREDITED: 'completed',
    CANCEL: 'cancelled',
    FAIL: 'failed',
    INVALID: 'failed',
    REJECT: 'failed',
    REQUEST: 'pending',
    MANUAL: 'pending',
    BCODE: 'pending',
    EXTPEND: 'pending',
    VERIFY: 'pending',
    PROCES: 'pending',
    PEND: 'pending',
    DMOVE: 'pending',
    SPLITPEND: 'pending',
    REVIEW: 'pending',
    TRACK: 'pending',
    BLOCKED: 'pending',
    CANCELPEND: 'pending',
    FVERIFY: 'pending',
    LOCKED: 'pending',
  }),
)

/**
 * Row of /wallet/deposits or /wallet/withdrawals. The `amount` of a withdrawal is what left the account, the fee included. Rejects value:
 * a status that Gate does not document, no time, a fee above the amount.
 */
export function readWalletRecord(
  kind: 'deposit' | 'withdrawal',
  json: unknown,
  { account, receivedAt }: Reader,
): Reading<Transfer> {
  return readRow(WalletRecord, json, (row) => {
    const status = transferStatuses.get(row.status)
    if (status === undefined) return badRow('value', `${kind} ${row.id}: unknown status ${row.status}`)
    const createdAt = timeOf(row.timestamp)
    if (createdAt === null) return badRow('value', `${kind} ${row.id}: no time`)
    const fee = amountOf(row.fee)
    const moved = absolute(requiredAmount(row.amount))
    const amount = kind === 'withdrawal' && fee !== null ? subtractAmounts(moved, fee) : moved
    if (amount.startsWith('-')) return badRow('value', `${kind} ${row.id}: its fee is above its amount`)
    return goodRow({
      account,
      exchange: 'gate',
      transferId: row.id,
      kind,
      asset: row.currency,
      amount,
      fee,
      feeAsset: fee === null ? null : row.currency,
      network: row.chain || null,
      address: row.address || null,
      transactionId: row.txid || null,
      fromWallet: null,
      toWallet: null,
      status,
      exchangeStatus: row.status,
      createdAt,
      updatedAt: timeOf(row.timestamp2),
      receivedAt,
    })
  })
}

const subAccountWallets: ReadonlyMap<string, Wallet> = new Map([
  ['spot', 'spot'],
  ['futures', 'futures'],
])

/**
 * A move between the main account's spot wallet and a wallet of a sub-account, as `user` sees it, who is one of the two.
 *
 * In      {"timest":"1592809000","uid":"10001","sub_account":"10002","sub_account_type":"spot","currency":"BTC","amount":"1","direction":"to",
 *          "source":"web","client_order_id":"da3ce7a088c8b0372b741419c7829033","status":"success"}
 * Out     rows have no id: they are known by what they tell. Gate documents no status but `success`
 * Rejects value: no time, another status, a wallet that is not read, accounts of others
 */
export function readSubAccountMove(user: string, json: unknown, { account, receivedAt }: Reader): Reading<Transfer> {
  return readRow(SubAccountMove, json, (row) => {
    const { timest, uid, sub_account, sub_account_type, currency, amount, direction, client_order_id } = row
    const what = `move ${direction} sub-account ${sub_account}`
    const createdAt = timeOf(timest)
    if (createdAt === null) return badRow('value', `${what}: no time`)
    const status = row.status || 'success'
    if (status !== 'success') return badRow('value', `${what}: unknown status ${status}`)
    if (user !== uid && user !== sub_account) return badRow('value', `${what}: of others`)
    const type = sub_account_type || 'spot'
    const own = user === uid ? 'spot' : subAccountWallets.get(type)
    if (own === undefined) return badRow('value', `${what}: its wallet ${type} is not read`)
    const leaves = (direction === 'to') === (user === uid)
    const moved = requiredAmount(amount)
    return goodRow({
      account,
      exchange: 'gate',
      transferId: [timest, sub_account, type, direction, currency, moved, client_order_id || '-'].join(' '),
      kind: 'internal',
      asset: currency,
      amount: moved,
      fee: null,
      feeAsset: null,
      network: null,
      address: null,
      transactionId: null,
      fromWallet: leaves ? own : null,
      toWallet: leaves ? null : own,
      status: 'completed',
      exchangeStatus: status,
      createdAt,
      updatedAt: null,
      receivedAt,
    })
  })
}

/** Row of the account book with type `dnw`: positive came from the spot wallet, negative went there. Its times have microseconds. */
export function readInternalTransfer(json: unknown, { account, receivedAt }: Reader): Reading<Transfer> {
  return readRow(LedgerEntry, json, (row) => {
    const createdAt = timeOf(row.time)
    if (createdAt === null) return badRow('value', `account book ${row.id}: no time`)
    const change = requiredAmount(row.change)
    if (isZeroAmount(change)) return badRow('value', `account book ${row.id}: a transfer of 0`)
    const leaves = change.startsWith('-')
    return goodRow({
      account,
      exchange: 'gate',
      transferId: ledgerId(row),
      kind: 'internal',
      asset: settleAsset,
      amount: absolute(change),
      fee: null,
      feeAsset: null,
      network: null,
      address: null,
      transactionId: null,
      fromWallet: leaves ? 'futures' : 'spot',
      toWallet: leaves ? 'spot' : 'futures',
      status: 'completed',
      exchangeStatus: row.type,
      createdAt,
      updatedAt: createdAt,
      receivedAt,
    })
  })
}

/** Rows of before ids came are known by time and change. */
const ledgerId = ({ id, time, change }: LedgerEntry): string => (id ? String(id) : `${time} ${change}`)

// Funding

/** Row of the account book with type `fund`: `change` is negative when we paid. */
export function readFundingPayment(json: unknown, { account, lookup, receivedAt }: Reader): Reading<FundingPayment> {
  return readRow(LedgerEntry, json, (row) => {
    const contract = contractOf(row)
    const instrument = lookup.perpetual.get(contract)
    if (!instrument) return badRow('unknownInstrument', contract)
    const at = timeOf(row.time)
    if (at === null) return badRow('value', `account book ${row.id}: no time`)
    return goodRow({
      account,
      exchange: 'gate',
      symbol: instrument.symbol,
      paymentId: ledgerId(row),
      asset: instrument.quote,
      amount: requiredAmount(row.change),
      at,
      receivedAt,
    })
  })
}

/** Named by itself, or before the colon of `text`: `ETH_USDT:6086261`. */
const contractOf = ({ contract, text }: LedgerEntry): string => contract || (text ?? '').split(':', 1).join('')

/** Of account book rows with type `pnl`: which trade it belongs to, by three marks at once, and the profit, fee not deducted. */
export interface RealisedPnl {
  readonly contract: string
  readonly orderId: string
  readonly tradeId: string
  readonly change: string
  /** The row's own. */
  readonly id: string
}

/** Rejects value where a mark is missing: such a profit cannot be told to belong to a trade. */
export function readRealisedPnl(json: unknown): Reading<RealisedPnl> {
  return readRow(LedgerEntry, json, (row) => {
    const contract = contractOf(row)
    const orderId = (row.text ?? '').slice(contract.length + 1)
    const tradeId = row.trade_id ? String(row.trade_id) : ''
    const names = row.text?.startsWith(`${contract}:`) === true && orderId !== '' && tradeId !== ''
    if (!names) return badRow('value', `account book ${row.id}: names no trade`)
    return goodRow({ contract, orderId, tradeId, change: requiredAmount(row.change), id: ledgerId(row) })
  })
}
