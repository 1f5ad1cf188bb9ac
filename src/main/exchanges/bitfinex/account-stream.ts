/**
 * The private socket: one login, then everything on channel 0 as `[0,<type>,<payload>]`, whole lists first.
 * Docs: https://docs.bitfinex.com/docs/ws-auth · fixture bitfinex/ws_private.ndjson
 */

import type { RejectReason } from '../../../shared/domain/index.ts'
import { parseExactJson } from '../../net/exact-json.ts'
import type { Control, FeedRules } from '../../net/feed.ts'
import type {
  AccountEvent,
  AccountNormalized,
  AccountNormalizer,
  Credentials,
  PrivateStream,
} from '../account-contract.ts'
import { fillEvents, hint, mapped, orderEvents, type Poll, positionEvents, readPush } from '../account-pushes.ts'
import type { Reading } from '../account-rows.ts'
import {
  type AccountContext,
  joinWallets,
  readOrder,
  readPosition,
  readTrade,
  readWallet,
  type WalletPart,
} from './account-normalize.ts'
import { PrivateEvent, Row, walletColumns } from './account-schemas.ts'
import { urls } from './endpoints.ts'
import { rejectionOf } from './failures.ts'
import { loginText, type Nonces } from './signing.ts'
import { feeds } from './subscribe.ts'

const wire = 'account'

export const privateStream = (context: AccountContext, credentials: Credentials, nonces: Nonces): PrivateStream => ({
  id: 'private',
  wires: [wire],
  ticket: null,
  rules: (_ticket, now) => rulesOf(() => loginText(credentials, nonces(now()))),
  createNormalizer: () => createAccountNormalizer(context),
})

/** 5 connections in 15 s. The login subscribes to everything: nothing is sent for the wire. */
function rulesOf(login: () => string): FeedRules {
  const [manners] = feeds
  if (manners === undefined) throw new Error('Bitfinex has no feed')
  return {
    ...manners,
    ...{ id: 'private', url: urls.privateStream, topicsPerSocket: 1, connectIntervalMs: 3_000, subscribedByUrl: true },
    login,
    subscribe: () => [],
    unsubscribe: () => [],
  }
}

const control = (what: Control): AccountNormalized => ({ kind: 'control', control: what })
const ignored = control({ type: 'ignored' })
const rejected = (reason: RejectReason, detail: string): AccountNormalized => ({ kind: 'rejected', reason, detail })

/** What one row of a type becomes, and which list tells the same where a row cannot be read. */
interface RowReader {
  readonly poll: Poll
  read(json: unknown, receivedAt: number): Reading<readonly AccountEvent[]>
}

/** Understood and of no use here: executions without their fee (`tu` follows with it), totals, margin and funding, offers and loans, notifications. */
const unused: ReadonlySet<string> = new Set(
  [
    'te',
    'bu',
    'n',
    'miu',
    'fiu',
    'fos',
    'fon',
    'fou',
    'foc',
    'fcs',
    'fcn',
    'fcu',
    'fcc',
    'fls',
    'fln',
    'flu',
    'flc',
  ].concat([...['hos', 'hts', 'hfos', 'hfcs', 'hfls', 'hfts', 'ats', 'uac', 'bls', 'blu']]),
)
/** Whole lists; the others bring one row. */
const lists: ReadonlySet<string> = new Set(['ws', 'os', 'ps'])

/** Details of what is rejected quote nothing of a frame. */
export function createAccountNormalizer(context: AccountContext): AccountNormalizer {
  const readers = readersOf(context)
  return (data, _isBinary, receivedAt) => {
    let json: unknown
    try {
      json = parseExactJson(data.toString())
    } catch {
      return rejected('json', `${data.length} bytes that are no JSON`)
    }
    if (!Array.isArray(json)) return normalizeEvent(json)
    const [channel, type, payload] = json
    if (channel !== 0 || typeof type !== 'string') return rejected('unknownChannel', 'not of the account')
    if (type === 'hb' || unused.has(type)) return ignored
    const reader = readers.get(type)
    if (reader === undefined) return rejected('unknownChannel', type.slice(0, 20))
    const rows = Row.safeParse(lists.has(type) ? payload : [payload])
    if (!rows.success) return rejected('schema', `${type}: no list`)
    return readPush(type, rows.data, (row) => reader.read(row, receivedAt), reader.poll)
  }
}

const events = (list: readonly AccountEvent[]): Reading<readonly AccountEvent[]> => ({ kind: 'row', value: list })

function readersOf(context: AccountContext): ReadonlyMap<string, RowReader> {
  /** The newest of each wallet and code, since an asset may have several. */
  const parts = new Map<string, WalletPart>()
  const wallet: RowReader = {
    poll: 'balances',
    read(json, receivedAt) {
      const reading = readWallet(context, json, receivedAt)
      if (reading.kind !== 'row') return reading
      const { code, balance } = reading.value
      parts.set(`${balance.wallet} ${code}`, reading.value)
      const same = [...parts.values()].filter(
        ({ balance: other }) => other.wallet === balance.wallet && other.asset === balance.asset,
      )
      const [joined] = joinWallets(same)
      const told = joined === undefined ? [] : [{ kind: 'balance', balance: { ...joined, receivedAt } } as const]
      return events([...told, ...hintsOf(json)])
    },
  }
  const order = (hasEnded: boolean): RowReader => ({
    poll: 'orders',
    read: (json, receivedAt) => mapped(readOrder(context, json, receivedAt, hasEnded), orderEvents),
  })
  const trade: RowReader = {
    poll: 'fills',
    read: (json, receivedAt) => mapped(readTrade(context, json, receivedAt), fillEvents),
  }
  const position: RowReader = {
    poll: 'positions',
    read: (json, receivedAt) => mapped(readPosition(context, json, receivedAt), positionEvents),
  }
  return new Map([
    ...['ws', 'wu'].map((type) => [type, wallet] as const),
    ...['os', 'on', 'ou'].map((type) => [type, order(false)] as const),
    ['oc', order(true)],
    ['tu', trade],
    ...['ps', 'pn', 'pu', 'pc'].map((type) => [type, position] as const),
  ])
}

/** The words of a wallet's last change: money that came, left or was moved, and funding of derivatives, are told by REST alone. */
function hintsOf(json: unknown): readonly AccountEvent[] {
  const words = Array.isArray(json) ? json[walletColumns.lastChange] : null
  if (typeof words !== 'string') return []
  if (/funding event/i.test(words)) return [hint('funding')]
  return /transfer|deposit|withdraw/i.test(words) ? [hint('transfers')] : []
}

const restarts: ReadonlySet<number> = new Set([20_051, 20_060, 20_061])

/** In {"event":"auth","status":"FAILED","chanId":0,"code":10100,"msg":"apikey: invalid"} */
function normalizeEvent(json: unknown): AccountNormalized {
  const parsed = PrivateEvent.safeParse(json)
  if (!parsed.success) return rejected('schema', 'no event')
  const { event, status, code, msg = '', version, platform } = parsed.data
  switch (event) {
    case 'auth':
      return status === 'OK' ? control({ type: 'loggedIn' }) : refusedLogin(code ?? null, msg)
    case 'info':
      if (code !== undefined && restarts.has(code)) return control({ type: 'closing', message: `${code} ${msg}` })
      if (version !== undefined && version !== 2)
        return control({ type: 'loginRefused', message: `it speaks version ${version}` })
      return platform?.status === 0 ? control({ type: 'loginRefused', message: 'it is in maintenance' }) : ignored
    case 'pong':
      return control({ type: 'pong' })
    case 'error':
      return rejected('value', `error ${code}`)
    default:
      return event === 'unauth' || event === 'conf'
        ? ignored
        : rejected('unknownChannel', `event ${event.slice(0, 20)}`)
  }
}

/** A nonce that is too small was overtaken by another request of the key: the next login has a higher one. */
function refusedLogin(code: number | null, msg: string): AccountNormalized {
  const message = rejectionOf(code)
  if (message !== null)
    return { kind: 'rejectedKey', code: String(code), message, control: { type: 'loginRefused', message } }
  return control({ type: 'loginRefused', message: `login refused (${code} ${/[{"]/.test(msg) ? '' : msg})` })
}
