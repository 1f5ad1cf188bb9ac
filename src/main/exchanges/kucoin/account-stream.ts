/**
 * The private sockets: of spot (orders, balances) and of futures (orders, wallet, positions), each opened with a token that a signed call
 * gives. Nothing is sent on subscribing: REST comes first. Docs: https://www.kucoin.com/docs-new/websocket-api · fixture
 * kucoin/account_ws.ndjson
 */

import type { EpochMs, RejectReason } from '../../../shared/domain/index.ts'
import type { RestFailure, Sign } from '../../net/rest.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  PrivateStream,
  StreamTicket,
} from '../account-contract.ts'
import { hint, mapped, type Poll } from '../account-pushes.ts'
import type { Reading } from '../account-rows.ts'
import { foreign, type RowReading } from '../rows.ts'
import {
  type OrderChange,
  type Reader,
  readBalancePush,
  readFuturesBalance,
  readFuturesOrderPush,
  readPosition,
  readSpotOrderPush,
} from './account-normalize.ts'
import { WalletPush } from './account-schemas.ts'
import { serverTime } from './calls.ts'
import { futuresStreamOrigin, spotStreamOrigin } from './endpoints.ts'
import { frameOf, readReply } from './normalize.ts'
import { problemOf } from './schemas.ts'
import { manners } from './subscribe.ts'
import { tokenCall } from './tokens.ts'

const wires = {
  spot: ['/spotMarket/tradeOrdersV2', '/account/balance'],
  futures: ['/contractMarket/tradeOrders', '/contractAccount/wallet', '/contract/positionAll'],
} as const
const origins = { spot: spotStreamOrigin, futures: futuresStreamOrigin } as const

const hourMs = 3_600_000
const oldestTokenMs = 22 * hourMs
const tooOld: RestFailure = {
  kind: 'invalid',
  code: null,
  message: 'the token ends soon, and cannot be extended',
  retryAfterMs: null,
}

type Context = Pick<Reader, 'account' | 'lookup'>

export function privateStreams(context: Context, sign: Sign): readonly PrivateStream[] {
  return (['spot', 'futures'] as const).map((id) => ({
    id,
    wires: wires[id],
    ticket: createTicket(id, sign),
    rules: (ticket) => ({
      ...manners(true),
      ...{ id, url: ticket ?? `${origins[id]}/`, topicsPerSocket: 20, lifetimeMs: null },
    }),
    createNormalizer: () => createAccountNormalizer(context),
  }))
}

/**
 * The ticket is the whole address. Its token lasts for a day and cannot be extended: once an hour its age is looked at, and ahead of its end
 * it counts as gone, so that another takes its place while its socket still flows.
 */
function createTicket(id: 'spot' | 'futures', sign: Sign): StreamTicket {
  /** KuCoin's clock when the newest token was asked for. */
  let askedAt: EpochMs = 0
  const call = tokenCall(id, (request) => {
    askedAt = request.now
    return sign(request)
  })
  return {
    obtain: (ask) => ask(call),
    async extend(ask) {
      const now = await ask(serverTime())
      if (!now.ok) return now
      return now.value - askedAt < oldestTokenMs ? { ok: true, value: null } : { ok: false, failure: tooOld }
    },
    extendEveryMs: hourMs,
  }
}

const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({
  kind: 'rejected',
  reason,
  detail: detail.slice(0, 300),
})
const ignored: AccountNormalized = { kind: 'control', control: { type: 'ignored' } }

interface Channel {
  /** What REST tells of the same, for a push that could not be read. */
  readonly poll: Poll
  read(data: unknown, raw: string, reader: Reader, subject: string): Reading<readonly AccountEvent[]>
}

const changesOf =
  (raw: string) =>
  ({ order, fill }: OrderChange): readonly AccountEvent[] => [
    { kind: 'order', order, raw },
    ...(fill === null ? [] : [{ kind: 'fill', fill, raw } as const]),
  ]

/** Events of `/account/balance` that are part of a transfer: `main.deposit`, `main.withdraw_hold`, `trade_hf.transfer`, … */
const isTransfer = (event: string): boolean => /^(deposit|withdraw|transfer|sub_transfer|inner_transfer)/i.test(event)

/** A new mark price, or risk limit, comes without a quantity; older ones name no symbol either. */
const isWithoutQuantity = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && !('currentQty' in data)

const positions: Channel = {
  poll: 'positions',
  read(data, _raw, reader, subject) {
    if (subject === 'position.settlement') return { kind: 'row', value: [hint('funding'), hint('positions')] }
    if (isWithoutQuantity(data)) return foreign
    return mapped(readPosition(data, reader), (position) => (position === null ? [] : [{ kind: 'position', position }]))
  },
}

/** By the topic as subscribed. Documents name a position's push by its symbol, those that were caught by `positionAll`. */
const channels: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  [
    '/spotMarket/tradeOrdersV2',
    { poll: 'orders', read: (data, raw, reader) => mapped(readSpotOrderPush(data, reader), changesOf(raw)) },
  ],
  [
    '/contractMarket/tradeOrders',
    { poll: 'orders', read: (data, raw, reader) => mapped(readFuturesOrderPush(data, reader), changesOf(raw)) },
  ],
  [
    '/account/balance',
    {
      poll: 'balances',
      read: (data, _raw, reader) =>
        mapped(readBalancePush(data, reader), ({ balance, event }) => [
          { kind: 'balance', balance },
          ...(isTransfer(event) ? [hint('transfers')] : []),
        ]),
    },
  ],
  ['/contractAccount/wallet', { poll: 'balances', read: (data, _raw, reader) => readWallet(data, reader) }],
  ['/contract/position', positions],
  ['/contract/positionAll', positions],
])

function readWallet(data: unknown, reader: Reader): RowReading<readonly AccountEvent[]> {
  const parsed = WalletPush.safeParse(data)
  if (!parsed.success) return { kind: 'bad', problem: problemOf(parsed.error) }
  const reading = readFuturesBalance(parsed.data, reader)
  return reading.kind === 'row' ? { kind: 'row', value: [{ kind: 'balance', balance: reading.value }] } : reading
}

/** A token that is no longer good; without one it is not a private socket. */
const expiredCode = 401

/**
 * In      {"topic":"/account/balance","type":"message","subject":"account.balance","channelType":"private","data":{…}}
 * Out     one change a frame; of a match the order and its fill. A push that could not be read sends for what it was about
 * Rejects json · schema · unknownInstrument · unknownChannel · value
 */
export function createAccountNormalizer(context: Context): AccountNormalizer {
  return (bytes, _isBinary, receivedAt) => {
    const frame = frameOf(bytes)
    if ('kind' in frame) return frame
    if (frame.type === 'error' && frame.code === expiredCode)
      return { kind: 'expired', reason: 'KuCoin no longer knows the token of this socket' }
    if (frame.type !== 'message') return readReply(frame)
    const { topic = '', subject = '', data } = frame
    const channel = channels.get(topic) ?? channels.get(topic.slice(0, Math.max(0, topic.indexOf(':'))))
    if (channel === undefined) return rejected('unknownChannel', topic)
    const reading = channel.read(data, JSON.stringify(data) ?? '', { ...context, receivedAt }, subject)
    if (reading.kind === 'row') return reading.value.length === 0 ? ignored : { kind: 'events', events: reading.value }
    if (reading.kind === 'foreign') return ignored
    if (reading.kind === 'unlisted') return rejected('unknownInstrument', reading.name)
    const detail = `${topic} ${reading.problem}`.slice(0, 300)
    return { kind: 'events', events: [hint(channel.poll)], rejected: { reason: 'value', detail } }
  }
}
