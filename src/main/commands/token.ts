/** `crossbook token`: who may use the local API. Works beside a running hub, which reads the file anew. */
import type { TokenScope } from '../../shared/bots.ts'
import { dataDirOf } from '../paths.ts'
import { type FileTokenStore, openTokenStore, TokenFileError } from '../tokens.ts'
import { CommandError } from './command-error.ts'

export interface TokenFlags {
  readonly data?: string
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** What is the user's to put right becomes one line. */
function withStore<T>(flags: TokenFlags, work: (store: FileTokenStore) => T): T {
  try {
    return work(openTokenStore(dataDirOf(flags.data, process.env)))
  } catch (error) {
    if (error instanceof TokenFileError) throw new CommandError(error.message)
    throw error
  }
}

/** The token alone on stdout, so that it can be piped where it belongs; what to know about it on stderr. */
export function createToken(
  flags: TokenFlags & { readonly name: string; readonly scopes: readonly TokenScope[] },
): void {
  const { token, info } = withStore(flags, (store) => store.create(flags.name, flags.scopes))
  say(token)
  process.stderr.write(
    `crossbook: token ${info.id} ("${info.name}", ${info.scopes.join(', ')}); it is shown this once: keep it where your bot reads it\n`,
  )
}

export function listTokens(flags: TokenFlags): void {
  const tokens = withStore(flags, (store) => store.list())
  if (tokens.length === 0) say('no tokens; make one with: crossbook token create --name my-bot --scopes market,account')
  const iso = (time: number | null) => (time === null ? 'never' : new Date(time).toISOString())
  for (const { id, name, scopes, createdAt, lastUsedAt } of tokens) {
    say([id, name, scopes.join(','), `created ${iso(createdAt)}`, `last used ${iso(lastUsedAt)}`].join('\t'))
  }
}

export function revokeToken(id: string, flags: TokenFlags): void {
  if (!withStore(flags, (store) => store.revoke(id))) {
    throw new CommandError(`there is no token "${id}"; crossbook token list shows the ids`)
  }
  say(`revoked ${id}`)
}
