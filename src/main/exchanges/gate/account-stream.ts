/**
 * Gate's private streams. There is no login: every subscription carries its own signature. The futures side also wants the user's
 * number in the payload, which REST tells. Nothing is sent on subscribing: REST comes first.
 */
import type { EpochMs, RejectReason } from '../../../shared/domain/index.ts'
import { parseExactJson } from '../../net/exact-json.ts'
import type { Control, FeedRules } from '../../net/feed.ts'
import type { Sign } from '../../net/rest.ts'
import type {
  AccountConnectorOptions,
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  PrivateStream,
  StreamTicket,
} from '../account-contract.ts'
import { readFuturesBalanceChange, readPosition, readSpotBalanceChange } from './account-holdings.ts'
import {
  type Reader,
  type Reading,
  readFuturesFill,
  readFuturesOrder,
  readSpotFill,
  readSpotOrder,
} from './account-normalize.ts'
import { userNumber } from './account-rest.ts'
import { FuturesBalanceChange, SpotBalanceChange, StreamError } from './account-schemas.ts'
import { rejectedKeyMessage } from './dialect.ts'
import { decimalSizes, urls } from './endpoints.ts'
import { problemOf, SubscriptionReply, SystemNotice } from './schemas.ts'
import { secondsOf, streamAuth } from './signing.ts'
import { pingText } from './subscribe.ts'

/** A wire is its channel: each is subscribed for everything at once. */
const spotWires = ['spot.orders', 'spot.usertrades', 'spot.balances'] as const
const futuresWires = ['futures.orders', 'futures.usertrades', 'futures.balances', 'futures.positions'] as const

type Payload = (channel: string) => readonly string[] | undefined
const spotPayload: Payload = (channel) => (channel === 'spot.balances' ? undefined : ['!all'])
const futuresPayload =
  (user: string): Payload =>
  (channel) =>
    channel === 'futures.balances' ? [user] : [user, '!all']

type GateStream = PrivateStream & { readonly id: 'spot' | 'futures' }

/**
 * `isSplit`: the account may hold a side of a contract in cross and in isolated margin at once. A push then tells one part, of which it is
 * not documented which: REST is asked for both. Not given: no.
 */
type StreamOptions = Pick<AccountConnectorOptions, 'account' | 'lookup'> & { readonly isSplit?: () => boolean }

export function privateStreams(
  options: AccountConnectorOptions & StreamOptions & { readonly sign: Sign },
): readonly GateStream[] {
  const { credentials, sign } = options
  const manners = {
    topicsPerSocket: 10,
    sendsPerSecond: 10,
    connectIntervalMs: 1_000,
    silenceMs: 30_000,
    lifetimeMs: null,
    ackTimeoutMs: 10_000,
  } as const

  /**
   * `{"time":1611541000,"id":1,"channel":"spot.orders","event":"subscribe","payload":["!all"],"auth":{…}}`, one request a channel;
   * `time` is by Gate's clock, which takes those within 60 s.
   */
  const requests =
    (event: 'subscribe' | 'unsubscribe', payloadOf: Payload, now: () => EpochMs): FeedRules['subscribe'] =>
    (wires, nextId) =>
      wires.map((channel) => {
        const id = nextId()
        const time = secondsOf(now())
        const payload = payloadOf(channel)
        const auth = streamAuth(credentials, channel, event, time)
        const text = JSON.stringify({ time, id, channel, event, ...(payload ? { payload } : {}), auth })
        return { id, wires: [channel], text }
      })

  const userTicket: StreamTicket = { obtain: (ask) => userNumber(ask, sign), extend: null, extendEveryMs: 0 }

  return [
    {
      id: 'spot',
      wires: spotWires,
      ticket: null,
      rules: (_ticket, now) => ({
        ...manners,
        id: 'spot',
        url: urls.spotSocket,
        heartbeat: { everyMs: 12_000, text: pingText('spot') },
        subscribe: requests('subscribe', spotPayload, now),
        unsubscribe: requests('unsubscribe', spotPayload, now),
      }),
      createNormalizer: () => createAccountNormalizer(options),
    },
    {
      id: 'futures',
      wires: futuresWires,
      ticket: userTicket,
      rules: (ticket, now) => ({
        ...manners,
        id: 'futures',
        url: urls.perpetualSocket,
        headers: decimalSizes,
        heartbeat: { everyMs: 12_000, text: pingText('futures') },
        subscribe: requests('subscribe', futuresPayload(ticket ?? ''), now),
        unsubscribe: requests('unsubscribe', futuresPayload(ticket ?? ''), now),
      }),
      createNormalizer: () => createAccountNormalizer(options),
    },
  ]
}

const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })
const control = (value: Control): AccountNormalized => ({ kind: 'control', control: value })
const ignored = control({ type: 'ignored' })

type Frame = Readonly<Record<string, unknown>>
const isFrame = (value: unknown): value is Frame => typeof value === 'object' && value !== null

/**
 * Private frames to events.
 *
 * In      {"time","time_ms","channel","event":"update","result":[…]}
 * Out     every row of the result in its order. Balances also hint at what REST tells in full: deposits and withdrawals, transfers,
 *         funding, and the realised profit of futures trades, which stands in the account book only
 * Rejects json · schema · unknownInstrument · unknownChannel · value (an order state that is not documented). One bad row rejects
 *         nothing but itself: the good ones are events, and a hint sends for what could not be read
 */
export function createAccountNormalizer({ account, lookup, isSplit = () => false }: StreamOptions): AccountNormalizer {
  return (data, _isBinary, receivedAt) => {
    let frame: unknown
    try {
      frame = parseExactJson(data.toString())
    } catch (error) {
      return rejected('json', error instanceof Error ? error.message : 'not JSON')
    }
    if (!isFrame(frame)) return rejected('schema', 'no object')
    const { channel, event } = frame
    if (typeof channel !== 'string') return rejected('schema', 'channel: no text')
    if (event === 'update' && channel === 'futures.positions' && isSplit())
      return { kind: 'events', events: [hint('positions')] }
    if (event === 'update') return normalizeUpdate(channel, frame, { account, lookup, receivedAt })
    if (channel === 'spot.pong' || channel === 'futures.pong') return control({ type: 'pong' })
    if (event !== 'subscribe' && event !== 'unsubscribe' && !frame.error) return rejected('unknownChannel', channel)
    return normalizeReply(frame)
  }
}

interface Channel {
  readonly poll: Extract<AccountEvent, { kind: 'hint' }>['poll']
  read(json: unknown, reader: Reader): Reading<readonly AccountEvent[]>
}

const mapped = <T>(
  reading: Reading<T>,
  then: (value: T) => readonly AccountEvent[],
): Reading<readonly AccountEvent[]> => (reading.kind === 'row' ? { kind: 'row', value: then(reading.value) } : reading)

const hint = (poll: Channel['poll']): AccountEvent => ({ kind: 'hint', poll })

const channels: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  [
    'spot.orders',
    {
      poll: 'orders',
      read: (json, reader) =>
        mapped(readSpotOrder(json, reader), (order) => [{ kind: 'order', order, raw: JSON.stringify(json) }]),
    },
  ],
  [
    'spot.usertrades',
    {
      poll: 'fills',
      read: (json, reader) =>
        mapped(readSpotFill(json, reader), (fill) => [{ kind: 'fill', fill, raw: JSON.stringify(json) }]),
    },
  ],
  [
    'spot.balances',
    {
      poll: 'balances',
      read: (json, reader) =>
        mapped(readSpotBalanceChange(json, reader), (balance) => [
          { kind: 'balance', balance },
          ...hintsOf(spotHints, SpotBalanceChange.safeParse(json).data?.change_type),
        ]),
    },
  ],
  [
    'futures.orders',
    {
      poll: 'orders',
      read: (json, reader) =>
        mapped(readFuturesOrder(json, reader), (order) => [{ kind: 'order', order, raw: JSON.stringify(json) }]),
    },
  ],
  [
    'futures.usertrades',
    {
      poll: 'fills',
      read: (json, reader) =>
        mapped(readFuturesFill(json, reader), (fill) => [{ kind: 'fill', fill, raw: JSON.stringify(json) }]),
    },
  ],
  [
    'futures.balances',
    {
      poll: 'balances',
      read: (json, reader) =>
        mapped(readFuturesBalanceChange(json, reader), (balance) => {
          const type = FuturesBalanceChange.safeParse(json).data?.type
          const change: AccountEvent = type && ofOthers.test(type) ? hint('balances') : { kind: 'balance', balance }
          return [change, ...hintsOf(futuresHints, type)]
        }),
    },
  ],
  [
    'futures.positions',
    {
      poll: 'positions',
      read: (json, reader) => mapped(readPosition(json, reader), (position) => [{ kind: 'position', position }]),
    },
  ],
])

/** Changes of points and of trial funds, which the futures wallet's total does not hold (API V4 "Query futures account", `total`). */
const ofOthers = /^(point|bonus)_/

type Hints = Readonly<Record<string, Channel['poll']>>
const spotHints: Hints = { deposit: 'transfers', withdraw: 'transfers', 'future-transfer': 'transfers' }
const futuresHints: Hints = { dnw: 'transfers', fund: 'funding', pnl: 'fills' }
const hintsOf = (hints: Hints, word: string | null | undefined): readonly AccountEvent[] => {
  const poll = word ? hints[word] : undefined
  return poll === undefined ? [] : [hint(poll)]
}

function normalizeUpdate(channel: string, { result }: Frame, reader: Reader): AccountNormalized {
  if (channel === 'futures.system') return normalizeSystemNotice(result)
  const found = channels.get(channel)
  if (!found) return rejected('unknownChannel', channel)
  if (!Array.isArray(result)) return rejected('schema', `${channel}: result: no list`)
  const events: AccountEvent[] = []
  let firstBad: { readonly reason: RejectReason; readonly problem: string } | null = null
  let isOdd = false
  for (const json of result) {
    const reading = found.read(json, reader)
    if (reading.kind === 'row') {
      events.push(...reading.value)
      continue
    }
    firstBad ??= reading
    // Of what is not listed REST cannot tell more.
    isOdd ||= reading.reason !== 'unknownInstrument'
  }
  if (firstBad === null) return events.length === 0 ? ignored : { kind: 'events', events }
  const { reason } = firstBad
  const detail = `${channel}: ${firstBad.problem}`
  if (isOdd) events.push(hint(found.poll))
  return events.length === 0 ? rejected(reason, detail) : { kind: 'events', events, rejected: { reason, detail } }
}

function normalizeSystemNotice(result: unknown): AccountNormalized {
  const parsed = SystemNotice.safeParse({ result })
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { type, msg } = parsed.data.result
  return type === 'upgrade' ? control({ type: 'closing', message: msg ?? type }) : ignored
}

/** 1 and 2: our request is at fault; 4: authentication, with a REST error's own text (and a line end) in the message. */
const [serverError, authentication] = [3, 4]

/**
 * Replies to subscribe: by `id`, or by the channel where an old server sends none. A refused signature or key stops the account; a
 * time stamp out of range, a missing permission and a wrong argument refuse this channel, which is asked for again: the first as soon
 * as Gate's clock is measured, the others later.
 */
function normalizeReply(frame: Frame): AccountNormalized {
  const parsed = SubscriptionReply.safeParse(frame)
  if (!parsed.success) return rejected('schema', problemOf(parsed.error))
  const { id, channel, event, error, result } = parsed.data
  const requestId = id ?? null
  const wires = requestId === null ? [channel] : null
  if (!error) {
    if (result?.status !== 'success') return rejected('schema', `${channel} ${event}: neither success nor error`)
    if (requestId === null && event !== 'subscribe') return ignored
    return control({ type: 'ack', id: requestId, wires })
  }
  if (error.code === serverError) return ignored
  const said = error.code === authentication ? streamError(error.message) : null
  const keyMessage = said === null ? null : rejectedKeyMessage(said.label)
  const message = keyMessage ?? said?.message ?? said?.label ?? error.message.trim()
  const refusal = { type: 'refused', id: requestId, wires, message } as const
  if (said?.label === 'REQUEST_EXPIRED') return { kind: 'clock', control: refusal }
  if (said === null || keyMessage === null) return control(refusal)
  return { kind: 'rejectedKey', code: said.label, message: keyMessage, control: refusal }
}

/** `{"label":"INVALID_KEY","message":"Invalid key provided"}\n`; null where it is something else. */
function streamError(message: string): { readonly label: string; readonly message?: string | null | undefined } | null {
  try {
    return StreamError.safeParse(JSON.parse(message)).data ?? null
  } catch {
    // Not JSON: the text speaks for itself.
    return null
  }
}
