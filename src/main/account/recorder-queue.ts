import type { AccountBatch } from '../storage/account-contract.ts'

type Rows = { readonly [K in keyof AccountBatch]-?: NonNullable<AccountBatch[K]>[number] }
type Row<K extends keyof Rows> = { [N in K]: { readonly list: N; readonly row: Rows[N] } }[K]

/** Every one counts. */
export type Happening = Row<'orders' | 'fills' | 'transfers' | 'fundingPayments' | 'drifts' | 'openings' | 'downloads'>
/** Of one key the newest counts most. */
export type Change = Row<'balances' | 'positions' | 'fundingRates' | 'dailyBalances'> & { readonly key: string }
type Entry = Happening | Change

const isChange = (entry: Entry): entry is Change => 'key' in entry

/** What waits to be stored, in the order it came, bounded; see AccountRecorder. One batch at a time is in flight. */
export class AccountQueue {
  /** Happenings given up. */
  dropped = 0
  /** Changes that a newer one of their key replaced. */
  conflated = 0
  /** Something was given up: no list may be called whole that may have held it. */
  private hasLost = false
  private waiting: Entry[] = []
  private inFlight: readonly Entry[] = []
  private happenings = 0
  private changes = 0
  private readonly maximumHappenings: number
  private readonly maximumChanges: number
  /** Conflated beyond this; more than the maximum where there are so many keys. */
  private conflateAbove: number

  constructor(maximumHappenings: number, maximumChanges: number) {
    this.maximumHappenings = maximumHappenings
    this.maximumChanges = maximumChanges
    this.conflateAbove = maximumChanges
  }

  /** Rows not stored yet, those in flight included. */
  get size(): number {
    return this.waiting.length + this.inFlight.length
  }

  happened(entry: Happening): void {
    if (entry.list === 'downloads' && this.hasLost) return
    this.waiting.push(entry)
    this.happenings++
    this.keepBounds()
  }

  changed(entry: Change): void {
    this.waiting.push(entry)
    this.changes++
    this.keepBounds()
  }

  /** The oldest rows; `saved` or `putBack` must tell what became of them. */
  take(limit: number): { readonly batch: AccountBatch; readonly rows: number } {
    this.inFlight = this.waiting.slice(0, limit)
    this.waiting = this.waiting.slice(limit)
    return { batch: batchOf(this.inFlight), rows: this.inFlight.length }
  }

  saved(): void {
    this.count(this.inFlight, -1)
    this.inFlight = []
  }

  putBack(): void {
    this.waiting = [...this.inFlight, ...this.waiting]
    this.inFlight = []
    this.keepBounds()
  }

  private count(entries: readonly Entry[], by: 1 | -1): void {
    for (const entry of entries) {
      if (isChange(entry)) this.changes += by
      else this.happenings += by
    }
  }

  /** Makes room for a tenth at once, so that a full queue is not gone through for every row. */
  private keepBounds(): void {
    if (this.happenings > this.maximumHappenings) this.dropOldest(Math.ceil(this.maximumHappenings / 10))
    if (this.changes > this.conflateAbove) this.conflate()
  }

  /** A row was given up: until the next start, which asks for it again, no download counts as whole. */
  noteLost(): void {
    this.hasLost = true
    const kept = this.waiting.filter(({ list }) => list !== 'downloads')
    this.forget(kept, () => undefined)
  }

  private dropOldest(count: number): void {
    this.noteLost()
    let left = count
    const kept = this.waiting.filter((entry) => isChange(entry) || left-- <= 0)
    this.forget(kept, (dropped) => {
      this.dropped += dropped
    })
  }

  private conflate(): void {
    const newest = new Map<string, Entry>()
    const keyOf = (entry: Change) => `${entry.list} ${entry.key}`
    for (const entry of this.waiting) {
      // Of a day's balances the first one counts.
      if (isChange(entry) && !(entry.list === 'dailyBalances' && newest.has(keyOf(entry))))
        newest.set(keyOf(entry), entry)
    }
    const kept = this.waiting.filter((entry) => !isChange(entry) || newest.get(keyOf(entry)) === entry)
    this.forget(kept, (dropped) => {
      this.conflated += dropped
    })
    this.conflateAbove = Math.max(this.maximumChanges, this.changes * 2)
  }

  private forget(kept: Entry[], count: (dropped: number) => void): void {
    count(this.waiting.length - kept.length)
    this.waiting = kept
    this.happenings = 0
    this.changes = 0
    this.count(this.waiting, 1)
    this.count(this.inFlight, 1)
  }
}

function batchOf(entries: readonly Entry[]): AccountBatch {
  const balances: Rows['balances'][] = []
  const dailyBalances: Rows['dailyBalances'][] = []
  const orders: Rows['orders'][] = []
  const fills: Rows['fills'][] = []
  const positions: Rows['positions'][] = []
  const transfers: Rows['transfers'][] = []
  const fundingPayments: Rows['fundingPayments'][] = []
  const fundingRates: Rows['fundingRates'][] = []
  const drifts: Rows['drifts'][] = []
  const openings: Rows['openings'][] = []
  const downloads: Rows['downloads'][] = []
  for (const { list, row } of entries) {
    if (list === 'balances') balances.push(row)
    else if (list === 'dailyBalances') dailyBalances.push(row)
    else if (list === 'orders') orders.push(row)
    else if (list === 'fills') fills.push(row)
    else if (list === 'positions') positions.push(row)
    else if (list === 'transfers') transfers.push(row)
    else if (list === 'fundingPayments') fundingPayments.push(row)
    else if (list === 'fundingRates') fundingRates.push(row)
    else if (list === 'openings') openings.push(row)
    else if (list === 'downloads') downloads.push(row)
    else drifts.push(row)
  }
  return {
    openings,
    downloads,
    balances,
    dailyBalances,
    orders,
    fills,
    positions,
    transfers,
    fundingPayments,
    fundingRates,
    drifts,
  }
}
