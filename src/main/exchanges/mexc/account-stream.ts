/** The private stream: a socket opened with a listen key, and on it the three private channels. */
import type { FeedRules } from '../../net/feed.ts'
import type { RestCall, RestFailure, RestResult, Sign } from '../../net/rest.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  PrivateStream,
  StreamTicket,
} from '../account-contract.ts'
import type { InstrumentLookup } from '../contract.ts'
import type { RowReading } from '../rows.ts'
import { type Reading, readAccountPush, readDealPush, readOrderPush } from './account-normalize.ts'
import { AccountPush, DealPush, ListenKeyReply, OrderPush } from './account-schemas.ts'
import { call } from './calls.ts'
import { listenKeyExtendMs, streamUrl } from './endpoints.ts'
import { normalizeAnswer, rejected } from './normalize.ts'
import { pushToJson } from './protobuf.ts'
import { PushName } from './schemas.ts'
import { feedRules } from './subscribe.ts'

const channels = {
  account: 'spot@private.account.v3.api.pb',
  deals: 'spot@private.deals.v3.api.pb',
  orders: 'spot@private.orders.v3.api.pb',
} as const

export const createStream = (account: string, lookup: InstrumentLookup, sign: Sign): PrivateStream => ({
  id: 'private',
  wires: Object.values(channels),
  ticket: createTicket(sign),
  rules: (ticket): FeedRules =>
    feedRules('private', ticket === null ? streamUrl : `${streamUrl}?listenKey=${encodeURIComponent(ticket)}`),
  createNormalizer: () => createNormalizer(account, lookup),
})

/**
 * The listen key: made by POST, good for 60 min, extended by PUT. Both are signed, though the documentation lists no parameters.
 * Replies may quote the key, so failures are told in our words.
 */
function createTicket(sign: Sign): StreamTicket {
  const listenKeyCall = <T>(
    method: 'POST' | 'PUT',
    query: RestCall<T>['query'],
    parse: RestCall<T>['parse'],
  ): RestCall<T> => ({ ...call('userDataStream', query, parse), method, sign })
  return {
    obtain: async (ask) => unquoted(await ask(listenKeyCall('POST', [], readListenKey))),
    extend: async (ask, ticket) =>
      unquoted(await ask(listenKeyCall('PUT', [['listenKey', ticket]], () => ({ ok: true, value: null })))),
    extendEveryMs: listenKeyExtendMs,
  }
}

const readListenKey: RestCall<string>['parse'] = (body) => {
  const reply = ListenKeyReply.safeParse(body)
  return reply.success ? { ok: true, value: reply.data.listenKey } : { ok: false, problem: 'no listenKey' }
}

const ownWords: Readonly<Partial<Record<RestFailure['kind'], string>>> = {
  invalid: 'MEXC does not accept the listen key',
  unreadable: 'the reply about the listen key cannot be read',
}

function unquoted<T>(result: RestResult<T>): RestResult<T> {
  if (result.ok) return result
  const { failure } = result
  const words = ownWords[failure.kind]
  if (words === undefined) return result
  return { ok: false, failure: { ...failure, message: failure.code === null ? words : `${words} (${failure.code})` } }
}

/**
 * Text frames answer our requests; binary ones are pushes. MEXC tells no state at the beginning, and nothing when a listen key
 * expires: pushes end, and channels asked for with it are refused.
 */
function createNormalizer(account: string, lookup: InstrumentLookup): AccountNormalizer {
  return (data, isBinary, receivedAt) => {
    if (!isBinary) return readAnswer(data)
    const json = pushToJson(data)
    const name = PushName.safeParse(json)
    if (!name.success) return rejected('schema', `no push: ${data.toString('hex')}`)
    return readPush(name.data.channel, json, lookup, { account, receivedAt })
  }
}

/** The channels always exist, so "Not Subscribed successfully" means the listen key. */
function readAnswer(data: Buffer): AccountNormalized {
  const answer = normalizeAnswer(data)
  if (answer.kind === 'depth') return rejected('schema', 'an order book on a private stream')
  if (answer.kind !== 'control' || answer.control.type !== 'refused') return answer
  if (!answer.control.wires?.some((wire) => wire.startsWith('spot@private.'))) return answer
  return { kind: 'expired', reason: 'MEXC refuses the private channels to this listen key', control: answer.control }
}

/** Reasons of a balance's change that the lists of deposits, withdrawals and moves tell more of. */
const transferReasons = /^(DEPOSIT|WITHDRAW)|TRANSFER/
const transfersHint: AccountEvent = { kind: 'hint', poll: 'transfers' }

function readPush(channel: string, json: unknown, lookup: InstrumentLookup, reading: Reading): AccountNormalized {
  const raw = JSON.stringify(json)
  const wrong = (): AccountNormalized => rejected('schema', raw)
  const unlisted = (symbol = ''): AccountNormalized => rejected('unknownInstrument', symbol)
  if (channel === channels.account) {
    const push = AccountPush.safeParse(json)
    if (!push.success) return wrong()
    const result = told(readAccountPush(push.data, reading), (balance) => ({ kind: 'balance', balance }))
    const isMoved = transferReasons.test(push.data.privateAccount.type ?? '')
    return isMoved && result.kind === 'events' ? { ...result, events: [...result.events, transfersHint] } : result
  }
  if (channel === channels.deals) {
    const push = DealPush.safeParse(json)
    if (!push.success) return wrong()
    const instrument = lookup.spot.get(push.data.symbol ?? '')
    if (!instrument) return unlisted(push.data.symbol)
    return told(readDealPush(push.data, instrument, reading), (fill) => ({ kind: 'fill', fill, raw }))
  }
  if (channel === channels.orders) {
    const push = OrderPush.safeParse(json)
    if (!push.success) return wrong()
    const instrument = lookup.spot.get(push.data.symbol ?? '')
    if (!instrument) return unlisted(push.data.symbol)
    return told(readOrderPush(push.data, instrument, reading), (order) => ({ kind: 'order', order, raw }))
  }
  return rejected('unknownChannel', channel)
}

function told<T>(reading: RowReading<T>, toEvent: (row: T) => AccountEvent): AccountNormalized {
  if (reading.kind === 'row') return { kind: 'events', events: [toEvent(reading.value)] }
  return rejected('value', reading.kind === 'bad' ? reading.problem : 'no row')
}
