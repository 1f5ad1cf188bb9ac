/** The doors for bots in words. */
import type { ApiStatus, RedisStatus, TokenScope } from '../../shared/bots.ts'
import type { Settings } from '../../shared/settings.ts'
import { textsOf } from '../i18n.ts'
import type { Tone } from './names.ts'

const t = textsOf('format')

export const scopeWords: Readonly<Record<TokenScope, { readonly text: string; readonly meaning: string }>> = {
  market: {
    text: t('scopes.market.text'),
    meaning: t('scopes.market.meaning'),
  },
  account: {
    text: t('scopes.account.text'),
    meaning: t('scopes.account.meaning'),
  },
}

export const redisStates: Readonly<Record<RedisStatus['state'], { readonly text: string; readonly tone: Tone }>> = {
  off: { text: t('redisStates.off'), tone: 'idle' },
  connecting: { text: t('redisStates.connecting'), tone: 'warning' },
  live: { text: t('redisStates.live'), tone: 'good' },
  waiting: { text: t('redisStates.waiting'), tone: 'bad' },
}

/** Whether the local API answers. */
export const apiState = ({ url, problem }: Pick<ApiStatus, 'url' | 'problem'>): { text: string; tone: Tone } =>
  url !== null
    ? { text: t('apiStates.open'), tone: 'good' }
    : problem !== null
      ? { text: t('apiStates.failed'), tone: 'bad' }
      : { text: t('apiStates.off'), tone: 'idle' }

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
    { id: 'token', title: t('snippets.token'), text: 'read -rs CROSSBOOK_TOKEN && export CROSSBOOK_TOKEN' },
    { id: 'quotes', title: t('snippets.quotes'), text: curl('/api/v1/quotes') },
    { id: 'balances', title: t('snippets.balances'), text: curl('/api/v1/balances') },
    {
      id: 'subscribe',
      title: t('snippets.subscribe'),
      text: `${client} PSUBSCRIBE '${redis.prefix}:book_ticker:*'`,
    },
  ]
}
