/**
 * The private socket: `order`, `execution`, `wallet` and `position` of every market in one connection, behind a login. Nothing is told of
 * what stands when it opens: REST is asked.
 * Docs: https://bybit-exchange.github.io/docs/v5/ws/connect, /v5/websocket/private · fixture bybit/ws_private.ndjson
 */

import type { EpochMs, MarketKind, RejectReason } from '../../../shared/domain/index.ts'
import type { Control, FeedRules } from '../../net/feed.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  Credentials,
  PrivateStream,
} from '../account-contract.ts'
import { fillEvents, hint, mapped, orderEvents, type Poll, positionEvents, readPush } from '../account-pushes.ts'
import type { AccountContext, Reading } from '../account-rows.ts'
import { bad, checked } from '../rows.ts'
import { readExecution, readOrder, readPosition, readUnifiedBalance } from './account-normalize.ts'
import { PrivateAnswer, PrivatePush, WalletRow } from './account-schemas.ts'
import { urls } from './endpoints.ts'
import { isClockError, rejectionOf } from './failures.ts'
import { loginText } from './signing.ts'
import { manners } from './subscribe.ts'

const wires = ['order', 'execution', 'wallet', 'position'] as const

export const privateStreams = (context: AccountContext, credentials: Credentials): readonly PrivateStream[] => [
  {
    id: 'private',
    wires,
    ticket: null,
    rules: (_ticket, now) => rulesOf(credentials, now),
    createNormalizer: () => createAccountNormalizer(context),
  },
]

const rulesOf = (credentials: Credentials, now: () => EpochMs): FeedRules => ({
  ...manners,
  id: 'private',
  url: urls.privateStream,
  topicsPerSocket: 20,
  login: () => loginText(credentials, now()),
})

const control = (what: Control): AccountNormalized => ({ kind: 'control', control: what })
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

/** What one element of a push's `data` tells; `at` is when Bybit made the push. */
type ReadElement = (json: unknown, at: EpochMs, receivedAt: EpochMs) => Reading<readonly AccountEvent[]>

/** Details of rejected frames quote nothing of an answer: Bybit repeats a refused login, which holds the key. */
export function createAccountNormalizer(context: AccountContext): AccountNormalizer {
  const readers = readersOf(context)
  return (data, _isBinary, receivedAt) => {
    let json: unknown
    try {
      json = JSON.parse(data.toString())
    } catch {
      return rejected('json', `${data.length} bytes that are no JSON`)
    }
    if (typeof json !== 'object' || json === null || !('topic' in json)) return normalizeAnswer(json)
    const push = PrivatePush.safeParse(json)
    if (!push.success) return rejected('schema', push.error.message)
    const { topic, creationTime, data: elements } = push.data
    const reader = readers.get(topic)
    return reader
      ? readPush(topic, elements, (element) => reader.read(element, creationTime, receivedAt), reader.poll)
      : rejected('unknownChannel', topic)
  }
}

const row = <T>(value: T): { readonly kind: 'row'; readonly value: T } => ({ kind: 'row', value })
const textOf = (json: unknown, field: string): unknown =>
  typeof json === 'object' && json !== null ? Object.getOwnPropertyDescriptor(json, field)?.value : undefined

/** Rows of inverse contracts and options come on the same topics, and are none of ours; positions of those that settle in a coin, too. */
function ofMarket(
  json: unknown,
  read: (kind: MarketKind) => Reading<readonly AccountEvent[]>,
): Reading<readonly AccountEvent[]> {
  const category = textOf(json, 'category')
  if (category === 'spot') return read('spot')
  if (category === 'linear') return read('perpetual')
  return category === 'inverse' || category === 'option'
    ? { kind: 'foreign' }
    : bad('category', category, 'an unknown word')
}

interface TopicReader {
  readonly read: ReadElement
  /** What REST tells of the same. */
  readonly poll: Poll
}

function readersOf(context: AccountContext): ReadonlyMap<string, TopicReader> {
  return new Map<string, TopicReader>([
    [
      'order',
      {
        poll: 'orders',
        read: (json, _at, receivedAt) =>
          ofMarket(json, (kind) => mapped(readOrder(context, kind, json, receivedAt), orderEvents)),
      },
    ],
    [
      'execution',
      {
        poll: 'fills',
        read: (json, _at, receivedAt) =>
          ofMarket(json, (kind) => {
            if (textOf(json, 'execType') === 'Funding') return row([hint('funding')])
            return mapped(readExecution(context, kind, json, receivedAt), fillEvents)
          }),
      },
    ],
    [
      'wallet',
      {
        poll: 'balances',
        read: (json, at, receivedAt) => readWallet(context, json, at, receivedAt),
      },
    ],
    [
      'position',
      {
        poll: 'positions',
        read: (json, _at, receivedAt) =>
          ofMarket(json, () => mapped(readPosition(context, json, receivedAt), positionEvents)),
      },
    ],
  ])
}

/** The coins that changed, absolute. */
function readWallet(
  context: AccountContext,
  json: unknown,
  at: EpochMs,
  receivedAt: EpochMs,
): Reading<readonly AccountEvent[]> {
  return checked(WalletRow, json, ({ accountType, coin }) => {
    if (accountType !== 'UNIFIED') return { kind: 'foreign' }
    const events: AccountEvent[] = []
    for (const one of coin) {
      const reading = readUnifiedBalance(context, one, at, receivedAt)
      if (reading.kind === 'bad') return reading
      if (reading.kind === 'row') events.push({ kind: 'balance', balance: reading.value })
    }
    return row(events)
  })
}

/**
 * In      {"success":true,"ret_msg":"","op":"auth","conn_id":"cejreaspqfh3sjdnldmg-p"}
 *         {"success":false,"ret_msg":"error:USVC1111","conn_id":"...","request":{"op":"auth","args":[...]}}
 *         {"success":true,"ret_msg":"","op":"subscribe","conn_id":"..."} (with `req_id` where one was sent, which is not promised)
 *         {"op":"pong","args":["1675418560633"],"conn_id":"..."}
 */
function normalizeAnswer(json: unknown): AccountNormalized {
  const parsed = PrivateAnswer.safeParse(json)
  if (!parsed.success) return rejected('schema', 'neither a push nor an answer')
  const { success, ret_msg: said = '', req_id: requestId, request } = parsed.data
  const op = parsed.data.op ?? request?.op
  if (op === 'pong' || said === 'pong') return control({ type: 'pong' })
  if (op === 'auth') return success === true ? control({ type: 'loggedIn' }) : refusedLogin(said)
  if (op !== 'subscribe' && op !== 'unsubscribe') return rejected('unknownChannel', `op ${op ?? 'absent'}`)
  const id = requestId !== undefined && /^\d{1,15}$/.test(requestId) ? Number(requestId) : null
  // Of the one request that asks for all of them at once.
  const asked = id === null ? wires : null
  if (success === true) return control({ type: 'ack', id, wires: asked })
  const [, served] = /already subscribed,\s*topic:([^\s,]+)/.exec(said) ?? []
  if (served !== undefined) return control({ type: 'ack', id: null, wires: [served] })
  return control({ type: 'refused', id, wires: asked, message: wordsOf(said) })
}

/** A message that quotes a request is left out: the request may be the login. */
const wordsOf = (said: string): string => (/[{"[]/.test(said) ? 'an error that quotes the request' : said)

/**
 * The words of a refused login vary: `error:USVC1111`, "Params Error", "API key is invalid.", "Invalid sign". Those that name the key, the
 * signature or one of REST's codes are about the key, those that name the time about the clock; all others may pass.
 */
function refusedLogin(said: string): AccountNormalized {
  const [code = null] = /\b(?:100\d\d|33004)\b/.exec(said) ?? []
  const words = wordsOf(said)
  const about = rejectionOf(code) ?? (/api.?key|sign|USVC1111/i.test(said) ? `key rejected: ${words}` : null)
  const isClock = isClockError(code) || /expire|timestamp/i.test(said)
  if (about !== null && !isClock)
    return { kind: 'rejectedKey', code, message: about, control: { type: 'loginRefused', message: about } }
  if (!isClock) return control({ type: 'loginRefused', message: `login refused (${words})` })
  const message = `time stamp refused: this machine's clock and Bybit's differ (${words})`
  return { kind: 'clock', control: { type: 'loginRefused', message } }
}
