/**
 * The process of one plugin: an exchange's session around its connector, with sockets, limits and books like any other's. Nothing of
 * Crossbook's data is here; what comes of the exchange goes to the main process in batches, the next one when the last was taken.
 */
import { Socket } from 'node:net'
import { type Instrument, periodMs } from '../../shared/domain/index.ts'
import { createBus } from '../bus/index.ts'
import { messageOf } from '../errors.ts'
import type { HistoryCandle, Topic } from '../exchanges/contract.ts'
import { ExchangeSession } from '../exchanges/session.ts'
import { createLogger } from '../log.ts'
import { OrderBookKeeper } from '../market/books/keeper.ts'
import { bookSourceOf } from '../market/books/source.ts'
import type { RestResult } from '../net/rest.ts'
import { FrameReader, frameOf, pipeNumber } from './frames.ts'
import { closeDoors, whyNotConfined } from './guard.ts'
import { loadConnector } from './loading.ts'
import { type FromPlugin, mostLevels, type Question, ToPlugin, type TopicMessage } from './messages.ts'
import { Outbox } from './outbox.ts'

const batchEveryMs = 10
const bookEveryMs = 100
const statusEveryMs = 1_000

type Begin = Extract<ToPlugin, { kind: 'begin' }>

class PluginHost {
  private readonly tell: (message: FromPlugin) => void
  private readonly outbox = new Outbox()
  private readonly session: ExchangeSession
  private readonly books: OrderBookKeeper
  private readonly instruments = new Map<number, Instrument>()
  private topics: readonly Topic[] = []
  private isAwaited = true
  /** Books that changed since they were last told, and those that are told as standing. */
  private readonly changed = new Set<number>()
  private readonly standing = new Set<number>()

  constructor(
    begin: Begin,
    connector: ConstructorParameters<typeof ExchangeSession>[0]['connector'],
    tell: PluginHost['tell'],
  ) {
    this.tell = tell
    const bus = createBus((error) => {
      throw error
    })
    const proxy = begin.proxy === null ? null : { url: begin.proxy, password: null }
    const logger = createLogger('silent')
    this.session = new ExchangeSession({
      connector,
      network: { watch: null, proxy: () => proxy },
      origins: begin.origins,
      bus,
      logger,
      onTopics: (change) => {
        this.books.follow(change)
        const { topics, heardAt = null, ...rest } = change
        this.outbox.add({ kind: 'topics', ...rest, heardAt, topics: topics.map(messageOfTopic) })
      },
      onDepth: (depth) => this.books.apply(depth),
      onDoubt: (doubt) => {
        this.books.doubt(doubt)
        this.outbox.add({ kind: 'doubt', topics: doubt.topics.map(messageOfTopic), words: doubt.words })
      },
    })
    const source = bookSourceOf(this.session)
    this.books = new OrderBookKeeper({ bus, gaps: noGaps, source: () => source, logger })
    bus.on('book_ticker', ({ instrument, ...quote }) => this.outbox.add({ ...quote, instrument: instrument.id }))
    bus.on('trade', ({ instrument, ...trade }) => this.outbox.add({ ...trade, instrument: instrument.id }))
    bus.on('kline', ({ instrument, ...kline }) => this.outbox.add({ ...kline, instrument: instrument.id }))
    bus.on('funding_rate', ({ rate }) => {
      const instrument = [...this.instruments.values()].find(({ symbol }) => symbol === rate.symbol)
      if (instrument !== undefined) this.outbox.add({ kind: 'funding_rate', instrument: instrument.id, rate })
    })
    bus.on('order_book', ({ book }) => this.changed.add(book.instrument.id))
  }

  heed(message: ToPlugin): void {
    switch (message.kind) {
      case 'begin':
        return
      case 'start':
        this.session.start()
        setInterval(() => this.flush(), batchEveryMs)
        setInterval(() => this.tellBooks(), bookEveryMs)
        setInterval(() => this.tellStatus(), statusEveryMs)
        return
      case 'instruments':
        this.list(message.instruments)
        return
      case 'want':
        this.want(message.topics)
        return
      case 'resubscribe':
        this.resubscribe(message.topic)
        return
      case 'ask':
        this.answer(message.question)
          .then((result) => this.tell({ kind: 'reply', id: message.id, result }))
          .catch((error: unknown) => {
            const failure = { kind: 'unreadable', code: null, message: messageOf(error), retryAfterMs: null } as const
            this.tell({ kind: 'reply', id: message.id, result: { ok: false, failure } })
          })
        return
      case 'next':
        this.isAwaited = true
        return
      case 'beat':
        this.tell({ kind: 'beat' })
    }
  }

  private list(instruments: readonly Instrument[]): void {
    this.instruments.clear()
    const lookup = { spot: new Map<string, Instrument>(), perpetual: new Map<string, Instrument>() }
    for (const instrument of instruments) {
      this.instruments.set(instrument.id, instrument)
      lookup[instrument.kind].set(instrument.nativeName, instrument)
    }
    this.session.useInstruments(lookup)
  }

  private want(topics: readonly TopicMessage[]): void {
    this.topics = topics.flatMap((topic) => this.topicOf(topic) ?? [])
    this.books.watch(this.topics.filter(({ channel }) => channel === 'order_book').map(({ instrument }) => instrument))
    this.session.want(this.topics)
  }

  private resubscribe(message: TopicMessage): void {
    const topic = this.topicOf(message)
    if (topic === null) return
    // A book is told whole again as it stands; only its own keeper knows whether its stream is to begin anew.
    if (topic.channel === 'order_book') this.changed.add(topic.instrument.id)
    else {
      const feed = this.session.feedOf(topic)
      feed?.session.resubscribe(feed.wire)
    }
  }

  private topicOf({ channel, instrument: id, period }: TopicMessage): Topic | null {
    const instrument = this.instruments.get(id)
    return instrument === undefined ? null : { channel, instrument, period }
  }

  private async answer(question: Question): Promise<RestResult<unknown>> {
    switch (question.what) {
      case 'instruments':
        return this.session.loadInstruments()
      case 'clock':
        return this.session.measureClock()
      case 'klines': {
        const instrument = this.instruments.get(question.instrument)
        return instrument === undefined ? { ok: true, value: [] } : this.klines({ ...question, instrument })
      }
      case 'funding': {
        const instruments = question.instruments.flatMap((id) => this.instruments.get(id) ?? [])
        const calls = this.session.connector.fundingRates(instruments)
        const replies = await Promise.all(calls.map((call) => this.session.ask(call, { priority: 'history' })))
        const failed = replies.find((reply) => !reply.ok)
        return failed ?? { ok: true, value: replies.flatMap((reply) => (reply.ok ? reply.value : [])) }
      }
    }
  }

  /** In as many calls as the exchange wants. */
  private async klines({
    instrument,
    period,
    from,
    to,
  }: Parameters<ExchangeSession['klines']>[0]): Promise<RestResult<unknown>> {
    const step = periodMs[period]
    const atOnce = Math.max(1, Math.floor(this.session.connector.klinesPerCall(instrument, period)))
    const candles: HistoryCandle[] = []
    for (let begin = from; begin <= to; begin += atOnce * step) {
      const end = Math.min(to, begin + (atOnce - 1) * step)
      const reply = await this.session.klines({ instrument, period, from: begin, to: end })
      if (!reply.ok) return reply
      candles.push(...reply.value)
    }
    return { ok: true, value: candles }
  }

  private flush(): void {
    if (!this.isAwaited || this.outbox.isEmpty) return
    const { events, dropped } = this.outbox.take()
    this.isAwaited = false
    this.tell({ kind: 'batch', events: [...events], dropped })
  }

  /** Whole books, as they stand now; of those that do not, once that they do not. */
  private tellBooks(): void {
    for (const id of this.changed) {
      const kept = this.books.of(id)
      if (kept?.truth === 'live') {
        const { bidPrice, bidQuantity, askPrice, askQuantity } = kept.book.top(mostLevels)
        const [bids, asks] = [pairs(bidPrice, bidQuantity), pairs(askPrice, askQuantity)]
        const { exchangeAt, receivedAt } = kept
        this.standing.add(id)
        this.outbox.add({ kind: 'book', instrument: id, bids, asks, exchangeAt, receivedAt: receivedAt ?? Date.now() })
      } else if (this.standing.delete(id)) {
        this.outbox.add({ kind: 'book_lost', instrument: id, reason: kept?.reason ?? 'not kept any more' })
      }
    }
    this.changed.clear()
  }

  private tellStatus(): void {
    this.books.sweep(Date.now())
    const lives = this.topics.flatMap((topic) => {
      if (topic.channel !== 'book_ticker' && topic.channel !== 'order_book') return []
      const feed = this.session.feedOf(topic)
      const life = feed?.session.lifeOf(feed.wire) ?? null
      return life === null ? [] : [{ topic: messageOfTopic(topic), ...life }]
    })
    this.tell({ kind: 'status', status: this.session.status(), lives })
  }
}

const messageOfTopic = ({ channel, instrument, period }: Topic): TopicMessage => ({
  channel,
  instrument: instrument.id,
  period,
})

const pairs = (prices: Float64Array, quantities: Float64Array): number[] =>
  [...prices].flatMap((price, level) => [price, quantities[level] ?? 0])

/** Gaps are the main process's to tell: there is no database here. */
const noGaps: ConstructorParameters<typeof OrderBookKeeper>[0]['gaps'] = {
  open: (kind, { key, exchange, symbol }, from, { cause, detail }) => ({
    id: 0,
    instrument: key,
    exchange,
    symbol,
    kind,
    period: null,
    from,
    to: null,
    cause,
    detail,
    filledAt: null,
    whyNotFilled: null,
  }),
  close: (gap, to) => ({ ...gap, to }),
  explain: (gap, reason) => ({ ...gap, ...reason }),
}

function run(): void {
  const pipe = new Socket({ fd: pipeNumber })
  const frames = new FrameReader()
  const tell = (message: FromPlugin): void => void pipe.write(frameOf(message))
  let host: PluginHost | null = null
  // Whoever started this is gone: nothing is left to do.
  pipe.on('error', () => process.exit(0)).on('close', () => process.exit(0))
  pipe.on('data', (chunk) => {
    frames.add(chunk)
    for (let next = frames.next(); next.kind !== 'part'; next = frames.next()) {
      if (next.kind === 'unreadable') throw new Error(`Crossbook told ${next.why}`)
      heed(ToPlugin.parse(next.message))
    }
  })

  const heed = (message: ToPlugin): void => {
    if (message.kind !== 'begin') {
      host?.heed(message)
      return
    }
    const loose = whyNotConfined()
    if (loose !== null) {
      tell({ kind: 'refused', words: loose })
      return
    }
    closeDoors()
    loadConnector(message.entry, message.exchange).then(
      (connector) => {
        host = new PluginHost(message, connector, tell)
        tell({ kind: 'ready' })
      },
      (error: unknown) => tell({ kind: 'refused', words: messageOf(error).slice(0, 1_000) }),
    )
  }
}

run()
