/** The doors for bots in words. */
import type { ApiStatus, RedisStatus, TokenScope } from '../../shared/bots.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Tone } from './names.ts'

export const scopeWords: Readonly<Record<TokenScope, { readonly text: string; readonly meaning: string }>> = {
  market: {
    text: 'Market',
    meaning: 'Public data: instruments, quotes, books, candles, spreads, opportunities, the state of connections.',
  },
  account: {
    text: 'Account',
    meaning: 'Your own: balances, orders, fills, positions, transfers, and whatever this app itself may do.',
  },
}

export const redisStates: Readonly<Record<RedisStatus['state'], { readonly text: string; readonly tone: Tone }>> = {
  off: { text: 'Off', tone: 'idle' },
  connecting: { text: 'Connecting', tone: 'warning' },
  live: { text: 'Live', tone: 'good' },
  waiting: { text: 'Down, waiting to retry', tone: 'bad' },
}

/** Whether the local API answers. */
export const apiState = ({ url, problem }: Pick<ApiStatus, 'url' | 'problem'>): { text: string; tone: Tone } =>
  url !== null
    ? { text: 'Open', tone: 'good' }
    : problem !== null
      ? { text: 'Not open', tone: 'bad' }
      : { text: 'Off', tone: 'idle' }

export interface Snippet {
  readonly id: string
  readonly title: string
  readonly text: string
}

/** A word of a shell's command line, quoted where it must be. */
const shellWord = (text: string): string =>
  /^[A-Za-z0-9_.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/**
 * Commands that show how to connect, for this machine's addresses. Secrets stand in them as variables of the shell only:
 * CROSSBOOK_TOKEN, and REDISCLI_AUTH, which redis-cli reads by itself.
 */
export function connectSnippets(
  url: string | null,
  { gateway, redis }: Pick<Settings, 'gateway' | 'redis'>,
): readonly Snippet[] {
  const address = url ?? `http://127.0.0.1:${gateway.port}`
  const authority = redis.certificateAuthorityFile
  const client = `redis-cli -u ${shellWord(redis.url)}${authority === null ? '' : ` --cacert ${shellWord(authority)}`}`
  const curl = (path: string) => `curl -H "Authorization: Bearer $CROSSBOOK_TOKEN" ${shellWord(`${address}${path}`)}`
  return [
    { id: 'token', title: 'The token, into the shell', text: 'read -rs CROSSBOOK_TOKEN && export CROSSBOOK_TOKEN' },
    { id: 'quotes', title: 'Newest quotes, needs Market', text: curl('/api/v1/quotes') },
    { id: 'balances', title: 'Balances, needs Account', text: curl('/api/v1/balances') },
    {
      id: 'subscribe',
      title: 'Every quote as it comes, over Redis',
      text: `${client} PSUBSCRIBE '${redis.prefix}:book_ticker:*'`,
    },
  ]
}
