/** What waits in a plugin's process for Crossbook to take it: in order, and never more than a bounded number. */
import { mostEvents, type PluginEvent } from './messages.ts'

/** Happenings beyond this are dropped and counted; state beyond it replaces what waits of the same instrument. */
const mostWaiting = 4 * mostEvents
/** Prices and quantities of order books in one batch: a third of what one message may take. */
const mostNumbers = 300_000
/** From so many on, newer quotes and books take the place of older ones of the same instrument. */
const crowded = 256

export class Outbox {
  private waiting: PluginEvent[] = []
  /** Places of the newest state in `waiting` by kind and instrument, since a connection last went down. */
  private readonly places = new Map<string, number>()
  private dropped = 0

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.dropped === 0
  }

  add(event: PluginEvent): void {
    if (event.kind === 'book_ticker' || event.kind === 'book') {
      const key = `${event.kind} ${event.instrument}`
      const place = this.waiting.length < crowded ? undefined : this.places.get(key)
      if (place !== undefined) {
        this.waiting[place] = event
        return
      }
      this.places.set(key, this.waiting.length)
    }
    // What went down takes back what came before it: nothing newer may stand ahead of it.
    else if (event.kind === 'topics' || event.kind === 'book_lost') this.places.clear()
    else if (this.waiting.length >= mostWaiting) {
      this.dropped++
      return
    }
    this.waiting.push(event)
  }

  /** The oldest that fit into one batch. */
  take(): { readonly events: readonly PluginEvent[]; readonly dropped: number } {
    const length = this.lengthOfBatch()
    const events = this.waiting.slice(0, length)
    this.waiting = this.waiting.slice(length)
    this.places.clear()
    const { dropped } = this
    this.dropped = 0
    return { events, dropped }
  }

  private lengthOfBatch(): number {
    let numbers = 0
    const length = this.waiting.findIndex((event, at) => {
      if (event.kind === 'book') numbers += event.bids.length + event.asks.length
      return at === mostEvents || numbers > mostNumbers
    })
    return length < 0 ? this.waiting.length : length
  }
}
