/**
 * The user socket: login by `public/auth`, then balances, orders, fills and positions of the whole account.
 * Docs: #public-auth, #user-order-instrument_name, #user-trade-instrument_name, #user-balance, #user-positions
 */

import type { EpochMs, RejectReason } from '../../../shared/domain/index.ts'
import { parseExactJson } from '../../net/exact-json.ts'
import type { FeedRules } from '../../net/feed.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  Credentials,
  PrivateStream,
} from '../account-contract.ts'
import { fillEvents, mapped, orderEvents, type Poll, positionEvents, readPush } from '../account-pushes.ts'
import type { AccountContext, Reading } from '../account-rows.ts'
import { checked } from '../rows.ts'
import { readBalances, readFill, readOrder, readPosition } from './account-normalize.ts'
import { BalanceRow, UserPush } from './account-schemas.ts'
import { isClockError, rejectionOf } from './dialect.ts'
import { urls } from './endpoints.ts'
import { ackOf, normalizeAnswer } from './normalize.ts'
import type { PositionParts } from './position-parts.ts'
import { Frame } from './schemas.ts'
import { loginText } from './signing.ts'
import { manners, requests } from './subscribe.ts'

const wires = ['user.order', 'user.trade', 'user.balance', 'user.positions'] as const

export const createUserStream = (
  context: AccountContext,
  credentials: Credentials,
  positions: PositionParts,
): PrivateStream => ({
  id: 'user',
  wires,
  ticket: null,
  rules: (_ticket, now) => rulesOf(credentials, now),
  createNormalizer: () => createAccountNormalizer(context, positions),
})

/** One channel a request: should an acknowledgement not name its channel, its id does. */
const rulesOf = (credentials: Credentials, now: () => EpochMs): FeedRules => ({
  ...manners,
  id: 'user',
  url: urls.userStream,
  topicsPerSocket: 20,
  login: () => loginText(credentials, now()),
  subscribe: (asked, nextId, at) => asked.flatMap((wire) => requests('subscribe', [wire], nextId, at)),
  unsubscribe: (asked, nextId, at) => asked.flatMap((wire) => requests('unsubscribe', [wire], nextId, at)),
})

const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

/** What one element of a push's `data` tells. */
type ReadElement = (json: unknown, receivedAt: EpochMs) => Reading<readonly AccountEvent[]>

interface Channel {
  readonly read: ReadElement
  /** What REST tells of the same, for a push of which a part could not be read. */
  readonly poll: Poll
}

/** Details of rejected frames quote nothing of a frame: the exchange repeats requests in its complaints, and the login holds the key. */
export function createAccountNormalizer(context: AccountContext, positions: PositionParts): AccountNormalizer {
  const channels = channelsOf(context, positions)
  return (data, _isBinary, receivedAt) => {
    let json: unknown
    try {
      json = parseExactJson(data.toString())
    } catch {
      return rejected('json', `${data.length} bytes that are no JSON`)
    }
    const parsed = Frame.safeParse(json)
    if (!parsed.success) return rejected('schema', 'neither a push nor an answer')
    const frame = parsed.data
    if (frame.method === 'public/auth') return normalizeLogin(frame)
    if (frame.result === undefined) return answered(frame)
    const push = UserPush.safeParse(frame.result)
    if (!push.success) return rejected('schema', push.error.message)
    // `user.order`, or with its instrument behind.
    const channel = channels.get(push.data.channel)
    if (channel === undefined) return rejected('unknownChannel', push.data.channel)
    const read = (element: unknown) => channel.read(element, receivedAt)
    return readPush(push.data.channel, push.data.data, read, channel.poll, ackOf(frame))
  }
}

function answered(frame: Frame): AccountNormalized {
  // Its words may repeat a request.
  if (frame.method !== 'public/heartbeat' && frame.method !== 'subscribe' && frame.method !== 'unsubscribe')
    return rejected('unknownChannel', `method ${frame.method.slice(0, 40)}`)
  return normalizeAnswer(frame, frame.method)
}

/** In {"id":1,"method":"public/auth","code":0} or {"id":1,"method":"public/auth","code":40101,"message":"UNAUTHORIZED"} */
function normalizeLogin({ code: told = 0 }: Frame): AccountNormalized {
  const code = String(told)
  if (code === '0') return { kind: 'control', control: { type: 'loggedIn' } }
  const message = rejectionOf(code)
  if (message !== null) return { kind: 'rejectedKey', code, message, control: { type: 'loginRefused', message } }
  if (!isClockError(code))
    return { kind: 'control', control: { type: 'loginRefused', message: `login refused (${code})` } }
  const words = `nonce refused: this machine's clock and Crypto.com's differ (${code})`
  return { kind: 'clock', control: { type: 'loginRefused', message: words } }
}

const row = <T>(value: T): { readonly kind: 'row'; readonly value: T } => ({ kind: 'row', value })

function channelsOf(context: AccountContext, positions: PositionParts): ReadonlyMap<string, Channel> {
  return new Map<string, Channel>([
    ['user.balance', { read: createBalanceReader(context), poll: 'balances' }],
    [
      'user.order',
      {
        poll: 'orders',
        read: (json, receivedAt) => mapped(readOrder(context, json, receivedAt), orderEvents),
      },
    ],
    [
      'user.trade',
      {
        poll: 'fills',
        read: (json, receivedAt) => mapped(readFill(context, json, receivedAt), fillEvents),
      },
    ],
    [
      'user.positions',
      {
        poll: 'positions',
        read: (json, receivedAt) =>
          mapped(readPosition(context, json, receivedAt), (part) => positionEvents(positions.take(part))),
      },
    ],
  ])
}

/** Every push tells the whole wallet: an asset that was told before and is not any more is spent. */
function createBalanceReader(context: AccountContext): ReadElement {
  let told = new Map<string, AccountEvent & { readonly kind: 'balance' }>()
  return (json, receivedAt) =>
    checked(BalanceRow, json, (wallet) => {
      const now = new Map<string, AccountEvent & { readonly kind: 'balance' }>()
      for (const reading of readBalances(context, wallet, receivedAt)) {
        if (reading.kind === 'bad') return reading
        if (reading.kind === 'row') now.set(reading.value.asset, { kind: 'balance', balance: reading.value })
      }
      const spent = [...told.values()]
        .filter(({ balance }) => !now.has(balance.asset))
        .map(
          ({ balance }): AccountEvent => ({
            kind: 'balance',
            balance: { ...balance, free: '0', locked: '0', total: '0', receivedAt },
          }),
        )
      told = now
      return row([...now.values(), ...spent])
    })
}
