/** What is said of an account in words. */
import type { AccountState, EpochMs, KeyPermissions, Order, PollStatus } from '../../shared/domain/index.ts'
import type { RestFailure } from '../net/rest.ts'
import type { Intake } from './intake.ts'
import { orderItem } from './reconcile.ts'
import type { AccountStream } from './streams.ts'

const longestMessage = 200
const expiryWarningMs = 14 * 86_400_000
const mostNamed = 5
const mostReasons = 3

/** "Binance 'main': key rejected (-2015): check IP allow-list (the exchange says ...)" */
export function rejectedText(title: string, label: string, { code, message }: RestFailure): string {
  // The exchange's dialect has put it in words already.
  if (message.startsWith('key rejected')) return `${title} '${label}': ${message.slice(0, longestMessage)}`
  const said = message === '' ? '' : ` (it says: ${message.slice(0, longestMessage)})`
  return `${title} '${label}': key rejected${code === null ? '' : ` (${code})`}: check IP allow-list${said}`
}

interface Problem {
  readonly text: string
  /** Not only on its way: it failed. */
  readonly isSerious: boolean
}

function problemsOf(streams: readonly AccountStream[], polls: readonly PollStatus[]): Problem[] {
  const problems: Problem[] = []
  for (const stream of streams) {
    if (stream.isLive) continue
    const refusals = stream.refusals()
    const [socket] = stream.status().filter((one) => one.state !== 'live')
    const text = refusals[0] ?? socket?.reason ?? 'not everything is subscribed yet'
    const isSerious = refusals.length > 0 || (socket !== undefined && socket.state !== 'connecting')
    const feed = socket === undefined ? '' : ` (${socket.feed})`
    problems.push({ text: `live updates${feed}: ${text}`, isSerious })
  }
  for (const { kind, state, problem } of polls) {
    if (problem === null || (state !== 'failed' && state !== 'running')) continue
    problems.push({ text: `${pollWords[kind]}: ${problem}`, isSerious: true })
  }
  return problems
}

/** Of an account that runs. `isAnswered`: balances and open orders have been told once. */
export function judgeRunning(
  streams: readonly AccountStream[],
  polls: readonly PollStatus[],
  isAnswered: boolean,
): { readonly state: AccountState; readonly reason: string | null } {
  const problems = problemsOf(streams, polls)
  const isThere = isAnswered && streams.every((stream) => stream.wasLive)
  if (problems.length === 0)
    return isThere
      ? { state: 'live', reason: null }
      : { state: 'connecting', reason: 'the first answers are on the way' }
  const reasons = problems.slice(0, mostReasons).map((problem) => problem.text)
  const isDegraded = isThere || problems.some((problem) => problem.isSerious)
  return { state: isDegraded ? 'degraded' : 'connecting', reason: reasons.join('; ') }
}

const pollWords: Readonly<Record<PollStatus['kind'], string>> = {
  permissions: 'permissions',
  balances: 'balances',
  orders: 'open orders',
  orderHistory: 'order history',
  fills: 'fills',
  positions: 'positions',
  transfers: 'transfers',
  funding: 'funding payments',
  fees: 'own fees',
}

const fills = (count: number): string => (count === 1 ? '1 fill' : `${count} fills`)

export interface NoteSources {
  readonly intake: Intake
  readonly streams: readonly AccountStream[]
  readonly untold: readonly Order[]
  readonly passedOver: number
  /** What some of them were. */
  readonly passedSamples: readonly string[]
  readonly isFillingBack: boolean
  /** The session has run for long and found no moment to begin its ledger in. */
  readonly isLedgerLate: boolean
  /** Symbols of which orders and fills are not asked for, since there are too many. */
  readonly unasked: number
  readonly permissions: KeyPermissions | null
  readonly storageProblem: string | null
  /** In words, why the account's own fees are not known, or not all. */
  readonly feeProblem: string | null
  /** The exchange's clock. */
  readonly now: EpochMs
}

export function accountNotes(sources: NoteSources): string[] {
  const { intake, permissions, storageProblem, untold, passedOver, passedSamples } = sources
  const notes: string[] = []
  if (permissions !== null && !permissions.canRead)
    notes.push('this key may not read the account: give it the permission to read on the exchange')
  const expiresAt = permissions?.expiresAt ?? null
  if (expiresAt !== null && expiresAt - sources.now < expiryWarningMs)
    notes.push(`this key expires on ${new Date(expiresAt).toISOString().slice(0, 10)}: make another one before`)
  notes.push(...sources.streams.flatMap((stream) => stream.refusals()))
  for (const order of untold.slice(0, mostNamed))
    notes.push(
      `order ${orderItem(order)}: the exchange no longer tells of it; it stays listed as ${order.status}, its last word`,
    )
  if (untold.length > mostNamed)
    notes.push(`${untold.length - mostNamed} more open orders of which the exchange no longer tells`)
  for (const [asset, count] of intake.ledger.uncheckable())
    notes.push(
      `${asset}: not checked against trades for now: the exchange has not told the profit or fee of ${fills(count)}`,
    )
  if (sources.isLedgerLate)
    notes.push('not checked against trades yet: that begins once nothing has moved for a few seconds')
  if (intake.drifts.unlistedCount > 0)
    notes.push(`${intake.drifts.unlistedCount} further differences to the exchange are not listed`)
  if (sources.isFillingBack) notes.push('older orders and fills are not all downloaded yet')
  if (sources.unasked > 0)
    notes.push(
      `${sources.unasked} symbols too many to be asked about: their orders and fills come by live updates alone (watched and held ones come before those that were traded)`,
    )
  if (passedOver > 0) {
    const such = passedSamples.length === 0 ? '' : `, such as ${passedSamples.join('; ')}`
    notes.push(
      `${passedOver} rows of the exchange were left out: unreadable, of instruments that it does not list, or of kinds that are not kept${such}`,
    )
  }
  if (sources.feeProblem !== null) notes.push(sources.feeProblem)
  if (storageProblem !== null) notes.push(`what was recorded earlier could not be read: ${storageProblem}`)
  return notes
}
