/** Raw frames of one exchange made into events again, as its sessions made them: by the connectors of today. */
import type { ExchangeId, Instrument, MarketEvent } from '../../shared/domain/index.ts'
import type { InstrumentLookup, Normalized } from '../exchanges/contract.ts'
import { FeedSources } from '../exchanges/feed-sources.ts'
import { RecentTrades } from '../exchanges/recent-trades.ts'
import { connectorOf } from '../exchanges/registry.ts'
import { Rejections } from '../exchanges/rejections.ts'
import { topicsConnection } from '../raw/format.ts'
import type { RawEntry } from './raw-frames.ts'

export interface PlayerOptions {
  readonly exchange: ExchangeId
  readonly lookup: InstrumentLookup
  /** Trades are published once, of these instruments. */
  readonly instruments: readonly Instrument[]
  readonly onEvent: (event: MarketEvent) => void
  /** Their feed went down, or (null: all) frames were kept no more: what was quoted before counts no more. */
  readonly onDown: (keys: readonly string[] | null) => void
}

export class RawPlayer {
  frames = 0
  readonly rejections = new Rejections(() => undefined)
  private readonly options: PlayerOptions
  private readonly sources = new Map<string, FeedSources>()
  private readonly generations = new Map<string, number>()
  private readonly trades = new RecentTrades()

  constructor(options: PlayerOptions) {
    this.options = options
    this.trades.keep(new Set(options.instruments.map(({ id }) => id)))
  }

  play({ head, line }: RawEntry): void {
    if ('mark' in line) {
      if (head.connection === topicsConnection) {
        if (line.mark === 'down' && 'instruments' in line) this.options.onDown(line.instruments)
        if (line.mark === 'stops') this.options.onDown(null)
      } else if ('other' in line) this.step(head.feed, head.connection, line.mark, line.other)
      return
    }
    this.frames++
    const isBinary = 'base64' in line
    const data = isBinary ? Buffer.from(line.base64, 'base64') : Buffer.from(line.text)
    const { connection, feed } = head
    const source = this.of(feed).of(this.generationOf(feed, connection)) ?? this.opened(feed, connection, null)
    if (source === undefined) return
    let normalized: Normalized
    try {
      normalized = source.normalize(data, isBinary, line.at)
    } catch (error) {
      // As while it was received: a bug, but one frame's.
      const detail = `the normalizer threw ${String(error)}`
      this.rejections.add('schema', detail, data, isBinary, line.at, connection)
      return
    }
    if (normalized.kind === 'rejected') {
      this.rejections.add(normalized.reason, normalized.detail, data, isBinary, line.at, connection)
      return
    }
    for (const event of eventsOf(normalized)) {
      if (source.heldBy !== null) {
        if (event.kind !== 'trade' || !this.trades.has(event)) source.heldBy.hold(event)
      } else {
        source.passesTo?.passed(event)
        this.publish(event)
      }
    }
  }

  private step(feed: string, connection: string, mark: string, other: string | null): void {
    const generation = this.generationOf(feed, connection)
    if (mark === 'opens') this.opened(feed, connection, other)
    if (mark === 'ends') this.of(feed).close(generation)
    if (mark === 'takes_over' && other !== null) {
      this.of(feed).takeOver(generation, this.generationOf(feed, other), (event) => this.publish(event))
    }
  }

  private opened(feed: string, connection: string, replaces: string | null) {
    const { exchange, lookup } = this.options
    const sources = this.of(feed)
    const generation = this.generationOf(feed, connection)
    const normalize = connectorOf(exchange).createNormalizer(feed, lookup)
    sources.open(generation, replaces === null ? null : this.generationOf(feed, replaces), normalize)
    return sources.of(generation)
  }

  private publish(event: MarketEvent): void {
    if (event.kind === 'trade' && !this.trades.add(event)) return
    this.options.onEvent(event)
  }

  private of(feed: string): FeedSources {
    const known = this.sources.get(feed)
    if (known !== undefined) return known
    const sources = new FeedSources()
    this.sources.set(feed, sources)
    return sources
  }

  private generationOf(feed: string, connection: string): number {
    const key = `${feed} ${connection}`
    const known = this.generations.get(key)
    if (known !== undefined) return known
    const generation = this.generations.size + 1
    this.generations.set(key, generation)
    return generation
  }
}

/** Of depth the quote that it leads to, where it brings one. */
function eventsOf(normalized: Normalized): readonly MarketEvent[] {
  if (normalized.kind === 'events') return normalized.events
  const quote = normalized.kind === 'depth' ? (normalized.quote ?? null) : null
  return quote === null ? [] : [quote]
}
