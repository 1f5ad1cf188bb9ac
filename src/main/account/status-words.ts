/** What is said of an account in words. */
import type { EpochMs, KeyPermissions, Order, PollStatus } from '../../shared/domain/index.ts'
import type { RestFailure } from '../net/rest.ts'
import type { Intake } from './intake.ts'
import { orderItem } from './reconcile.ts'
import type { AccountStream } from './streams.ts'

const longestMessage = 200
const expiryWarningMs = 14 * 86_400_000
const mostNamed = 5

/** "Binance 'main': key rejected (-2015): check IP allow-list (the exchange says ...)" */
export function rejectedText(title: string, label: string, { code, message }: RestFailure): string {
  const said = message === '' ? '' : ` (it says: ${message.slice(0, longestMessage)})`
  return `${title} '${label}': key rejected${code === null ? '' : ` (${code})`}: check IP allow-list${said}`
}

export interface Problem {
  readonly text: string
  /** Not only on its way: it failed. */
  readonly isSerious: boolean
}

export function problemsOf(streams: readonly AccountStream[], polls: readonly PollStatus[]): Problem[] {
  const problems: Problem[] = []
  for (const stream of streams) {
    if (stream.isLive) continue
    const refusals = stream.refusals()
    const [socket] = stream.status().filter((one) => one.state !== 'live')
    const text = refusals[0] ?? socket?.reason ?? 'not all of it is there'
    const isSerious = refusals.length > 0 || (socket !== undefined && socket.state !== 'connecting')
    problems.push({ text: `stream ${socket?.feed ?? ''}: ${text}`.replace('stream :', 'a stream:'), isSerious })
  }
  for (const { kind, state, problem } of polls) {
    if (problem === null || (state !== 'failed' && state !== 'running')) continue
    problems.push({ text: `${pollWords[kind]}: ${problem}`, isSerious: true })
  }
  return problems
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
}

export interface NoteSources {
  readonly intake: Intake
  readonly streams: readonly AccountStream[]
  readonly untold: readonly Order[]
  readonly passedOver: number
  readonly isFillingBack: boolean
  readonly permissions: KeyPermissions | null
  readonly storageProblem: string | null
  /** The exchange's clock. */
  readonly now: EpochMs
}

export function accountNotes(sources: NoteSources): string[] {
  const { intake, permissions, storageProblem, untold, passedOver } = sources
  const notes: string[] = []
  if (permissions !== null && !permissions.canRead) notes.push('the key may not read the account')
  const expiresAt = permissions?.expiresAt ?? null
  if (expiresAt !== null && expiresAt - sources.now < expiryWarningMs)
    notes.push(`the key expires on ${new Date(expiresAt).toISOString().slice(0, 10)}`)
  notes.push(...sources.streams.flatMap((stream) => stream.refusals()))
  for (const order of untold.slice(0, mostNamed))
    notes.push(`order ${orderItem(order)}: the exchange no longer tells of it; its last word was ${order.status}`)
  if (untold.length > mostNamed) notes.push(`${untold.length - mostNamed} more orders of which nothing is told`)
  for (const [asset, count] of intake.ledger.uncheckable())
    notes.push(`${asset}: the ledger cannot be checked: ${count} fills do not tell their profit or fee`)
  if (intake.drifts.unlistedCount > 0) notes.push(`${intake.drifts.unlistedCount} more differences than can be listed`)
  if (sources.isFillingBack) notes.push('older orders and fills are not all downloaded yet')
  if (passedOver > 0)
    notes.push(`${passedOver} rows could not be read or belong to instruments that are no longer listed`)
  if (storageProblem !== null) notes.push(`stored rows could not be read: ${storageProblem}`)
  return notes
}
