/**
 * Makes batches of what waits and sends one after the other: at most one is under way, of at most `commandsPerBatch` commands and
 * `bytesPerBatch` of happenings, so neither a slow server nor a slow network lets anything pile up but in the bounded buffers.
 *
 * Exactly once: the happenings of a batch and the sender's position (the sequence number of the last one) are one transaction, so the
 * server has both or neither. When its answer is lost, the position read by the next connection says which. State travels in the same
 * transaction, which fails once a later connection has touched the position: what a slow network brings after its time is never read as
 * the newest.
 */
import type { Settings } from '../../../shared/settings.ts'
import type { UnifiedMessage } from '../../../shared/unified/schemas.ts'
import type { Answer, Command, Link } from './link.ts'
import { channelOf, channelPath, latestOf, positionOf, streamOf } from './names.ts'
import type { Outbox } from './outbox.ts'
import type { Happening } from './spill.ts'
import type { LatestState, StateCommands } from './state.ts'
import { RedisRefusal, wordsOf } from './words.ts'

const commandsPerBatch = 2_000
const happeningsPerBatch = 500
const bytesPerBatch = 512 * 1_024
const mostTrades = 20_000

/** Public trades on their way: only for who listens now, in order, each at most once. Beyond the bound, and while the server is away, they go. */
export class TradeQueue {
  dropped = 0
  private readonly trades: (() => UnifiedMessage)[] = []
  private connected = false

  get length(): number {
    return this.trades.length
  }

  setConnected(connected: boolean): void {
    this.connected = connected
    if (!connected) this.dropped += this.trades.splice(0).length
  }

  add(build: () => UnifiedMessage): void {
    if (this.connected && this.trades.length < mostTrades) this.trades.push(build)
    else this.dropped += 1
  }

  take(most: number): readonly (() => UnifiedMessage)[] {
    return this.trades.splice(0, most)
  }
}

export interface PumpParts {
  readonly outbox: Outbox
  readonly state: LatestState
  readonly trades: TradeQueue
  readonly sender: string
  readonly settings: Settings['redis']
  /** Written beside what waits; null: it is not due. */
  health(): string | null
  /** Of a clock that nobody sets, ms. */
  now(): number
}

interface Batch {
  readonly commands: readonly Command[]
  /** Of the transaction's answer among the commands; -1: there is none. */
  readonly exec: number
  readonly state: StateCommands
  readonly happenings: readonly Happening[]
  readonly trades: number
}

export class Pump {
  private readonly parts: PumpParts
  private readonly link: Link
  /** Messages that the server has taken. */
  private readonly onPublished: (messages: number) => void

  constructor(parts: PumpParts, link: Link, onPublished: (messages: number) => void) {
    this.parts = parts
    this.link = link
    this.onPublished = onPublished
  }

  /**
   * Sends one batch. Resolves to when there may be more, by `now`: now, a later time, or Infinity. Rejects with a RedisRefusal; what the
   * batch held is then back in its buffers, as far as it is kept.
   */
  async step(): Promise<number> {
    const { outbox, state, trades, now } = this.parts
    const { batch, nextDueAt } = this.compose()
    if (batch.commands.length === 0) return nextDueAt
    let refused: Refused | null
    try {
      refused = check(await this.link.send(batch.commands), batch)
    } catch (error) {
      if (batch.happenings.length > 0) outbox.giveBack()
      state.giveBack(batch.state)
      trades.dropped += batch.trades
      throw error
    }
    if (batch.happenings.length > 0) outbox.delivered()
    if (refused) outbox.lose(refused.count, refused.why)
    this.onPublished(batch.happenings.length + batch.trades + batch.state.publications.length)
    return outbox.waiting + trades.length > 0 ? now() : nextDueAt
  }

  private compose(): { readonly batch: Batch; readonly nextDueAt: number } {
    const { outbox, sender, settings, now } = this.parts
    const { prefix, streamLength, timeToLiveSeconds } = settings
    const happenings = outbox.take(happeningsPerBatch, bytesPerBatch)
    const trades = this.parts.trades.take(commandsPerBatch / 4)
    const { nextDueAt, ...state } = this.parts.state.collect(now(), commandsPerBatch / 2)
    const commands: Command[] = []
    // First, and whatever becomes of the rest: a price that is dead must not be read a moment longer.
    if (state.deletions.length > 0) commands.push(['DEL', ...state.deletions.map((path) => latestOf(prefix, path))])
    const transaction: Command[] = []
    const position = positionOf(prefix, sender)
    for (const { sequence, path, message } of happenings) {
      const stream = streamOf(prefix, path.slice(0, path.indexOf(':')))
      const fields = ['message', message, 'sequence', String(sequence), 'sender', sender]
      transaction.push(['XADD', stream, 'MAXLEN', '~', String(streamLength), '*', ...fields])
      transaction.push(['PUBLISH', channelOf(prefix, path), message])
    }
    const last = happenings.at(-1)
    if (last) transaction.push(['SET', position, String(last.sequence)])
    for (const build of trades) {
      const message = build()
      transaction.push(['PUBLISH', channelOf(prefix, channelPath(message)), JSON.stringify(message)])
    }
    for (const { path, text } of state.publications) transaction.push(['PUBLISH', channelOf(prefix, path), text])
    const seconds = String(timeToLiveSeconds)
    for (const { path, text } of state.writes) transaction.push(['SET', latestOf(prefix, path), text, 'EX', seconds])
    const health = this.parts.health()
    if (health !== null) transaction.push(['SET', latestOf(prefix, 'health'), health, 'EX', seconds])
    let exec = -1
    if (transaction.length > 0) {
      commands.push(['MULTI'], ...transaction)
      exec = commands.push(['EXEC']) - 1
      commands.push(['WATCH', position])
    }
    return { batch: { commands, exec, state, happenings, trades: trades.length }, nextDueAt }
  }
}

interface Refused {
  readonly count: number
  readonly why: string
}

/**
 * Throws when the server refused any of it. Returned: what it refused within a transaction that holds nevertheless, and would refuse for
 * ever (a stream's key was overwritten with something else).
 */
function check(answers: readonly Answer[], { exec }: Batch): Refused | null {
  let refusal: Refused | null = null
  if (exec >= 0) {
    const [error, value] = answers[exec] ?? [null, null]
    // An aborted transaction names no cause: the command that was refused does.
    const cause = answers.slice(0, exec).find(([refused]) => refused !== null)?.[0] ?? error
    if (cause) throw new RedisRefusal(wordsOf(cause))
    if (value === null) throw new RedisRefusal('another connection sends under the same identity')
    const failed = Array.isArray(value) ? value.filter((one) => one instanceof Error) : []
    if (failed.length > 0) refusal = { count: failed.length, why: wordsOf(failed[0]) }
  }
  const refused = answers.find(([error]) => error !== null)?.[0]
  if (refused) throw new RedisRefusal(wordsOf(refused))
  return refusal
}
