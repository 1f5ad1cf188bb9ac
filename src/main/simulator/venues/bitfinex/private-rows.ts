/** The account in Bitfinex's arrays: rows that private REST and the private socket share. */
import { Amount, amountText, isZeroAmount, negateAmount, subtractAmounts } from '../../../../shared/amount.ts'
import type {
  SimBalance,
  SimFill,
  SimFunding,
  SimLedgerEntry,
  SimOrder,
  SimPositionView,
  SimTransfer,
  SimWallet,
} from '../../account/contract.ts'
import { exact } from './exact-numbers.ts'
import { codeOf, pairOf, symbolOf } from './names.ts'

export type Row = readonly unknown[]

const walletWords: Readonly<Record<SimWallet, string>> = { spot: 'exchange', futures: 'margin', funding: 'funding' }
/** Collateral of perpetuals is called by a code of its own. */
const currencyOf = (wallet: SimWallet, asset: string): string => `${codeOf(asset)}${wallet === 'futures' ? 'F0' : ''}`

const signed = (side: 'BUY' | 'SELL', amount: string): string => (side === 'BUY' ? amount : negateAmount(amount))
const none = (count: number): null[] => Array.from({ length: count }, () => null)

/** `[TYPE, CURRENCY, BALANCE, UNSETTLED_INTEREST, AVAILABLE, LAST_CHANGE, META]` */
export const walletRow = ({ wallet, asset, total, free }: SimBalance, change: string | null = null): Row => [
  walletWords[wallet],
  currencyOf(wallet, asset),
  exact(total),
  0,
  exact(free),
  change,
  null,
]

function typeOf({ type, timeInForce, instrument }: SimOrder): string {
  const word = type === 'MARKET' ? 'MARKET' : timeInForce === 'IOC' || timeInForce === 'FOK' ? timeInForce : 'LIMIT'
  return instrument.kind === 'spot' ? `EXCHANGE ${word}` : word
}

/** Bitfinex has no word for orders that expired; one that it refused on its own is paused. */
function statusOf(order: SimOrder): string {
  const { status, filledQuantity, timeInForce } = order
  const traded = `@ ${amountText(averageOf(order))}(${filledQuantity})`
  const was = isZeroAmount(filledQuantity) ? '' : ` was: PARTIALLY FILLED ${traded}`
  switch (status) {
    case 'NEW':
      return 'ACTIVE'
    case 'PARTIALLY_FILLED':
      return `PARTIALLY FILLED ${traded}`
    case 'FILLED':
      return `EXECUTED ${traded}`
    case 'REJECTED':
      return `RSN_PAUSE (trading is paused)${was}`
    case 'EXPIRED':
      return `${timeInForce === 'IOC' ? 'IOC ' : timeInForce === 'FOK' ? 'FILLORKILL ' : ''}CANCELED${was}`
    case 'CANCELED':
      return `CANCELED${was}`
  }
}

const averageOf = ({ filledQuote, filledQuantity }: SimOrder): Amount =>
  isZeroAmount(filledQuantity) ? new Amount(0) : new Amount(filledQuote).div(filledQuantity).toSignificantDigits(15)

const postOnly = 4_096
const reduceOnly = 1_024

export function orderRow(order: SimOrder): Row {
  const { id, clientOrderId, instrument, side, quantity, filledQuantity, createdAt, updatedAt, price } = order
  const flags = (order.timeInForce === 'POST_ONLY' ? postOnly : 0) + (order.reduceOnly ? reduceOnly : 0)
  const remaining = subtractAmounts(quantity, filledQuantity)
  return [
    ...[Number(id), null, clientNumber(clientOrderId), symbolOf(instrument), createdAt, updatedAt],
    ...[exact(signed(side, remaining)), exact(signed(side, quantity)), typeOf(order), null, null, null, flags],
    ...[statusOf(order), null, null, exact(price ?? '0'), exact(amountText(averageOf(order))), 0, 0, null, null, null],
    ...[0, 0, null, null, null, 'API>BFX', null, null, {}],
  ]
}

/** CIDs are integers: the digits of whatever the client called it. */
const clientNumber = (clientOrderId: string): number | null => {
  const digits = clientOrderId.replace(/\D/g, '').slice(-15)
  return digits === '' ? null : Number(digits)
}

/** `te` does not know the fee yet. */
export const tradeRow = (
  { tradeId, instrument, at, order, side, quantity, price, isMaker, fee, feeAsset }: SimFill,
  knowsFee = true,
): Row => [
  ...[Number(tradeId), symbolOf(instrument), at, Number(order.id), exact(signed(side, quantity)), exact(price)],
  ...[typeOf(order), exact(order.price ?? price), isMaker ? 1 : -1],
  ...(knowsFee
    ? [exact(negateAmount(fee)), currencyOf(instrument.kind === 'spot' ? 'spot' : 'futures', feeAsset)]
    : none(2)),
  order.createdAt,
]

export function positionRow({
  instrument,
  quantity,
  entryPrice,
  unrealisedPnl,
  liquidationPrice,
  leverage,
}: SimPositionView): Row {
  const isOpen = !isZeroAmount(quantity)
  return [
    ...[symbolOf(instrument), isOpen ? 'ACTIVE' : 'CLOSED', exact(quantity), isOpen ? exact(entryPrice) : null, 0, 0],
    ...[isOpen ? exact(unrealisedPnl) : null, null, isOpen ? exact(liquidationPrice) : null, exact(leverage), null],
    ...[instrument.listedAt, null, null, null, 1, null, null, null, null],
  ]
}

const movementStatus: Readonly<Record<SimTransfer['status'], string>> = {
  pending: 'PROCESSING',
  completed: 'COMPLETED',
  failed: 'FAILURE',
  cancelled: 'CANCELED',
  refunded: 'CANCELED',
}

export function movementRow(transfer: SimTransfer): Row {
  const { id, kind, asset, network, createdAt, updatedAt, status, amount, fee, address, transactionId } = transfer
  const isOut = kind === 'withdrawal'
  return [
    ...[Number(id), codeOf(asset), network, null, null, createdAt, updatedAt, null, null, movementStatus[status]],
    ...[null, null, exact(isOut ? negateAmount(amount) : amount), exact(negateAmount(fee)), null, null],
    ...[address, null, null, null, transactionId, null],
  ]
}

const description = ({ reason, wallet, asset, change, transfer, funding }: SimLedgerEntry): string => {
  const on = `on wallet ${walletWords[wallet]}`
  if (reason === 'internal' && transfer?.fromWallet != null && transfer.toWallet !== null) {
    const [from, to] = [walletName(transfer.fromWallet), walletName(transfer.toWallet)]
    return `Transfer of ${change} ${codeOf(asset)} from wallet ${from} to ${to} ${on}`
  }
  if (funding !== null) return fundingWords(funding)
  return `${reason} ${on}`
}

const walletName = (wallet: SimWallet): string => ({ spot: 'Exchange', futures: 'Trading', funding: 'Deposit' })[wallet]

export const fundingWords = ({ instrument }: SimFunding): string =>
  `Derivatives funding event ${pairOf(instrument)} on wallet margin`

/** Numbers of the `category` filter that have something here. */
export const categoryOf = ({ reason }: SimLedgerEntry): number =>
  ({
    ...{ trade: 5, fee: 201, realised_pnl: 22, funding: 29, deposit: 101, withdrawal: 104, withdrawal_fee: 254 },
    internal: 51,
  })[reason]

/** Entries count by themselves; payments and transfers keep their own numbers, which nothing else here has. */
export const ledgerRow = (entry: SimLedgerEntry): Row => [
  entry.transfer !== null && entry.reason === 'internal' ? Number(entry.transfer.id) : 16_500_000 + entry.number,
  currencyOf(entry.wallet, entry.asset),
  walletWords[entry.wallet],
  entry.at,
  null,
  exact(entry.change),
  exact(entry.total),
  null,
  description(entry),
]
