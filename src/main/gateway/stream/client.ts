/** One bot on the stream: what it asks is answered here, what it subscribed to comes through its outbox. */
import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import { instrumentKey } from '../../../shared/domain/index.ts'
import { unifiedVersion } from '../../../shared/unified/schemas.ts'
import type { Caller } from '../auth.ts'
import { ApiError, asApiError, errorCodes } from '../errors.ts'
import type { GatewayHub } from '../options.ts'
import { ask, refusalOf } from '../rest/route.ts'
import { klinesOf } from '../unified-state.ts'
import type { StreamFeed } from './feed.ts'
import { ClientMessage, type MessageId, mostTopics, type ServerMessage } from './messages.ts'
import { Outbox, type Subscription } from './outbox.ts'
import { type EventType, parseTopic, topicKinds } from './topics.ts'

export const largestMessageBytes = 65_536
/** Downloads of one client at once. */
const mostHistoryRequests = 4
/** A client that goes on after this many refusals for its rate is cut off. */
const mostRefusals = 100
export const tooMany = 4429
/** How often a download looks whether its client has caught up, ms. */
const caughtUpEveryMs = 20

type Of<T extends ClientMessage['type']> = Extract<ClientMessage, { type: T }>

export interface StreamClientOptions {
  readonly socket: WebSocket
  /** What the socket writes to. */
  readonly connection: Writable
  readonly caller: Caller
  readonly hub: GatewayHub
  readonly feed: StreamFeed
  /** Counts one more message. Throws an ApiError when it is one too many. */
  readonly count: () => void
  /** Subscriptions changed. */
  readonly onTopics: () => void
  readonly onBug: (error: unknown) => void
  readonly onCutOff: (reason: string) => void
}

export class StreamClient {
  readonly caller: Caller
  readonly outbox: Outbox
  private readonly options: StreamClientOptions
  private readonly downloads = new Map<MessageId, AbortController>()
  private refusals = 0

  constructor(options: StreamClientOptions) {
    this.options = options
    this.caller = options.caller
    const again = (events: ReadonlySet<EventType>) => {
      const subscriptions = this.outbox.topics.filter(({ topic }) => events.has(topic.event))
      if (subscriptions.length > 0) void this.sendSnapshots(subscriptions).catch(options.onBug)
    }
    this.outbox = new Outbox(options.socket, options.connection, again, options.onCutOff)
    options.feed.add(this.outbox)
    this.send({
      type: 'welcome',
      message_version: unifiedVersion,
      scopes: [...this.caller.scopes],
      server_time: Date.now(),
    })
  }

  close(): void {
    this.options.feed.remove(this.outbox)
    this.outbox.close()
    for (const controller of this.downloads.values()) controller.abort()
    this.downloads.clear()
  }

  wants(event: EventType): boolean {
    return this.outbox.topics.some(({ topic }) => topic.event === event)
  }

  /** Never rejects: what cannot be answered is told as an error_response. */
  async receive(data: Buffer, isBinary: boolean): Promise<void> {
    let id: MessageId | null = null
    try {
      this.options.count()
      this.refusals = 0
      if (data.length > largestMessageBytes) {
        this.outbox.cutOff(`a message is larger than ${largestMessageBytes} bytes`, 1009)
        return
      }
      if (isBinary) throw new ApiError(400, 'a message is JSON text, not binary')
      const json = parseJson(data.toString())
      id = idOf(json)
      const parsed = ClientMessage.safeParse(json)
      if (!parsed.success) throw new ApiError(400, refusalOf(parsed.error, json))
      await this.answer(parsed.data)
    } catch (error) {
      this.refuse(id, error)
    }
  }

  private refuse(id: MessageId | null, error: unknown): void {
    const known = asApiError(error instanceof Error ? error : new Error(String(error)))
    if (known.status === 500) this.options.onBug(error)
    if (known.status === 429 && ++this.refusals > mostRefusals) {
      this.outbox.cutOff('too many requests', tooMany)
      return
    }
    this.send({ type: 'error_response', id, code: errorCodes[known.status], message: known.message })
  }

  private answer(message: ClientMessage): Promise<void> | void {
    switch (message.type) {
      case 'subscribe':
        return this.subscribe(message)
      case 'unsubscribe':
        return this.unsubscribe(message)
      case 'ping':
        return this.send({ type: 'pong', id: message.id ?? null, server_time: Date.now() })
      case 'request_historical':
        return this.download(message)
      case 'request_current_timestamp':
        return this.currentTimestamp(message)
      case 'cancel':
        return this.cancel(message)
    }
  }

  private async subscribe({ topics, interval_ms: intervalMs, id }: Of<'subscribe'>): Promise<void> {
    // All or none, so that a bot never runs on a half of what it asked for.
    const added = topics.map((text): Subscription => ({ topic: this.allowedTopic(text), intervalMs }))
    const all = new Set([...this.outbox.topics, ...added].map(({ topic }) => topic.text))
    if (all.size > mostTopics)
      throw new ApiError(400, `topics: more than ${mostTopics} in all; patterns with * need fewer`)
    await this.sendSnapshots(added, () => {
      this.outbox.subscribe(added)
      this.options.onTopics()
      this.send({ type: 'subscribed', id: id ?? null, topics: added.map(({ topic }) => topic.text) })
    })
  }

  private allowedTopic(text: string): Subscription['topic'] {
    const topic = parseTopic(text)
    if ('problem' in topic) throw new ApiError(400, topic.problem)
    const { scope } = topicKinds[topic.event]
    if (this.caller.scopes.includes(scope)) return topic
    throw new ApiError(
      403,
      `topic ${topic.text}: this token has the scope ${this.caller.scopes.join(', ')}; this needs ${scope}`,
    )
  }

  private unsubscribe({ topics, id }: Of<'unsubscribe'>): void {
    const texts = topics.map((text) => {
      const topic = parseTopic(text)
      return 'problem' in topic ? text : topic.text
    })
    const removed = this.outbox.unsubscribe(texts)
    this.options.onTopics()
    this.send({ type: 'unsubscribed', id: id ?? null, topics: [...removed] })
  }

  /** Each is read after the subscription is in force, so that nothing falls between the two. */
  private sendSnapshots(subscriptions: readonly Subscription[], first: () => void = () => undefined): Promise<void> {
    return this.outbox.holding(async () => {
      first()
      const wanted = subscriptions.filter(({ topic }) => topicKinds[topic.event].hasSnapshot)
      const snapshots = await Promise.all(wanted.map(({ topic }) => this.options.feed.snapshot(topic)))
      wanted.forEach(({ topic }, place) => {
        this.send({ type: 'snapshot', topic: topic.text, data: snapshots[place] ?? [] })
      })
    })
  }

  private async currentTimestamp(message: Of<'request_current_timestamp'>): Promise<void> {
    const { exchange, symbol, period, id } = message
    const instrument = this.instrument(message)
    const { openTime } = await ask(this.options.hub, 'klines.latest', { instrument, period })
    this.send({
      type: 'current_timestamp_response',
      id,
      exchange: exchange.toUpperCase(),
      symbol,
      period,
      timestamp: openTime,
      server_time: Date.now(),
    })
  }

  private instrument({ exchange, symbol }: Pick<Of<'request_historical'>, 'exchange' | 'symbol'>): string {
    const key = instrumentKey(exchange, symbol)
    if (this.options.hub.instrument(key)) return key
    throw new ApiError(404, `symbol: ${exchange.toUpperCase()} lists no ${JSON.stringify(symbol)}`)
  }

  private async download(message: Of<'request_historical'>): Promise<void> {
    const { id, exchange, symbol, period, from, to } = message
    if (this.downloads.has(id)) throw new ApiError(400, `id: ${JSON.stringify(id)}: a request of this id is under way`)
    if (this.downloads.size >= mostHistoryRequests) {
      throw new ApiError(429, `${mostHistoryRequests} requests for history are under way: wait for one of them`)
    }
    const instrument = this.options.hub.instrument(instrumentKey(exchange, symbol))
    const controller = new AbortController()
    this.downloads.set(id, controller)
    try {
      let sequence = 0
      const request = { instrument: instrumentKey(exchange, symbol), period, from, to }
      for await (const part of this.options.hub.streamHistory(request, controller.signal)) {
        if (part.kind === 'chunk') {
          const data = instrument ? klinesOf(instrument, part.klines) : []
          this.send({
            type: 'historical_data_chunk',
            id,
            sequence: sequence++,
            data,
            done: part.done,
            total: part.total,
          })
          // The next is not read before this one is on its way.
          await this.untilCaughtUp(controller.signal)
        } else if (part.result.error) {
          const { code, message: why } = part.result.error
          this.send({ type: 'error_response', id, code, message: why })
        } else {
          const { candles, fetched, missing } = part.result
          this.send({ type: 'historical_data_complete', id, candles, fetched, missing })
        }
      }
    } finally {
      this.downloads.delete(id)
    }
  }

  private async untilCaughtUp(signal: AbortSignal): Promise<void> {
    while (this.outbox.isBackedUp && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, caughtUpEveryMs))
    }
  }

  private cancel({ id }: Of<'cancel'>): void {
    const controller = this.downloads.get(id)
    if (!controller) throw new ApiError(404, `id: ${JSON.stringify(id)}: no request of this id is under way`)
    controller.abort()
  }

  private send(message: ServerMessage): void {
    this.outbox.sendText(JSON.stringify(message))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, 'a message is JSON text; this is not')
  }
}

/** Of whatever it is, so that the bot knows which of its messages was refused. */
function idOf(json: unknown): MessageId | null {
  if (typeof json !== 'object' || json === null || !('id' in json)) return null
  const { id } = json
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id
  return typeof id === 'string' && id.length <= 100 ? id : null
}
