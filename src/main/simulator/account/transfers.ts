/**
 * Deposits, withdrawals and moves between wallets. A deposit credits once it is completed; a withdrawal holds its amount and fee at
 * once and leaves when completed; a move happens at once. Addresses and transaction ids are made from the seed.
 */
import { Amount, amountText } from '../../../shared/amount.ts'
import type { EpochMs, TransferKind } from '../../../shared/domain/index.ts'
import { hash, hashText } from '../hash.ts'
import type { SimMarket } from '../venue.ts'
import type { SimTransfer, SimWallet } from './contract.ts'
import { type AccountCore, needWallet } from './core.ts'
import { positiveAmount, refuse } from './requests.ts'

const networks: Readonly<Record<string, string>> = { BTC: 'BTC', USDT: 'TRX', USDC: 'ETH' }
/** Coins with a chain of their own are named like it. */
const ownChain = new Set([
  'ETH',
  'SOL',
  'XRP',
  'DOGE',
  'ADA',
  'LTC',
  'AVAX',
  'DOT',
  'TRX',
  'BCH',
  'ATOM',
  'NEAR',
  'APT',
])

const networkOf = (asset: string): string => networks[asset] ?? (ownChain.has(asset) ? asset : 'ETH')

/** About a dollar's worth, one digit: "0.000009" BTC, "1" USDT. */
function withdrawalFeeOf(market: SimMarket, asset: string): string {
  const instrument = market.find('spot', asset, 'USDT')
  if (!instrument) return '1'
  return amountText(new Amount(1).div(new Amount(market.quote(instrument).bidPrice)).toSignificantDigits(1))
}

/** Lower-case hexadecimal of the seed and a text, eight digits a word. */
function hexOf(seed: number, text: string, words: number): string {
  const key = hashText(seed, text)
  return Array.from({ length: words }, (_, index) => hash(key, index).toString(16).padStart(8, '0')).join('')
}

/** In the manner of its network; nobody's. */
function addressOf(network: string, hex: string): string {
  if (network === 'ETH') return `0x${hex}`
  if (network === 'BTC') return `bc1q${hex.slice(0, 38)}`
  return network === 'TRX' ? `T${hex.slice(0, 33)}` : hex
}

const zero = new Amount(0)

export interface TransfersState {
  readonly transfers: readonly SimTransfer[]
  readonly made: number
}

export function createTransferDesk(core: AccountCore, from?: TransfersState) {
  const { exchange, rules, market, book } = core
  const transfers = new Map(from?.transfers.map((transfer) => [transfer.id, transfer]))
  let made = from?.made ?? 0

  function transferOf(
    kind: SimTransfer['kind'],
    asset: string,
    amount: Amount,
    fee: string,
    wallets: readonly [SimWallet, SimWallet] | null,
    isOnChain = kind !== 'internal',
  ): SimTransfer {
    made += 1
    const at = market.now()
    const id = rules.transferId(made, kind)
    const transfer: SimTransfer = {
      id,
      number: made,
      kind,
      asset,
      amount: amountText(amount),
      fee,
      network: isOnChain ? networkOf(asset) : '',
      address: kind === 'internal' ? '' : addressOf(networkOf(asset), hexOf(core.seed, `${kind} ${asset}`, 5)),
      transactionId: kind === 'deposit' ? hexOf(core.seed, `transaction ${id}`, 8) : '',
      status: kind === 'internal' ? 'completed' : 'pending',
      fromWallet: wallets?.[0] ?? null,
      toWallet: wallets?.[1] ?? null,
      createdAt: at,
      updatedAt: at,
    }
    transfers.set(id, transfer)
    return transfer
  }

  const tellTransfer = (transfer: SimTransfer, change: Amount, at: EpochMs): SimTransfer => {
    core.tell({ kind: 'transfer', transfer, balances: book.takeTouched(), change: amountText(change), at })
    return transfer
  }

  function deposit(asset: string, text: string, isOnChain = true): SimTransfer {
    needWallet(core, 'transferWallet', rules.transferWallet)
    const transfer = transferOf('deposit', asset, positiveAmount('deposit.amount', text), '0', null, isOnChain)
    return tellTransfer(transfer, zero, transfer.createdAt)
  }

  function withdraw(asset: string, text: string): SimTransfer {
    const wallet = needWallet(core, 'transferWallet', rules.transferWallet)
    const amount = positiveAmount('withdrawal.amount', text)
    const fee = withdrawalFeeOf(market, asset)
    const needed = amount.plus(fee)
    const free = book.free(wallet, asset)
    if (needed.greaterThan(free)) {
      const words = `needs ${amountText(needed)} ${asset} with its fee in ${wallet}, ${amountText(free)} are free`
      return refuse('withdrawal.amount', text, words)
    }
    const transfer = transferOf('withdrawal', asset, amount, fee, null)
    book.reserve(wallet, asset, needed, transfer.createdAt)
    return tellTransfer(transfer, zero, transfer.createdAt)
  }

  function advance(id: string, status: SimTransfer['status']): SimTransfer {
    const known = transfers.get(id)
    if (!known) return refuse('transferId', id, `must be a transfer of the ${exchange} account`)
    if (known.status !== 'pending' || status === 'pending')
      return refuse('status', status, `must be an end of a pending transfer, ${id} is ${known.status}`)
    const at = market.now()
    const { transferWallet } = rules
    const isWithdrawal = known.kind === 'withdrawal'
    const amount = new Amount(known.amount)
    const all = amount.plus(known.fee)
    // A negative balance is the only reason for which a withdrawal's reserve may be missing.
    if (isWithdrawal && status === 'completed' && all.greaterThan(book.total(transferWallet, known.asset)))
      return refuse('status', status, `needs ${amountText(all)} ${known.asset}, losses have taken them`)
    const transfer: SimTransfer = {
      ...known,
      status,
      transactionId:
        isWithdrawal && status === 'completed' ? hexOf(core.seed, `transaction ${id}`, 8) : known.transactionId,
      updatedAt: Math.max(known.updatedAt, at),
    }
    transfers.set(id, transfer)
    if (isWithdrawal) book.reserve(transferWallet, known.asset, all.negated(), at)
    if (status !== 'completed') return tellTransfer(transfer, zero, at)
    const sign = isWithdrawal ? -1 : 1
    const { kind } = known
    const reason = kind === 'withdrawal' ? 'withdrawal' : 'deposit'
    book.post(transferWallet, known.asset, amount.times(sign), { reason, transfer }, at)
    if (isWithdrawal)
      book.post(
        transferWallet,
        known.asset,
        new Amount(known.fee).negated(),
        { reason: 'withdrawal_fee', transfer },
        at,
      )
    return tellTransfer(transfer, isWithdrawal ? all.negated() : amount, at)
  }

  function move(asset: string, text: string, from: SimWallet, to: SimWallet): SimTransfer {
    needWallet(core, 'move.from', from)
    if (needWallet(core, 'move.to', to) === from) return refuse('move.to', to, 'must be another wallet than move.from')
    const amount = positiveAmount('move.amount', text)
    const free = book.free(from, asset)
    if (amount.greaterThan(free))
      return refuse('move.amount', text, `must be at most what is free in ${from}, ${amountText(free)} ${asset}`)
    const transfer = transferOf('internal', asset, amount, '0', [from, to])
    const at = transfer.createdAt
    book.post(from, asset, amount.negated(), { reason: 'internal', transfer }, at)
    book.post(to, asset, amount, { reason: 'internal', transfer }, at)
    return tellTransfer(transfer, amount, at)
  }

  /** Keeps what is pending and everything since `before`. */
  function forget(before: EpochMs): void {
    for (const [id, { status, updatedAt }] of transfers)
      if (status !== 'pending' && updatedAt < before) transfers.delete(id)
  }

  return {
    deposit,
    withdraw,
    advance,
    move,
    forget,
    state: (): TransfersState => ({ transfers: [...transfers.values()], made }),
    all: (kind: TransferKind) => [...transfers.values()].filter((transfer) => transfer.kind === kind),
  }
}
