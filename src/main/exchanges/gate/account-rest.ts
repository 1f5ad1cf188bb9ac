/** How Gate's lists of an account are asked for: signed calls, windows of time, pages. */

import type { EpochMs, KeyPermissions } from '../../../shared/domain/index.ts'
import type { Parsed, PassedOver, RestCall, RestFailure, RestResult, Sign } from '../../net/rest.ts'
import type { Ask, Page, TimeRange, WithRaw } from '../account-contract.ts'
import { withPassedOver } from '../rows.ts'
import type { Reading } from './account-normalize.ts'
import { type ApiKey, ApiKeys, UserNumber } from './account-schemas.ts'
import { decimalSizes, deepestRow, type PrivatePool, urls } from './endpoints.ts'
import { problemOf, Rows } from './schemas.ts'

type Query = RestCall<unknown>['query']

/** A signed GET; sizes come as text, and ids too long for a number (futures orders) as well. */
export function signedCall<T>(
  sign: Sign,
  url: string,
  query: Query,
  pool: PrivatePool,
  parse: (body: unknown) => Parsed<T>,
): RestCall<T> {
  return { url, query, headers: decimalSizes, sign, pool, weight: 1, exactIntegers: true, parse }
}

// Rows

/** `count` is how many rows came, those passed over included: what paging goes by. */
export interface Slice<T> {
  readonly rows: readonly T[]
  readonly count: number
}

export type Read<T> = (json: unknown, receivedAt: EpochMs) => Reading<T>

const samplesKept = 10

/**
 * Rows one by one. Those of instruments that are not listed (any more), and those with values that are not documented, are passed
 * over, counted and named; only a list of nothing but rows in another shape is unreadable.
 */
export function readList<T>(what: string, body: unknown, read: Read<T>): Parsed<Slice<T>> {
  const parsed = Rows.safeParse(body)
  if (!parsed.success) return { ok: false, problem: `${what}: ${problemOf(parsed.error)}` }
  const receivedAt = Date.now()
  const rows: T[] = []
  const strange: { readonly name: string | null; readonly text: string }[] = []
  let misshapen = 0
  for (const json of parsed.data) {
    const reading = read(json, receivedAt)
    if (reading.kind === 'row') {
      rows.push(reading.value)
      continue
    }
    const { reason, problem } = reading
    if (reason === 'schema') misshapen++
    const isUnlisted = reason === 'unknownInstrument'
    strange.push({
      name: isUnlisted ? problem : null,
      text: isUnlisted ? `${what}: ${problem} is not listed` : `${what}: ${problem}`,
    })
  }
  const count = parsed.data.length
  if (count > 0 && misshapen === count) {
    return { ok: false, problem: `none of ${count} rows can be read: ${strange[0]?.text}` }
  }
  const value = { rows, count }
  if (strange.length === 0) return { ok: true, value }
  const passedOver: PassedOver = {
    count: strange.length,
    samples: strange.slice(0, samplesKept).map(({ text }) => text),
    names: strange.flatMap(({ name }) => (name === null ? [] : [name])),
  }
  return { ok: true, value, passedOver }
}

export const withRaw =
  <T>(read: Read<T>): Read<WithRaw<T>> =>
  (json, receivedAt) => {
    const reading = read(json, receivedAt)
    return reading.kind === 'row' ? { kind: 'row', value: { row: reading.value, raw: JSON.stringify(json) } } : reading
  }

// Pages

/** One list: what to ask for the page that begins after `start` rows, or is the `page`-th (from 1). */
export interface List<T> {
  readonly keyOf: (row: T) => string
  call(query: Query, place: { readonly start: number; readonly page: number }): RestCall<Slice<T>>
}

/**
 * The smallest page that a server would make of a larger limit: it is the default of all lists. A page below it is the last; fuller
 * ones are followed even if they hold less than was asked for, since the most that a page may hold is not documented for each list.
 */
const surelyLast = 100

export type Pages<T> = RestResult<readonly T[]> | { readonly ok: 'tooDeep' }

/** All pages; rows that moved from one page to the next while it was read come once. */
export async function readPages<T>(ask: Ask, list: List<T>, query: Query): Promise<Pages<T>> {
  const rows = new Map<string, T>()
  const passed: (PassedOver | undefined)[] = []
  let start = 0
  for (let page = 1; ; page++) {
    if (start > deepestRow) return { ok: 'tooDeep' }
    const result = await ask(list.call(query, { start, page }))
    if (!result.ok) return result
    for (const row of result.value.rows) rows.set(list.keyOf(row), row)
    passed.push(result.passedOver)
    start += result.value.count
    if (result.value.count < surelyLast) return withPassedOver([...rows.values()], passed)
  }
}

const tooDeep: RestFailure = {
  kind: 'invalid',
  code: null,
  message: `more than ${deepestRow} rows in one second`,
  retryAfterMs: null,
}

/**
 * A window, halved as long as it holds more rows than pages reach. Gate counts both ends, in seconds; neighbours share one, since it
 * is not documented whether fractions of the last second count.
 */
export async function readWindow<T>(ask: Ask, list: List<T>, from: number, to: number): Promise<Page<T>> {
  const result = await readPages(ask, list, [
    ['from', String(from)],
    ['to', String(to)],
  ])
  if (result.ok !== 'tooDeep') return result
  if (to - from < 2) return { ok: false, failure: tooDeep }
  const middle = Math.floor((from + to) / 2)
  const older = await readWindow(ask, list, from, middle)
  if (!older.ok) return older
  const newer = await readWindow(ask, list, middle, to)
  if (!newer.ok) return newer
  const rows = new Map([...older.value, ...newer.value].map((row) => [list.keyOf(row), row]))
  return withPassedOver([...rows.values()], [older.passedOver, newer.passedOver])
}

/** In seconds, ascending; together they cover the range. */
export function windowsOf({ from, to }: TimeRange, spanMs: number): { readonly from: number; readonly to: number }[] {
  const windows: { readonly from: number; readonly to: number }[] = []
  const last = Math.ceil(to / 1000)
  for (let first = Math.max(0, Math.floor(from / 1000)); ; first += spanMs / 1000) {
    const end = Math.min(first + spanMs / 1000, last)
    windows.push({ from: first, to: Math.max(first, end) })
    if (end >= last) return windows
  }
}

// What a key may not see

export type Product = 'spot' | 'futures' | 'wallet' | 'subAccounts'

/**
 * Products that this key was never let into are left out (the permissions say so) and so are futures of an account that never opened
 * them (USER_NOT_FOUND), and moves between accounts, of which it is not documented in which words a sub-account is refused. Once a product has answered, being shut out is a failure: what was held there has not become nothing.
 */
export function createDoors(): Doors {
  const entered = new Set<Product>()
  const shut = new Set<Product>()
  return {
    judge(product, result) {
      if (result.ok) entered.add(product)
      const isEntered = entered.has(product)
      const neverOpened = !result.ok && product === 'futures' && result.failure.code === 'USER_NOT_FOUND'
      const isRefused = !result.ok && product === 'subAccounts' && result.failure.kind === 'invalid'
      if (isEntered) shut.delete(product)
      else if (neverOpened || isRefused || (!result.ok && result.failure.kind === 'forbidden')) shut.add(product)
      else return 'open'
      return isEntered ? 'open' : 'shut'
    },
    isShut: (product) => shut.has(product),
  }
}

export interface Doors {
  judge(product: Product, result: Page<unknown> | RestResult<unknown>): 'open' | 'shut'
  /** The newest answer was to leave it out: its streams would be refused as well. */
  isShut(product: Product): boolean
}

// Whose key it is

/** /account/detail wants a permission of its own (`account`): a key without it learns its user from the futures account. */
export async function userNumber(ask: Ask, sign: Sign): Promise<RestResult<string>> {
  const call = (url: string, pool: PrivatePool): RestCall<string> =>
    signedCall(sign, url, [], pool, (body) => {
      const parsed = UserNumber.safeParse(body)
      return parsed.success
        ? { ok: true, value: String(parsed.data.user_id ?? parsed.data.user) }
        : { ok: false, problem: `${pool}: ${problemOf(parsed.error)}` }
    })
  const told = await ask(call(urls.accountDetail, 'account/detail'))
  if (told.ok || told.failure.kind !== 'forbidden') return told
  return ask(call(urls.futuresAccount, 'futures/accounts'))
}

// Permissions

/**
 * GET /account/main_keys: an object, or a list of which ours is the one that names our key, of which the end is hidden. Where each names
 * another, they are the main account's and ours a sub-account's.
 * Source: API V4 "Account", "Query All Main Account Key Information": `"key":"c5dcfbf1f3a7*****"`
 */
export const keyCall = (sign: Sign, key: string): RestCall<KeyPermissions> =>
  signedCall(sign, urls.keys, [], 'account/main_keys', (body) => {
    const parsed = ApiKeys.safeParse(body)
    if (!parsed.success) return { ok: false, problem: `main_keys: ${problemOf(parsed.error)}` }
    if (!Array.isArray(parsed.data)) return { ok: true, value: permissionsOf([parsed.data]) }
    const own = parsed.data.filter((row) => isNamed(row.key, key))
    const candidates = own.length > 0 ? own : parsed.data.filter((row) => typeof row.key !== 'string')
    return { ok: true, value: candidates.length > 0 ? permissionsOf(candidates) : untoldPermissions }
  })

/** `c5dcfbf1f3a7*****`: what stands before and behind the stars. */
function isNamed(told: unknown, key: string): boolean {
  const [, start, end = ''] = /^([^*]+)\*+([^*]*)$/.exec(typeof told === 'string' ? told : '') ?? []
  return start === undefined ? told === key : key.startsWith(start) && key.endsWith(end)
}

const tradingNames = ['spot', 'futures', 'margin', 'unified', 'cross_margin', 'delivery', 'options']

/**
 * Of several keys that do not tell which is ours, whatever one of them may. Writing to the wallet counts as withdrawing: Gate does not
 * document which name withdrawals go by.
 */
function permissionsOf(rows: readonly ApiKey[]): KeyPermissions {
  const granted = rows.flatMap(({ perms }) =>
    (perms ?? []).flatMap(({ name, read_only }) =>
      [name].flat().map((product) => ({ product, mayWrite: read_only !== true })),
    ),
  )
  const names = new Set(granted.map(({ product }) => product))
  const addresses = [...new Set(rows.flatMap(({ ip_whitelist }) => ip_whitelist ?? []))]
  const missing = (['spot', 'futures', 'wallet'] as const).filter((product) => !names.has(product))
  const notes = missing.map((product) => `no ${product} permission: ${leftOut[product]} left out`)
  if (rows.some(({ mode }) => mode === 2)) notes.push('a portfolio margin account: its unified balances are not read')
  if (rows.some(({ state }) => state === 2)) notes.push('Gate says that the key is locked')
  if (rows.some(({ state }) => state === 3)) notes.push('Gate says that the key is frozen')
  return {
    canRead: names.size > 0,
    canTrade: granted.some(({ product, mayWrite }) => mayWrite && tradingNames.includes(product)),
    canWithdraw: granted.some(({ product, mayWrite }) => mayWrite && /wallet|withdraw/.test(product)),
    ipRestricted: rows.every(({ ip_whitelist }) => (ip_whitelist ?? []).length > 0),
    ipAddresses: addresses,
    expiresAt: null,
    notes,
  }
}

const leftOut = {
  spot: 'spot balances, orders and fills are',
  futures: 'futures balances, orders, fills, positions and funding are',
  wallet: 'deposits and withdrawals are',
} as const

/** The key is good but may not ask about itself, or is not told of. */
export const untoldPermissions: KeyPermissions = {
  canRead: true,
  canTrade: null,
  canWithdraw: null,
  ipRestricted: null,
  ipAddresses: [],
  expiresAt: null,
  notes: ["Gate does not tell this key its own permissions: look them up on Gate's API page"],
}
