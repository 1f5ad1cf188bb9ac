/**
 * What is true now: the newest value per key. A newer value replaces an older one that has not been sent, so memory is bounded by the
 * number of instruments and assets, however long the server is away. Each value goes out on its channel and, where it has one, into a
 * latest-value key, which is written again and again so that it outlives its time to live only while Crossbook vouches for it.
 */
import type { Instrument } from '../../../shared/domain/index.ts'
import { deadBookTicker, topOfBookMessage } from '../../../shared/unified/messages.ts'
import type { UnifiedMessage } from '../../../shared/unified/schemas.ts'
import { channelPath } from './names.ts'

type Build = () => UnifiedMessage

/** One value, turned into text when it is sent, since most are replaced before that. */
interface Value {
  readonly build: Build
  encoded: { readonly message: UnifiedMessage; readonly text: string } | null
}

export interface SlotKind {
  /** Conflated, and gone when its instrument's feed is down. Else it belongs to an account. */
  readonly isMarketData: boolean
  /** Its key behind `latest:`; null: it has none. */
  readonly latest: ((message: UnifiedMessage) => string) | null
  /** Published at most so often, also where settings ask for every value; not given: as they say. */
  readonly mostPerSecond?: number
}

/** The slot of a book that is kept, by the key of its instrument. */
export const bookId = (key: string): string => `book ${key}`

interface Slot {
  readonly kind: SlotKind
  /** `binance:BTC_USDT`, or an account. */
  readonly owner: string
  /** Its kind's, or null while its feed is down. */
  latest: SlotKind['latest']
  value: Value | null
  /** It is to be published, not only written into its key again. */
  publish: boolean
  /** Not to be published before, ms. */
  dueAt: number
  /** Keys that hold it, as far as is known. */
  keys: readonly string[]
}

/** What goes to the server, in this order. */
export interface StateCommands {
  /** Paths behind `latest:`. */
  readonly deletions: readonly string[]
  readonly publications: readonly { readonly path: string; readonly text: string }[]
  readonly writes: readonly { readonly path: string; readonly text: string }[]
}

export interface StateOptions {
  /** Of market data: values a second and key that are published; 0: every one. */
  readonly perSecond: () => number
  /** Values that wait in `every one` mode, at most. */
  readonly mostQueued: number
}

export class LatestState {
  /** Replaced before they were sent, or without room. */
  dropped = 0
  private readonly options: StateOptions
  private readonly slots = new Map<string, Slot>()
  private readonly dirty = new Set<Slot>()
  private readonly deletions = new Set<string>()
  /** Every value of the slots whose every value counts, oldest first. */
  private queue: { readonly slot: Slot; readonly value: Value }[] = []
  private queueing = false
  /** Nothing but deletions goes out. */
  private withdrawn = false

  constructor(options: StateOptions) {
    this.options = options
  }

  /** While the server listens, `every one` may queue; while it is away only the newest is kept. */
  setConnected(connected: boolean): void {
    this.queueing = connected
    if (connected) this.withdrawn = false
    if (connected) for (const slot of this.slots.values()) this.mark(slot, true)
    else this.clearQueue()
  }

  get hasWork(): boolean {
    return this.deletions.size > 0 || (!this.withdrawn && this.dirty.size + this.queue.length > 0)
  }

  /** A new value of the slot `id`. Cheap: it is called for every quote. */
  set(id: string, kind: SlotKind, owner: string, build: Build): void {
    let slot = this.slots.get(id)
    if (slot === undefined) {
      slot = { owner, kind, latest: null, value: null, publish: false, dueAt: 0, keys: [] }
      this.slots.set(id, slot)
    }
    slot.latest = kind.latest
    const isWaiting = slot.publish
    const value: Value = { build, encoded: null }
    slot.value = value
    if (isWaiting) this.dropped += 1
    if (kind.isMarketData && this.queueing && this.perSecond(kind) === 0) {
      if (this.queue.length >= this.options.mostQueued) this.clearQueue()
      this.queue.push({ slot, value })
      slot.publish = false
      this.dirty.add(slot)
    } else this.mark(slot, true)
  }

  /** What waits of it is outdated. */
  forget(id: string): void {
    const slot = this.slots.get(id)
    if (slot) this.remove(id, slot)
  }

  /** The feed of an instrument went down: nothing of it may be read as live. `id`: the slot of its quotes. */
  down(id: string, instrument: Pick<Instrument, 'exchange' | 'symbol'>, key: string): void {
    const kind = this.slots.get(id)?.kind
    for (const [other, slot] of this.slots) {
      if (slot.kind.isMarketData && slot.owner === key) this.remove(other, slot)
    }
    if (kind) this.gone(id, kind, key, () => deadBookTicker(instrument))
  }

  /** Nothing that holds now is known of the slot: its key goes, and that is published, whatever the rate. */
  gone(id: string, kind: SlotKind, owner: string, build: Build): void {
    this.forget(id)
    const slot: Slot = { owner, kind, latest: null, value: { build, encoded: null }, publish: true, dueAt: 0, keys: [] }
    this.slots.set(id, slot)
    this.dirty.add(slot)
  }

  /** Drops what belongs to instruments and accounts that are no longer there, and books that are no longer kept. */
  prune(instruments: ReadonlySet<string>, accounts: ReadonlySet<string>, keepsBook: (key: string) => boolean): void {
    for (const [id, slot] of this.slots) {
      const isThere = (slot.kind.isMarketData ? instruments : accounts).has(slot.owner)
      if (!isThere || (id === bookId(slot.owner) && !keepsBook(slot.owner))) this.remove(id, slot)
    }
  }

  /** Takes every key out of the server, until it is connected again: no key outlives the one who vouches for it. */
  withdraw(furtherKeys: readonly string[]): void {
    this.withdrawn = true
    this.clearQueue()
    for (const path of furtherKeys) this.deletions.add(path)
    for (const slot of this.slots.values()) {
      for (const path of slot.keys) this.deletions.add(path)
      slot.keys = []
    }
  }

  /** All that was true belongs to a market that is over. */
  forgetAll(): void {
    for (const [id, slot] of this.slots) this.remove(id, slot)
  }

  /** Market data is no longer followed; what belongs to accounts is kept. Deletions that nobody took have run out of time. */
  dropMarketData(): void {
    for (const [id, slot] of this.slots) if (slot.kind.isMarketData) this.remove(id, slot)
    this.deletions.clear()
  }

  /** Every key is to be written again. */
  refresh(): void {
    for (const slot of this.slots.values()) if (slot.latest) this.mark(slot, false)
  }

  /** Takes what is due, at most about so many commands. `nextDueAt`: when the next of the rest is; Infinity: there is none. */
  collect(now: number, most: number): StateCommands & { readonly nextDueAt: number } {
    const deletions = [...this.deletions]
    this.deletions.clear()
    if (this.withdrawn) return { deletions, publications: [], writes: [], nextDueAt: Infinity }
    const publications: { path: string; text: string }[] = []
    const writes: { path: string; text: string }[] = []
    // The rest is for the keys, which must not starve.
    const taken = this.queue.splice(0, Math.ceil(most * 0.75))
    for (const { value } of taken) {
      const { message, text } = encode(value)
      publications.push({ path: channelPath(message), text })
    }
    let nextDueAt = this.queue.length > 0 ? now : Infinity
    for (const slot of this.dirty) {
      if (publications.length + writes.length >= most) {
        nextDueAt = now
        break
      }
      if (slot.publish && slot.dueAt > now) {
        nextDueAt = Math.min(nextDueAt, slot.dueAt)
        continue
      }
      this.dirty.delete(slot)
      if (!slot.value) continue
      const { message, text } = encode(slot.value)
      if (slot.publish) {
        publications.push({ path: channelPath(message), text })
        const perSecond = this.perSecond(slot.kind)
        slot.dueAt = perSecond === 0 || !slot.kind.isMarketData ? 0 : now + 1_000 / perSecond
      }
      slot.publish = false
      if (!slot.latest) continue
      const path = slot.latest(message)
      writes.push({ path, text })
      slot.keys = [path]
      // A book that is kept says more than the quote does.
      if (message.event_type !== 'book_ticker' || this.slots.get(bookId(slot.owner))?.latest) continue
      const book = topOfBookMessage(message)
      const bookPath = channelPath(book)
      writes.push({ path: bookPath, text: JSON.stringify(book) })
      slot.keys = [path, bookPath]
    }
    return { deletions, publications, writes, nextDueAt }
  }

  /** They did not reach the server. What was to be published is lost to its listeners; a dead key must still go. */
  giveBack({ deletions, publications }: StateCommands): void {
    for (const path of deletions) this.deletions.add(path)
    this.dropped += publications.length
  }

  private remove(id: string, slot: Slot): void {
    for (const path of slot.keys) this.deletions.add(path)
    this.slots.delete(id)
    if (this.dirty.delete(slot) && slot.publish) this.dropped += 1
    if (this.queue.length === 0) return
    const before = this.queue.length
    this.queue = this.queue.filter((item) => item.slot !== slot)
    this.dropped += before - this.queue.length
  }

  /** 0: every one. */
  private perSecond({ mostPerSecond }: SlotKind): number {
    const perSecond = this.options.perSecond()
    if (mostPerSecond === undefined) return perSecond
    return perSecond === 0 ? mostPerSecond : Math.min(mostPerSecond, perSecond)
  }

  private mark(slot: Slot, publish: boolean): void {
    slot.publish ||= publish
    this.dirty.add(slot)
  }

  /** Of those that queue only the newest of each slot is kept. */
  private clearQueue(): void {
    if (this.queue.length === 0) return
    const newest = new Set(this.queue.map(({ slot }) => slot))
    this.dropped += this.queue.length - newest.size
    for (const slot of newest) this.mark(slot, true)
    this.queue = []
  }
}

function encode(value: Value): { readonly message: UnifiedMessage; readonly text: string } {
  if (value.encoded === null) {
    const message = value.build()
    value.encoded = { message, text: JSON.stringify(message) }
  }
  return value.encoded
}
