/** What is wrong with an exchange beyond a plain disconnect, out of what its sockets, its calls and its clock tell. */
import type { EpochMs, Trouble } from '../../shared/domain/index.ts'
import { type Fault, troubleOf } from '../net/trouble.ts'
import { clockNote } from './notes.ts'

/** What explains the most stands first: without a network nothing else can be known. */
const mostTelling: readonly Fault['kind'][] = [
  'network',
  'proxy',
  'dns',
  'captive_portal',
  'tls',
  'maintenance',
  'blocked',
  'rate_limited',
  'outage',
]

export class Troubles {
  /** By feed: of the newest attempt or loss; gone once a connection opened. */
  private readonly ofFeeds = new Map<string, Fault>()
  private shown: Trouble | null = null

  noteFeed(feed: string, fault: Fault | null): void {
    if (fault === null) this.ofFeeds.delete(feed)
    else this.ofFeeds.set(feed, fault)
  }

  /** `since` stays while the kind does. `announced`: maintenance that lasts now, by the exchange's own calendar. */
  read(announced: Fault | null, rest: Fault | null, clockOffsetMs: number | null, now: EpochMs): Trouble | null {
    const faults = [announced, ...this.ofFeeds.values(), rest].filter((fault) => fault !== null)
    const worst = mostTelling.flatMap((kind) => faults.find((fault) => fault.kind === kind) ?? [])[0]
    const trouble = worst === undefined ? ofClock(clockOffsetMs, now) : troubleOf(worst, now)
    this.shown = trouble && trouble.kind === this.shown?.kind ? { ...trouble, since: this.shown.since } : trouble
    return this.shown
  }
}

function ofClock(offsetMs: number | null, since: EpochMs): Trouble | null {
  const words = clockNote(offsetMs)
  if (words === null) return null
  return { kind: 'clock', words: `${words}: switch on time synchronisation`, since, until: null }
}
