/**
 * Who may ask what. A token comes in the Authorization header or, for WebSockets, as the subprotocol `token.<token>`; never in an
 * address. The browser interface has a cookie, which opens its own socket and nothing else.
 */
import type { FastifyRequest } from 'fastify'
import type { TokenScope } from '../../shared/bots.ts'
import { hashOf, randomSecret, sameHash, tokenPrefix } from '../tokens.ts'
import { ApiError } from './errors.ts'
import { LockOut, MinuteCounter } from './limits.ts'
import type { GatewayHub } from './options.ts'
import type { Sessions } from './sessions.ts'

export interface Caller {
  /** Whose requests are counted together. */
  readonly key: string
  readonly scopes: readonly TokenScope[]
  /** Of a stored token, which may be revoked; null: this run's own, or a browser's cookie. */
  readonly tokenId: string | null
}

/** Requests a minute of an address without a token: pages and documents. */
const withoutTokenPerMinute = 600
/** Wrong tokens a minute before an address is locked out. */
const mostWrongTokens = 10

export interface AuthOptions {
  readonly hub: Pick<GatewayHub, 'tokens' | 'settings'>
  readonly sessions: Sessions
  /** performance.now(), unless said otherwise. */
  readonly now?: () => number
}

export class Auth {
  /** This run's own, with every scope. */
  readonly runToken = `${tokenPrefix}run_${randomSecret()}`
  private readonly runHash = hashOf(this.runToken)
  private readonly hub: AuthOptions['hub']
  private readonly sessions: Sessions
  private readonly lockOut: LockOut
  private readonly requests: MinuteCounter
  private readonly callers = new WeakMap<FastifyRequest, Caller>()

  constructor({ hub, sessions, now = () => performance.now() }: AuthOptions) {
    this.hub = hub
    this.sessions = sessions
    this.lockOut = new LockOut(mostWrongTokens, now)
    this.requests = new MinuteCounter(now)
  }

  /**
   * Notes who asks, and counts it. Throws an ApiError for a wrong token (401; 429 from an address that guesses) and for one request
   * too many (429). Somebody without a token is nobody, which is no error yet. Nobody's flood keeps a signed-in browser from its pages,
   * or a supervisor from the answer about health.
   */
  identify(request: FastifyRequest): void {
    const given = tokenOf(request)
    if (given !== null) {
      const caller = this.callerOf(given)
      if (caller) this.callers.set(request, caller)
      else this.refuse(request.ip)
    }
    if (request.routeOptions.url?.startsWith('/health/')) return
    this.count(this.callers.get(request) ?? this.browser(request) ?? undefined, request.ip)
  }

  /** Counts one more request of a caller (a message of a socket, too). Throws an ApiError when it is one too many. */
  count(caller: Caller | undefined, address: string): void {
    const key = caller?.key ?? `address ${address}`
    const most = caller ? this.hub.settings.gateway.requestsPerMinute : withoutTokenPerMinute
    if (this.requests.count(key) >= most) {
      const whose = caller ? 'by one token (gateway.requestsPerMinute)' : 'without a token'
      throw new ApiError(429, `more than ${most} requests in a minute ${whose}`, 5)
    }
    this.requests.add(key)
  }

  /** null: nobody we know. */
  caller(request: FastifyRequest): Caller | null {
    return this.callers.get(request) ?? null
  }

  isAllowed(request: FastifyRequest, scope: TokenScope): boolean {
    return this.caller(request)?.scopes.includes(scope) ?? false
  }

  /** Throws an ApiError: 401 for nobody, 403 for a token without the scope. */
  demand(request: FastifyRequest, scope: TokenScope): Caller {
    const caller = this.caller(request)
    if (!caller) {
      throw new ApiError(401, 'a token is needed: Authorization: Bearer cbk_… (make one with: crossbook token create)')
    }
    if (!caller.scopes.includes(scope)) {
      throw new ApiError(403, `this token has the scope ${caller.scopes.join(', ')}; this needs ${scope}`)
    }
    return caller
  }

  /** The browser's cookie, which counts only where the request names its page's origin (checked to be ours before). */
  bySession(request: FastifyRequest): Caller | null {
    return request.headers.origin === undefined ? null : this.browser(request)
  }

  private browser(request: FastifyRequest): Caller | null {
    const secret = request.cookies[this.sessions.cookieName]
    if (secret === undefined || !this.sessions.verify(secret)) return null
    return { key: 'browser', scopes: ['market', 'account'], tokenId: null }
  }

  /** Whether a socket that was opened with a stored token may stay. */
  isRevoked({ tokenId }: Caller): boolean {
    if (tokenId === null) return false
    try {
      return !this.hub.tokens.list().some(({ id }) => id === tokenId)
    } catch {
      // The file of tokens is broken, which the store itself tells: nobody stays in by one of them.
      return true
    }
  }

  /** A wrong guess. Throws an ApiError. */
  refuse(address: string): never {
    const wait = this.lockOut.wait(address)
    if (wait !== null) throw new ApiError(429, `too many wrong tokens from this address: wait ${wait} s`, wait)
    this.lockOut.fail(address)
    throw new ApiError(401, 'this token is not known, or was revoked; make one with: crossbook token create')
  }

  private callerOf(token: string): Caller | null {
    const isRun = sameHash(hashOf(token), this.runHash)
    const stored = this.hub.tokens.verify(token)
    if (isRun) return { key: 'run', scopes: ['market', 'account'], tokenId: null }
    return stored ? { key: `token ${stored.id}`, scopes: stored.scopes, tokenId: stored.id } : null
  }
}

/** null: none is given. What is given but can be no token is a wrong one. */
function tokenOf({ headers }: FastifyRequest): string | null {
  if (headers.authorization !== undefined) return /^bearer +(\S{1,200})$/i.exec(headers.authorization)?.[1] ?? ''
  for (const protocol of protocolsOf(headers['sec-websocket-protocol'])) {
    if (protocol.startsWith('token.')) return protocol.slice('token.'.length)
  }
  return null
}

const protocolsOf = (header: string | undefined): readonly string[] =>
  (header ?? '').split(',').map((protocol) => protocol.trim())
