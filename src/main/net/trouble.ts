/** What kept a connection from being made or ended it, told apart, in words. No exchange's name stands here. */
import type { DownCause, EpochMs, Trouble, TroubleKind } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'

export interface Fault {
  /** `disconnect`: cut or closed, nobody knows why · `refused`: it answers, and will not (a bad login, an address it does not have). */
  readonly kind: TroubleKind | 'proxy' | 'disconnect' | 'refused'
  /** One line: what is wrong, and what to do where anything can be done. */
  readonly words: string
  /** When it is said to end, epoch ms; null: not told. */
  readonly until: EpochMs | null
}

/** Of the words of an answer, this much is shown. */
const longestQuote = 160

const fault = (kind: Fault['kind'], words: string): Fault => ({ kind, words, until: null })

/** The proxy's own failure, apart from that of whoever lies behind it. Names its host, never user or password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError'
  readonly code = 'CROSSBOOK_PROXY'
}

const certificateCodes =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH)/
const noTlsCodes = /^(EPROTO|ERR_SSL_)/
const networkCodes: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EHOSTDOWN',
])
const silenceCodes: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/** Of an attempt that brought no answer. `host` is the one that was meant; `nameResolved` false: its name was still being looked up. */
export function faultOfError(error: unknown, host: string, nameResolved = true): Fault {
  const code = codeOf(error)
  if (error instanceof ProxyError) return fault('proxy', error.message)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL') return unresolved(host, code)
  if (networkCodes.has(code)) return fault('network', `this machine has no way to ${host} (${code}): check its network`)
  if (certificateCodes.test(code)) {
    const why = code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED' ? "or this machine's date is wrong" : ''
    const words = `somebody else answers in the name of ${host}, or reads along (${code}): a sign-in page, a company's proxy`
    return fault('tls', why === '' ? words : `${words}, ${why}`)
  }
  if (noTlsCodes.test(code)) {
    return fault('captive_portal', `no secure answer from ${host}: open a web page and sign in to this network`)
  }
  if (silenceCodes.has(code) || /timed out/.test(messageOf(error))) {
    return nameResolved ? fault('outage', `${host} does not answer`) : unresolved(host, 'no answer')
  }
  if (code === 'ECONNREFUSED') return fault('outage', `${host} refuses connections`)
  return fault('disconnect', messageOf(error) || code || 'the connection was cut')
}

const unresolved = (host: string, why: string): Fault =>
  fault('dns', `the name ${host} is not resolved (${why}): check the network and its DNS server`)

export interface HttpAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The beginning of it is enough. */
  readonly body: string
  /** That was asked. */
  readonly host: string
}

/** What an answer in HTTP means that is not the exchange's own to explain; null: nothing is known to be wrong. */
export function faultOfAnswer(answer: HttpAnswer): Fault | null {
  const { status, host } = answer
  if (isPortal(answer)) {
    return fault('captive_portal', `a web page comes instead of ${host}: open a browser and sign in to this network`)
  }
  const said = quoteOf(answer.body)
  if (status === 451) return fault('blocked', `${host} does not serve this country or region (HTTP 451)${said}`)
  if (status === 403) return fault('blocked', `${host} refuses this address (HTTP 403)${said}`)
  if (status === 429 || status === 418) return fault('rate_limited', `${host} asks to wait (HTTP ${status})${said}`)
  if (status === 503 && /maintenance|upgrad/i.test(answer.body))
    return fault('maintenance', `maintenance at ${host}${said}`)
  if (status >= 500 || status === 408) return fault('outage', `${host} answers with errors (HTTP ${status})${said}`)
  return null
}

/** A page, or the way to one on another host, where an exchange would answer in JSON or by a WebSocket. */
function isPortal({ status, headers, host }: HttpAnswer): boolean {
  if (status >= 300 && status < 400) {
    const location = headerOf(headers, 'location')
    return location !== null && URL.canParse(location) && new URL(location).host !== host
  }
  return (status === 200 || status === 511) && /^text\/html/i.test(headerOf(headers, 'content-type') ?? '')
}

function headerOf(headers: HttpAnswer['headers'], name: string): string | null {
  const value = headers[name]
  return (typeof value === 'string' ? value : value?.[0]) ?? null
}

/** Without markup: errors of gateways come as pages. */
function quoteOf(body: string): string {
  const text = body
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return text === '' ? '' : `: ${text.slice(0, longestQuote)}`
}

/** Trying on at a steady pace is right: nobody refuses us, and it ends without notice. */
export const isPassing = ({ kind }: Fault): boolean =>
  kind !== 'blocked' && kind !== 'rate_limited' && kind !== 'refused'

const causes: Readonly<Record<Fault['kind'], DownCause>> = {
  network: 'network',
  dns: 'network',
  captive_portal: 'network',
  proxy: 'network',
  tls: 'network',
  blocked: 'blocked',
  rate_limited: 'blocked',
  maintenance: 'outage',
  outage: 'outage',
  clock: 'disconnect',
  disconnect: 'disconnect',
  refused: 'disconnect',
}

/** The cause of a hole that such a fault leaves. */
export const causeOf = ({ kind }: Fault): DownCause => causes[kind]

/** For the screen; null: a plain disconnect is no trouble of a known kind. */
export function troubleOf({ kind, words, until }: Fault, since: EpochMs): Trouble | null {
  if (kind === 'disconnect' || kind === 'refused') return null
  return { kind: kind === 'proxy' ? 'network' : kind, words, since, until }
}

/** Of this machine and its network rather than of one exchange. */
export const isOfNetwork = ({ kind }: Fault): boolean =>
  kind === 'network' || kind === 'dns' || kind === 'captive_portal' || kind === 'proxy'

/** undici wraps what happened below it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string' && error.code !== 'UND_ERR_SOCKET') return error.code
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error.cause === undefined ? '' : codeOf(error.cause)
}
