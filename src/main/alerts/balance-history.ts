/** What each account held of each asset over all its wallets, for as long as rules look back. Pure. */
import { Amount } from '../../shared/amount.ts'
import type { EpochMs } from '../../shared/domain/index.ts'

export interface BalanceNow {
  readonly account: string
  readonly wallet: string
  readonly asset: string
  /** Decimal text. */
  readonly total: string
  /** False: it may be another by now. */
  readonly isLive: boolean
}

export interface Drop {
  readonly highest: Amount
  readonly highestAt: EpochMs
  readonly total: Amount
}

interface Held {
  readonly wallets: Map<string, { readonly total: Amount; readonly isLive: boolean }>
  /** Ascending; each total holds until the next one. */
  totals: { readonly at: EpochMs; readonly total: Amount }[]
}

export class BalanceHistory {
  private readonly held = new Map<string, Map<string, Held>>()

  /** `keepMs`: how far back anybody looks. */
  add(balance: BalanceNow, at: EpochMs, keepMs: number): void {
    const held = this.put(balance)
    note(held, at)
    // The one that held when the time began stays.
    const first = held.totals.findLastIndex(({ at: since }) => since <= at - keepMs)
    if (first > 0) held.totals = held.totals.slice(first)
  }

  /** What was held before anything is told: all wallets of an asset together, since one after another they would look like changes. */
  recall(balances: readonly (BalanceNow & { readonly receivedAt: EpochMs })[]): void {
    const newest = new Map<Held, EpochMs>()
    for (const balance of balances) {
      const held = this.put(balance)
      newest.set(held, Math.max(newest.get(held) ?? 0, balance.receivedAt))
    }
    for (const [held, at] of newest) note(held, at)
  }

  /** Accounts of which something is known of the asset. */
  accountsWith(asset: string): readonly string[] {
    return [...this.held].flatMap(([account, assets]) => (assets.has(asset) ? [account] : []))
  }

  isLive(account: string, asset: string): boolean {
    const wallets = this.held.get(account)?.get(asset)?.wallets.values() ?? []
    return [...wallets].every((wallet) => wallet.isLive)
  }

  /** The highest total within the last `withinMs`, and the present one; null: nothing is known. */
  drop(account: string, asset: string, at: EpochMs, withinMs: number): Drop | null {
    const totals = this.held.get(account)?.get(asset)?.totals ?? []
    const now = totals.at(-1)
    if (now === undefined) return null
    let highest = now
    for (let index = totals.length - 1; index >= 0; index--) {
      const one = totals[index]
      if (one === undefined) break
      if (one.total.greaterThanOrEqualTo(highest.total)) highest = one
      // What held when the time began held in it, too.
      if (one.at <= at - withinMs) break
    }
    return { highest: highest.total, highestAt: highest.at, total: now.total }
  }

  /** When, without further news, the highest of that time grows too old to count; null: it is the present one. */
  changesAt(account: string, asset: string, at: EpochMs, withinMs: number): EpochMs | null {
    const totals = this.held.get(account)?.get(asset)?.totals ?? []
    const next = totals.find((one) => one.at > at - withinMs)
    return next === undefined ? null : next.at + withinMs
  }

  /** The account is there no more. Returns the assets that it held. */
  forget(account: string): readonly string[] {
    const assets = [...(this.held.get(account)?.keys() ?? [])]
    this.held.delete(account)
    return assets
  }

  clear(): void {
    this.held.clear()
  }

  private put({ account, wallet, asset, total, isLive }: BalanceNow): Held {
    const ofAccount = this.held.get(account) ?? new Map<string, Held>()
    this.held.set(account, ofAccount)
    const held: Held = ofAccount.get(asset) ?? { wallets: new Map(), totals: [] }
    ofAccount.set(asset, held)
    held.wallets.set(wallet, { total: new Amount(total), isLive })
    return held
  }
}

function note({ wallets, totals }: Held, at: EpochMs): void {
  const sum = [...wallets.values()].reduce((all, one) => all.plus(one.total), new Amount(0))
  if (totals.at(-1)?.total.equals(sum) !== true) totals.push({ at, total: sum })
}
