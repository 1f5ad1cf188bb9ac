/**
 * The auto trader's money: deposits before it runs out, withdrawals of what is too much, now and then a small one of either, and
 * moves that keep each wallet supplied. Deposits and withdrawals take a while, and one in twenty fails.
 */
import type { EpochMs, TransferKind } from '../../../shared/domain/index.ts'
import type { SimAccountControl, SimWallet } from './contract.ts'
import type { Draws } from './draws.ts'
import { attempt } from './requests.ts'
import { freeOf, type Ground } from './wishes.ts'

/** In dollars of the quote asset. */
const spotLow = 1_500
const spotHigh = 60_000
const futuresLow = 1_000
const futuresHigh = 8_000
const refill = 2_500
/** Left in a wallet that is only for transfers. */
const keptForTransfers = 300
/** Orders between two transfers of its own accord. */
const ordersPerTransfer = 70
const underwayMs = { least: 30_000, most: 240_000 }
const failing = 0.05

export interface TreasurerOptions {
  readonly account: SimAccountControl
  readonly ground: Ground
  readonly draws: Draws
  /** Between two orders. */
  readonly spacingMs: number
}

export interface Treasurer {
  step(now: EpochMs): void
}

export function createTreasurer({ account, ground, draws, spacingMs }: TreasurerOptions): Treasurer {
  const { rules } = account
  const { quote, dollar } = ground
  const everyMs = spacingMs * ordersPerTransfer
  const lookMs = Math.min(everyMs / 10, 10_000)
  const pending = (['deposit', 'withdrawal'] satisfies TransferKind[])
    .flatMap((kind) => account.transfers(kind))
    .filter(({ status }) => status === 'pending')
    .map(({ id }) => ({ id, doneAt: account.now() + draws.between(underwayMs.least, underwayMs.most) }))
  let transferAt = account.now() + draws.wait(everyMs)
  let lookAt = account.now()

  const start = (begin: () => { readonly id: string }, now: EpochMs): void => {
    const begun = attempt(begin)
    if (begun) pending.push({ id: begun.id, doneAt: now + draws.between(underwayMs.least, underwayMs.most) })
  }
  const amount = (dollars: number): string => (dollars * dollar).toFixed(dollar < 0.01 ? 6 : 2)
  const has = (wallet: SimWallet): number => freeOf(account, wallet, quote) / dollar
  const move = (dollars: number, from: SimWallet, to: SimWallet): void => {
    if (dollars >= 1) attempt(() => account.move(quote, amount(dollars), from, to))
  }

  function finish(now: EpochMs): void {
    for (const one of pending.filter(({ doneAt }) => doneAt <= now)) {
      pending.splice(pending.indexOf(one), 1)
      const status = draws.chance(failing) ? 'failed' : 'completed'
      attempt(() => account.advanceTransfer(one.id, status))
    }
  }

  /** Nothing is asked of an account that waits for a deposit already. */
  function supply(now: EpochMs): void {
    const isWaiting = pending.length > 0
    if (rules.transferWallet !== 'spot' && has('spot') < spotLow * 2)
      move(has(rules.transferWallet) - keptForTransfers, rules.transferWallet, 'spot')
    const spot = has('spot')
    if (spot < spotLow && !isWaiting) start(() => account.deposit(quote, amount(refill)), now)
    if (spot > spotHigh && rules.transferWallet !== 'spot') move(spot - spotHigh / 2, 'spot', rules.transferWallet)
    if (has(rules.transferWallet) > spotHigh && !isWaiting)
      start(() => account.withdraw(quote, amount(spotHigh / 10)), now)
    if (rules.futuresWallet === 'spot') return
    const futures = has(rules.futuresWallet)
    if (futures < futuresLow && spot > spotLow / 2) move(Math.min(futuresLow, spot / 3), 'spot', rules.futuresWallet)
    if (futures > futuresHigh) move(futures - futuresHigh / 2, rules.futuresWallet, 'spot')
  }

  /** Of its own accord. */
  function transfer(now: EpochMs): void {
    const drawn = draws.unit()
    const dollars = draws.between(20, 400)
    const others = rules.wallets.filter((wallet) => wallet !== 'spot')
    if (drawn < 0.35) start(() => account.deposit(quote, amount(dollars)), now)
    else if (drawn < 0.65)
      start(() => account.withdraw(quote, amount(Math.min(dollars, has(rules.transferWallet) / 2))), now)
    else {
      const other = draws.early(others)
      if (!other) return
      const [from, to] = draws.chance(0.5) ? (['spot', other] as const) : ([other, 'spot'] as const)
      move(Math.min(dollars, has(from) / 4), from, to)
    }
  }

  return {
    step: (now) => {
      finish(now)
      if (now >= lookAt) {
        lookAt = now + lookMs
        supply(now)
      }
      if (now < transferAt) return
      transferAt = now + draws.wait(everyMs)
      transfer(now)
    },
  }
}
