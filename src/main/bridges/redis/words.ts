/** What is wrong with the server, in words for the trader. Nothing of what was sent to it comes back in them: that may be the password. */
import { codeOf, messageOf } from '../../errors.ts'

/** The server, or the way to it, refuses: nothing is sent until the next attempt. */
export class RedisRefusal extends Error {
  override name = 'RedisRefusal'
}

export const closedByServer = 'the server closed the connection'
const notRedis = 'what answers there does not speak the language of Redis'
const cutOff = 'the connection was cut'
/** What a server that expects TLS does to who speaks plainly. */
export const dislikesPlainText = (words: string): boolean => [closedByServer, notRedis, cutOff].includes(words)

interface Words {
  readonly test: RegExp
  readonly words: string
}

/** By the first word of the server's error, which is its code. */
const replies: readonly Words[] = [
  { test: /^NOAUTH/, words: 'the server asks for a password: set it in Bots > Redis' },
  { test: /^WRONGPASS|invalid password/, words: 'the server refuses the user or the password: set it in Bots > Redis' },
  { test: /^NOPERM/, words: 'the user may not run a command that Crossbook needs; docs/bots.md lists them' },
  { test: /^READONLY/, words: 'this server is a read-only replica: give the address of the primary' },
  { test: /^OOM|^EXECABORT.*OOM/, words: 'the server is out of memory (maxmemory)' },
  { test: /^MISCONF/, words: 'the server cannot save to its disk and refuses writes (MISCONF); its own log says why' },
  { test: /^LOADING/, words: 'the server is still loading its data' },
  {
    test: /^(MOVED|ASK|CROSSSLOT|CLUSTERDOWN)/,
    words: 'this is a Redis Cluster, which Crossbook cannot use: give a single server',
  },
  { test: /^MASTERDOWN/, words: 'this replica has lost its primary' },
  { test: /^NOREPLICAS/, words: 'the server has too few replicas to accept writes' },
  { test: /max number of clients/, words: 'the server has no room for another client' },
  { test: /DB index is out of range/, words: 'the server has no database of that number' },
  { test: /^DENIED/, words: 'the server is in protected mode and refuses other machines' },
  {
    test: /^WRONGTYPE/,
    words: 'a key that Crossbook writes holds something else: remove it, or choose another prefix',
  },
  { test: /^Protocol error/, words: notRedis },
  { test: /^BUSY/, words: 'the server is busy with a script' },
]

const codes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no machine of that name',
  EAI_AGAIN: 'the name of the machine cannot be looked up now',
  EHOSTUNREACH: 'the machine cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no answer in time',
  ECONNRESET: cutOff,
  EPIPE: cutOff,
  CERT_HAS_EXPIRED: "TLS: the server's certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "TLS: the server's certificate is for another name",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'TLS: the server shows a certificate that it signed itself: name its file as certificateAuthorityFile',
  SELF_SIGNED_CERT_IN_CHAIN:
    'TLS: the authority of the certificate is not known: name its file as certificateAuthorityFile',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'TLS: the authority of the certificate is not known: name its file as certificateAuthorityFile',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'TLS: the authority of the certificate is not known: name its file as certificateAuthorityFile',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS: the server does not speak it at this port: is it redis:// instead of rediss://?',
  EPROTO: 'TLS: the server does not speak it as expected',
}

/** Of an error of the connection or an error reply. Unknown replies are named by their code alone, for some servers repeat what was sent. */
export function wordsOf(error: unknown): string {
  if (error instanceof RedisRefusal) return error.message
  const text = messageOf(error)
  const known = replies.find(({ test }) => test.test(text))
  if (known) return known.words
  const code = codeOf(error)
  if (codes[code]) return codes[code]
  if (/Connection is closed|Stream isn't writeable/.test(text)) return closedByServer
  if (code !== '') return `the connection failed (${code})`
  const [first = ''] = /^[A-Z]{2,}\b/.exec(text) ?? []
  return first === '' ? 'the server answered with an error that is not known' : `the server answered with ${first}`
}
