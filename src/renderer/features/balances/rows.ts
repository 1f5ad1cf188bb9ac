/** Balances as the screen lists them: filtered, grouped, added up exactly, in order. Pure. */
import { Amount, addAmounts, isZeroAmount, multiplyAmounts, sumAmounts } from '../../../shared/amount.ts'
import { type AccountStatus, balanceKey, type Truth, truthCode } from '../../../shared/domain/index.ts'
import type { BalanceRow, Portfolio } from '../../../shared/portfolio.ts'
import { walletTitles } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { type Column, sortRows, type TableSort } from '../../ui/table.ts'

export const groupings = ['asset', 'exchange', 'account', 'flat'] as const
export type Grouping = (typeof groupings)[number]

export interface BalanceFilter {
  /** Every word must be in the asset, the wallet, the account's label or the exchange's name. */
  readonly text: string
  /** Balances worth less than this are left out, in the currency of valuation; null: none are. */
  readonly hideBelow: string | null
}

/** One row of the screen: a balance, or the sum of a group of them. */
export interface BalanceLine {
  readonly key: string
  /** null: one balance. */
  readonly group: Grouping | null
  /** Of a group of balances of several: null where they differ. */
  readonly asset: string | null
  readonly exchange: string | null
  readonly account: string | null
  readonly wallet: BalanceRow['wallet'] | null
  /** In the asset; null where not told, or where the group holds several assets. */
  readonly free: string | null
  readonly locked: string | null
  readonly total: string | null
  readonly price: string | null
  readonly priceState: BalanceRow['priceState'] | null
  /** In the currency of valuation: the sum of what has a price; null where nothing has. */
  readonly value: string | null
  /** Assets that `value` leaves out for want of a price. */
  readonly unpriced: readonly string[]
  /** Since midnight: in the asset, and its worth at today's price. null: not known. */
  readonly change: string | null
  readonly changeValue: string | null
  /** Assets whose change `changeValue` leaves out because it is not known. */
  readonly unknownChange: readonly string[]
  /** The asset of this name is another coin on that exchange, and is not part of this line. */
  readonly otherCoinThan: BalanceRow['otherCoinThan']
  readonly hasDrift: boolean
  /** The worst among the balances, and why. */
  readonly truth: Truth
  readonly truthReason: string
  /** Oldest word among the balances, epoch ms. */
  readonly updatedAt: number
  /** Accounts within, and balances within. */
  readonly accounts: number
  readonly balances: readonly BalanceRow[]
}

const changeValueOf = ({ changeSinceMidnight, price }: BalanceRow): string | null =>
  changeSinceMidnight === null
    ? null
    : isZeroAmount(changeSinceMidnight)
      ? '0'
      : price === null
        ? null
        : multiplyAmounts(changeSinceMidnight, price)

export const lineOf = (row: BalanceRow): BalanceLine => ({
  key: balanceKey(row),
  group: null,
  asset: row.asset,
  exchange: row.exchange,
  account: row.account,
  wallet: row.wallet,
  free: row.free,
  locked: row.locked,
  total: row.total,
  price: row.price,
  priceState: row.priceState,
  value: row.value,
  unpriced: row.value === null ? [row.asset] : [],
  change: row.changeSinceMidnight,
  changeValue: changeValueOf(row),
  unknownChange: [],
  otherCoinThan: row.otherCoinThan,
  hasDrift: row.hasDrift,
  truth: row.truth,
  truthReason: row.truthReason,
  updatedAt: row.receivedAt,
  accounts: 1,
  balances: [row],
})

const sumOrNull = (amounts: readonly (string | null)[]): string | null => {
  const known = amounts.filter((amount) => amount !== null)
  return known.length === amounts.length ? sumAmounts(known) : null
}
const sumOfKnown = (amounts: readonly (string | null)[]): string | null => {
  const known = amounts.filter((amount) => amount !== null)
  return known.length === 0 ? null : sumAmounts(known)
}
/** The value that all share. */
const common = <V>(values: readonly V[]): V | null => {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : null
}
const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)]

function groupLine(group: Grouping, key: string, rows: readonly BalanceRow[]): BalanceLine {
  const asset = common(rows.map((row) => row.asset))
  const changes = rows.map((row) => ({ asset: row.asset, value: changeValueOf(row) }))
  return {
    key: `${group}:${key}`,
    group,
    asset,
    exchange: common(rows.map(({ exchange }) => exchange)),
    account: common(rows.map(({ account }) => account)),
    wallet: common(rows.map(({ wallet }) => wallet)),
    free: asset === null ? null : sumOrNull(rows.map(({ free }) => free)),
    locked: asset === null ? null : sumOrNull(rows.map(({ locked }) => locked)),
    total: asset === null ? null : sumAmounts(rows.map(({ total }) => total)),
    price: asset === null ? null : common(rows.map(({ price }) => price)),
    priceState: asset === null ? null : common(rows.map(({ priceState }) => priceState)),
    value: sumOfKnown(rows.map(({ value }) => value)),
    unpriced: unique(rows.filter(({ value }) => value === null).map((row) => row.asset)),
    change: asset === null ? null : sumOrNull(rows.map(({ changeSinceMidnight }) => changeSinceMidnight)),
    changeValue: sumOfKnown(changes.map(({ value }) => value)),
    unknownChange: unique(changes.filter(({ value }) => value === null).map((change) => change.asset)),
    otherCoinThan: asset === null ? null : common(rows.map(({ otherCoinThan }) => otherCoinThan)),
    hasDrift: rows.some(({ hasDrift }) => hasDrift),
    ...worstOf(rows),
    updatedAt: Math.min(...rows.map(({ receivedAt }) => receivedAt)),
    accounts: unique(rows.map(({ account }) => account)).length,
    balances: rows,
  }
}

/** The least reliable balance speaks for all of them. */
function worstOf(rows: readonly BalanceRow[]): Pick<BalanceLine, 'truth' | 'truthReason'> {
  let worst: Pick<BalanceLine, 'truth' | 'truthReason'> = { truth: 'live', truthReason: '' }
  for (const { truth, truthReason } of rows) {
    if (truthCode[truth] < truthCode[worst.truth]) worst = { truth, truthReason }
  }
  return worst
}

/** Small, or nothing at all; what has no price or a drift is never hidden for being small. */
function isSmall({ total, value, hasDrift }: BalanceRow, hideBelow: string): boolean {
  if (hasDrift) return false
  if (isZeroAmount(total)) return true
  return value !== null && new Amount(value).abs().lessThan(hideBelow)
}

export interface Filtered {
  readonly rows: readonly BalanceRow[]
  /** How many the text passes but their smallness hides. */
  readonly small: number
}

export function filterBalances(
  rows: readonly BalanceRow[],
  { text, hideBelow }: BalanceFilter,
  labelOf: (account: string) => string,
): Filtered {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const named = rows.filter((row) => {
    const all =
      `${row.asset} ${walletTitles[row.wallet]} ${labelOf(row.account)} ${exchangeTitle(row.exchange)}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
  if (hideBelow === null) return { rows: named, small: 0 }
  const shown = named.filter((row) => !isSmall(row, hideBelow))
  return { rows: shown, small: named.length - shown.length }
}

/** Of one name two coins have a group each. */
const coinKeyOf = ({ asset, exchange, otherCoinThan }: BalanceRow): string =>
  otherCoinThan === null ? asset : `${asset} ${exchange}`
const groupKeyOf = (row: BalanceRow, grouping: Grouping): string =>
  grouping === 'asset' ? coinKeyOf(row) : grouping === 'exchange' ? row.exchange : row.account

/** Lines in order: groups, each followed by its balances where it is open; without a grouping every balance by itself. */
export function balanceLines(
  rows: readonly BalanceRow[],
  grouping: Grouping,
  open: ReadonlySet<string>,
  columns: readonly Column<BalanceLine>[],
  sort: TableSort,
): readonly BalanceLine[] {
  if (grouping === 'flat') return sortRows(rows.map(lineOf), columns, sort)
  const groups = new Map<string, BalanceRow[]>()
  for (const row of rows) {
    const key = groupKeyOf(row, grouping)
    const members = groups.get(key)
    if (members) members.push(row)
    else groups.set(key, [row])
  }
  const lines = sortRows(
    [...groups].map(([key, members]) => groupLine(grouping, key, members)),
    columns,
    sort,
  )
  return lines.flatMap((line) =>
    open.has(line.key) ? [line, ...sortRows(line.balances.map(lineOf), columns, sort)] : [line],
  )
}

/** Every balance that stands on the screen or in a closed group of it, in the order shown: what a file holds. */
export function balancesShown(
  rows: readonly BalanceRow[],
  grouping: Grouping,
  columns: readonly Column<BalanceLine>[],
  sort: TableSort,
): readonly BalanceLine[] {
  return balanceLines(rows, grouping, new Set(), columns, sort).flatMap((line) =>
    line.group === null ? [line] : sortRows(line.balances.map(lineOf), columns, sort),
  )
}

/** The change in percent of what the same holdings were worth at midnight, as decimal text; null where not known. */
export function changePercent(total: string, change: string | null): string | null {
  if (change === null) return null
  const before = addAmounts(total, new Amount(change).negated().toFixed())
  return isZeroAmount(before) ? null : new Amount(change).dividedBy(before).times(100).toFixed(6)
}

/** What the change of the whole portfolio is of: its percent is of the balances whose change is known, and what it leaves out is named. */
export function changeOf({ rows, changeSinceMidnight }: Pick<Portfolio, 'rows' | 'changeSinceMidnight'>): {
  readonly percent: string | null
  readonly leftOut: readonly string[]
} {
  const isKnown = (row: BalanceRow) => changeValueOf(row) !== null
  const total = sumAmounts(rows.flatMap((row) => (isKnown(row) ? (row.value ?? []) : [])))
  return {
    percent: changePercent(total, changeSinceMidnight),
    leftOut: unique(rows.flatMap((row) => (isKnown(row) ? [] : row.asset))),
  }
}

/** Accounts of which no balance is there and which do not say that there is none: without a key, or not read yet. */
export function accountsLeftOut<Account extends Pick<AccountStatus, 'id' | 'state'>>(
  accounts: readonly Account[],
  rows: readonly Pick<BalanceRow, 'account'>[],
): readonly Account[] {
  const told = new Set(rows.map(({ account }) => account))
  return accounts.filter(({ id, state }) => state !== 'live' && !told.has(id))
}
