import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Peer, VenueConnection } from '../../venue.ts'
import { type Catalogue, readStreams } from './channels.ts'
import { seconds } from './format.ts'

/** A futures socket nobody uses is gone after about 30.5 s; of spot no such rule is known. */
const idleLimitSeconds = 30

/** Served to whoever signs; without a key each answers as to a wrong one. */
const privateChannels: Readonly<Record<Catalogue['family'], readonly string[]>> = {
  spot: [
    'spot.orders',
    'spot.orders_v2',
    'spot.usertrades',
    'spot.usertrades_v2',
    'spot.balances',
    'spot.priceorders',
    'spot.margin_balances',
    'spot.funding_balances',
    'spot.cross_balances',
  ],
  futures: [
    'futures.orders',
    'futures.usertrades',
    'futures.balances',
    'futures.positions',
    'futures.liquidates',
    'futures.auto_deleverages',
    'futures.position_closes',
    'futures.reduce_risk_limits',
    'futures.autoorders',
  ],
}

const Request = z.object({
  time: z.number().optional(),
  id: z.number().int().optional(),
  channel: z.string(),
  event: z.string().optional(),
  payload: z.array(z.string()).optional(),
})
type Request = z.infer<typeof Request>

/** 1 invalid request body · 2 invalid argument · 3 server error · 4 authentication failed */
type ErrorCode = 1 | 2 | 3 | 4

/**
 * One socket: requests per channel, acks that echo id and payload, pings answered on the pong channel. Order book channels are not
 * simulated and answer as unknown ones.
 */
export function createConnection(catalogue: Catalogue, peer: Peer, number: number): VenueConnection {
  const { family, market } = catalogue
  const connectionId = createHash('md5').update(`${family} ${number}`).digest('hex').slice(0, 16)
  let answers = 0
  let idleSeconds = 0

  if (family === 'futures') {
    peer.every(1_000, () => {
      idleSeconds = peer.subscriptions.size > 0 ? 0 : idleSeconds + 1
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
    else if (privateChannels[family].includes(channel)) refuse(request, 4, invalidKey, null)
    else if (streams === null) refuse(request, 2, `Unknown channel ${channel}`)
    else if ('error' in streams) refuse(request, 2, streams.error)
    else {
      answer(request, { result: { status: 'success' } })
      for (const { key, topic, throttleMs, encode } of streams) {
        if (event === 'subscribe') peer.subscribe(key, topic, encode, throttleMs)
        else peer.unsubscribe(key)
      }
    }
  }

  function pong(): void {
    const now = market.now()
    const frame = { time: seconds(now), time_ms: now, conn_id: connectionId, channel: `${family}.pong`, event: '' }
    peer.send(JSON.stringify({ ...frame, result: null }))
  }

  return { onMessage }
}

const failed = { status: 'fail' }
/** The real one puts the REST error's own text, line end included, into the message. */
const invalidKey = '{"label":"INVALID_KEY","message":"Invalid key provided"}\n'

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
