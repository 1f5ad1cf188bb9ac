/** Bybit's WebSocket manners: a path per market, JSON pings, one answer per request, which one wrong topic fails as a whole. */
import { z } from 'zod'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { hashText } from '../../hash.ts'
import { RecentCounts } from '../../request-counts.ts'
import type { Peer, SimDepth, SimMarket, SimQuote, VenueConnection, VenueReply, VenueRequest } from '../../venue.ts'
import { type Category, type Frames, periodsByInterval } from './frames.ts'
import type { PrivateRows } from './private-rows.ts'
import { openPrivateSocket } from './private-socket.ts'
import { parseJson } from './replies.ts'

const categories: Readonly<Record<string, Category>> = { '/v5/public/spot': 'spot', '/v5/public/linear': 'linear' }
const privatePath = '/v5/private'

const connectionsPerWindow = 500
const connectionWindowMs = 300_000
/** Spot takes no more args a request. */
const spotArgs = 10
/** All args of a connection together. */
const argsCharacters = 21_000
/** Without a ping or a push for so long the connection is cut. */
const idleSeconds = 600
/** Depth of a book topic, and how often it is sent, ms. */
const depths: ReadonlyMap<string, number> = new Map([
  ['1', 10],
  ['50', 20],
  ['200', 100],
])
/** Update ids of the simulator are so far apart. */
const idsPerTick = 100_000
/** Level 1 is sent again when nothing has changed for so long. */
const repeatMs = 3_000

const Request = z.object({ req_id: z.string().optional(), op: z.string(), args: z.array(z.string()).optional() })

export function createSockets(
  market: SimMarket,
  frames: Frames,
  account: SimAccount,
  rows: PrivateRows,
): (peer: Peer, request: VenueRequest) => VenueConnection | VenueReply {
  const attempts = new RecentCounts(connectionWindowMs)
  /** Of each book topic, when its last message was and the id of it. */
  const told = new Map<string, { readonly at: EpochMs; readonly id: number }>()
  let connections = 0

  /** One message of a topic has one id for all who are sent it, and the next one the next; one where nothing changed is empty. */
  function idOf(topic: string, { at, updateId }: SimDepth): number {
    const last = told.get(topic)
    if (last?.at === at) return last.id
    const id = last === undefined ? Math.floor(updateId / idsPerTick) : last.id + 1
    told.set(topic, { at, id })
    return id
  }

  return (peer, { origin, path, address }) => {
    const category = categories[path]
    if (!origin.startsWith('ws') || (category === undefined && path !== privatePath)) return { status: 404, body: '' }
    if (attempts.add(address, market.now()) > connectionsPerWindow) return { status: 403, body: 'access too frequent' }
    connections += 1
    const connectionId = connectionIdOf(connections)
    return category === undefined
      ? openPrivateSocket({ peer, account, rows, connectionId, address })
      : openPublic(peer, category, connectionId)
  }

  function openPublic(peer: Peer, category: Category, connectionId: string): VenueConnection {
    const isSpot = category === 'spot'
    const topics = new Map<string, { readonly stop: () => void; readonly tick: (now: EpochMs) => void }>()
    let characters = 0
    let quietSeconds = 0

    peer.every(1_000, () => {
      const now = market.now()
      for (const topic of topics.values()) topic.tick(now)
      quietSeconds = topics.size > 0 ? 0 : quietSeconds + 1
      if (quietSeconds >= idleSeconds) peer.close(1000, '')
    })

    /** Spot leaves out a `req_id` that was not sent, linear tells ''. */
    function answer(op: string, requestId: string | undefined, success: boolean, words: string): void {
      const id = requestId === undefined && isSpot ? {} : { req_id: requestId ?? '' }
      peer.send(JSON.stringify({ success, ret_msg: words, conn_id: connectionId, ...id, op }))
    }

    /** What a topic begins to send; null: there is no such topic. */
    function start(topic: string): (() => { stop: () => void; tick: (now: EpochMs) => void }) | null {
      const [channel = '', parameter = '', ...others] = topic.split('.')
      const symbol = channel === 'publicTrade' ? parameter : (others[0] ?? '')
      const instrument = frames.find(category, symbol)
      if (!instrument || others.length > (channel === 'publicTrade' ? 0 : 1)) return null
      const stop = () => peer.unsubscribe(topic)
      const still = { stop, tick: () => undefined }
      if (channel === 'publicTrade')
        return () => {
          peer.subscribe(topic, { channel: 'trade', instrument }, (event) => {
            if (event.channel !== 'trade') throw new Error(`not a trade: ${event.channel}`)
            return frames.trade(event.trade)
          })
          return still
        }
      const period = periodsByInterval.get(parameter)
      if (channel === 'kline' && period !== undefined)
        return () => {
          peer.subscribe(topic, { channel: 'kline', instrument, period }, (event) => {
            if (event.channel !== 'kline') throw new Error(`not a kline: ${event.channel}`)
            return frames.kline(event.kline, parameter)
          })
          return still
        }
      const everyMs = depths.get(parameter)
      if (channel !== 'orderbook' || everyMs === undefined) return null
      if (parameter === '1')
        return () => {
          let sent: SimQuote = market.quote(instrument)
          let sentAt = market.now()
          peer.send(frames.best(sent, sent.at))
          peer.subscribe(
            topic,
            { channel: 'book_ticker', instrument },
            (event) => {
              if (event.channel !== 'book_ticker') throw new Error(`not a quote: ${event.channel}`)
              sent = event.quote
              sentAt = market.now()
              return frames.best(sent, sent.at)
            },
            everyMs,
          )
          const tick = (now: EpochMs) => {
            if (now - sentAt < repeatMs) return
            sentAt = now
            peer.send(frames.best(sent, now))
          }
          return { stop, tick }
        }
      const levels = Number(parameter)
      return () => {
        peer.subscribe(
          topic,
          { channel: 'order_book', instrument, levels, snapshotFirst: true, heartbeatMs: 0 },
          (event) => {
            if (event.channel !== 'order_book') throw new Error(`not a book: ${event.channel}`)
            return frames.book(event.depth, levels, idOf(`${category} ${topic}`, event.depth))
          },
          everyMs,
        )
        return still
      }
    }

    /** Why a request fails as a whole; null: it does not. */
    function refusalOf(args: readonly string[]): string | null {
      if (isSpot && args.length > spotArgs) return `error:args size >${spotArgs}`
      const known = args.find((topic, index) => topics.has(topic) || args.indexOf(topic) !== index)
      if (known !== undefined) return `error:already subscribed,topic:${known}`
      const unknown = args.find((topic) => start(topic) === null)
      if (unknown !== undefined) return `error:handler not found,topic:${unknown}`
      return characters + args.join('').length > argsCharacters ? 'error:args too long' : null
    }

    function subscribe(requestId: string | undefined, args: readonly string[]): void {
      const refusal = refusalOf(args)
      answer('subscribe', requestId, refusal === null, refusal ?? (isSpot ? 'subscribe' : ''))
      if (refusal !== null) return
      for (const topic of args) {
        const begin = start(topic)
        if (begin) topics.set(topic, begin())
        characters += topic.length
      }
    }

    function unsubscribe(requestId: string | undefined, args: readonly string[]): void {
      for (const topic of args) {
        const known = topics.get(topic)
        if (!known) continue
        known.stop()
        topics.delete(topic)
        characters -= topic.length
      }
      answer('unsubscribe', requestId, true, isSpot ? 'unsubscribe' : '')
    }

    return {
      onMessage(text) {
        quietSeconds = 0
        const request = Request.safeParse(parseJson(text))
        if (!request.success) {
          answer('', undefined, false, 'error:request invalid')
          return
        }
        const { req_id: requestId, op, args } = request.data
        if (op === 'ping') answer('ping', requestId, true, 'pong')
        else if (op === 'subscribe' && args) subscribe(requestId, args)
        else if (op === 'unsubscribe' && args) unsubscribe(requestId, args)
        else answer(op, requestId, false, 'error:invalid op')
      },
    }
  }
}

/** `2324d924-aa4d-45b0-a858-7b8be29ab52b` */
function connectionIdOf(n: number): string {
  const hex = [0, 1, 2, 3].map((part) => hashText(n, `connection ${part}`).toString(16).padStart(8, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
