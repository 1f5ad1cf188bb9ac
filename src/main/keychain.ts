/**
 * The operating system's keychain, behind keytar: the only place where accounts' secrets are kept. Service `crossbook`, one entry
 * per account under its id, holding JSON of key, secret and passphrase, and one per password of a server, as it is.
 */
import { z } from 'zod'

const service = 'crossbook'
/** No account is called so (ids hold no space): asking for it shows that there is a keychain, and unlocks nothing. */
const probe = 'is there a keychain'

const Entry = z.strictObject({ key: z.string(), secret: z.string(), passphrase: z.string().nullable() })
export type Secrets = Readonly<z.infer<typeof Entry>>

/** The keychain cannot be used now: missing, locked, or an entry in it is not ours. One line, without any secret. */
export class KeychainError extends Error {
  override readonly name = 'KeychainError'
}

const advice =
  process.platform === 'linux'
    ? 'install libsecret-1-0 and a keyring such as gnome-keyring, and unlock it'
    : 'unlock the keychain'

/** null: the keychain works. Else one line that says what is missing and what to do. */
export async function keychainProblem(): Promise<string | null> {
  try {
    // Not `findCredentials`: of a keyring that stays locked it brings the whole program down (keytar 7.10 on Linux).
    await use((keytar) => keytar.getPassword(service, probe))
    return null
  } catch (error) {
    if (error instanceof KeychainError) return error.message
    throw error
  }
}

/**
 * null: there is no entry for the account, or the keychain stayed locked (it does not tell which). Asks to unlock where the system
 * does, and waits for the answer. Rejects with a KeychainError.
 */
export async function loadSecrets(account: string): Promise<Secrets | null> {
  const text = await use((keytar) => keytar.getPassword(service, account))
  if (text === null) return null
  // No detail of what was read: it is a secret.
  const broken = new KeychainError(
    `the keychain's entry crossbook/${account} is not Crossbook's: remove the account and add it anew`,
  )
  let json: unknown = null
  try {
    json = JSON.parse(text)
  } catch {
    throw broken
  }
  const entry = Entry.safeParse(json)
  if (!entry.success) throw broken
  return entry.data
}

/** Passwords of servers, by what they are for. The names hold a space, so that no account has one of them. */
export type PasswordName = 'redis password' | 'proxy password' | 'webhook secret'

/** null: there is none, or the keychain stayed locked. Rejects with a KeychainError. */
export const loadPassword = (name: PasswordName): Promise<string | null> =>
  use((keytar) => keytar.getPassword(service, name))

/** null removes it. Rejects with a KeychainError. */
export async function savePassword(name: PasswordName, password: string | null): Promise<void> {
  if (password === null) await removeSecrets(name)
  else await use((keytar) => keytar.setPassword(service, name, password))
}

/** Rejects with a KeychainError. */
export async function saveSecrets(account: string, secrets: Secrets): Promise<void> {
  await use((keytar) => keytar.setPassword(service, account, JSON.stringify(secrets)))
}

/** False: there was none. Rejects with a KeychainError, also when the keychain stays locked: then it may still be there. */
export function removeSecrets(account: string): Promise<boolean> {
  return use(async (keytar) => {
    if (await keytar.deletePassword(service, account)) return true
    // A locked keychain says no such entry, too; only writing tells it from an open one.
    await keytar.setPassword(service, probe, 'open')
    await keytar.deletePassword(service, probe)
    return keytar.deletePassword(service, account)
  })
}

/** Not at the top: where libsecret is missing, loading it fails. */
const load = async () => (await import('keytar')).default

async function use<T>(work: (keytar: Awaited<ReturnType<typeof load>>) => Promise<T>): Promise<T> {
  try {
    return await work(await load())
  } catch (error) {
    const reason = (error instanceof Error ? error.message.split('\n')[0] : null) ?? 'unknown reason'
    throw new KeychainError(`no keychain (${reason}): ${advice}`)
  }
}
