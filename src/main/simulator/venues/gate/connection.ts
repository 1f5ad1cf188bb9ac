import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Peer, VenueConnection } from '../../venue.ts'
import { type Catalogue, readStreams } from './channels.ts'
import { seconds } from './format.ts'
import { createPrivateStreams, type PrivateRequest, type PrivateStreamsOptions } from './private-streams.ts'

/** A futures socket nobody uses is gone after about 30.5 s; of spot no such rule is known. */
const idleLimitSeconds = 30

const Request = z.object({
  time: z.number().optional(),
  id: z.number().int().optional(),
  channel: z.string(),
  event: z.string().optional(),
  payload: z.array(z.string()).optional(),
  auth: z.object({ method: z.literal('api_key'), KEY: z.string(), SIGN: z.string() }).optional(),
})
type Request = z.infer<typeof Request>

/** 1 invalid request body · 2 invalid argument · 3 server error · 4 authentication failed */
type ErrorCode = 1 | 2 | 3 | 4

/**
 * One socket: requests per channel, acks that echo id and payload, pings answered on the pong channel. Of order book channels `obu` and
 * `order_book_update` are simulated; the legacy `order_book` answers as an unknown one.
 */
export function createConnection(
  catalogue: Catalogue,
  peer: Peer,
  number: number,
  own: Pick<PrivateStreamsOptions, 'quoted' | 'address'>,
): VenueConnection {
  const { family, market } = catalogue
  const privateStreams = createPrivateStreams({ ...catalogue, ...own }, peer)
  const connectionId = createHash('md5').update(`${family} ${number}`).digest('hex').slice(0, 16)
  let answers = 0
  let idleSeconds = 0

  if (family === 'futures') {
    peer.every(1_000, () => {
      idleSeconds = peer.subscriptions.size > 0 || privateStreams.isUsed ? 0 : idleSeconds + 1
      // Without a close frame, which clients see as 1006.
      if (idleSeconds >= idleLimitSeconds) peer.close(1006, '')
    })
  }

  /** Ids that mean nothing but are the same in every run. */
  function answer({ id, channel = '', event = '', payload }: Partial<Request>, more: object): void {
    answers += 1
    const trace = createHash('md5').update(`${connectionId} ${answers}`).digest('hex')
    const now = market.now()
    const head = { time: seconds(now), time_ms: now, ...(id === undefined ? {} : { id }), conn_id: connectionId }
    const asked = payload === undefined ? {} : { payload }
    peer.send(JSON.stringify({ ...head, trace_id: trace, channel, event, ...asked, ...more, requestId: trace }))
  }

  const refuse = (request: Partial<Request>, code: ErrorCode, message: string, result: object | null = failed): void =>
    answer(request, { error: { code, message }, result })

  function onMessage(text: string): void {
    idleSeconds = 0
    const json = readJson(text)
    const parsed = Request.safeParse(json)
    if (json === undefined) refuse({}, 1, 'request message need json scheme', null)
    else if (!parsed.success) refuse({}, 1, 'invalid request body', null)
    else if (parsed.data.channel === `${family}.ping`) pong()
    else handle(parsed.data)
  }

  function handle(request: Request): void {
    const { channel, event, payload = [] } = request
    const streams = readStreams(catalogue, channel, payload)
    if (event !== 'subscribe' && event !== 'unsubscribe') refuse(request, 2, `Unknown event ${event ?? ''}`)
    else if (request.time === undefined) refuse(request, 2, 'missing time')
    else if (privateStreams.takes(channel)) handlePrivate(request, { ...request, event, time: request.time })
    else if (streams === null) refuse(request, 2, `Unknown channel ${channel}`)
    else if ('error' in streams) refuse(request, 2, streams.error)
    else if (
      event === 'subscribe' &&
      channel.endsWith('.obu') &&
      streams.some(({ key }) => peer.subscriptions.has(key))
    )
      refuse(request, 2, `Alert sub ${payload.join(',')}`)
    else {
      answer(request, { result: { status: 'success' } })
      for (const { key, topic, throttleMs, encode } of streams) {
        if (event === 'subscribe') peer.subscribe(key, topic, encode, throttleMs)
        else peer.unsubscribe(key)
      }
    }
  }

  function handlePrivate(request: Request, asked: PrivateRequest): void {
    const error = privateStreams.request(asked)
    if (error) refuse(request, error.code, error.message, null)
    else answer(request, { result: { status: 'success' } })
  }

  function pong(): void {
    const now = market.now()
    const frame = { time: seconds(now), time_ms: now, conn_id: connectionId, channel: `${family}.pong`, event: '' }
    peer.send(JSON.stringify({ ...frame, result: null }))
  }

  return { onMessage, onClose: privateStreams.close }
}

const failed = { status: 'fail' }

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
