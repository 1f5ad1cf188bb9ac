import { KeychainError, loadPassword } from '../keychain.ts'
import type { ProxyServer } from './tunnel.ts'

const passwordVariable = 'CROSSBOOK_PROXY_PASSWORD'

export interface LoadedProxy {
  /** null: none is set. */
  readonly proxy: ProxyServer | null
  /** null: the keychain works, or was not asked. Else one line why a password cannot be kept. */
  readonly keychainProblem: string | null
}

/** The proxy of the settings with its password, from the environment or the keychain. A keychain that fails leaves it without one. */
export async function loadProxy(url: string | null, environment: NodeJS.ProcessEnv): Promise<LoadedProxy> {
  if (url === null) return { proxy: null, keychainProblem: null }
  const given = environment[passwordVariable]
  if (given) return { proxy: { url, password: given }, keychainProblem: null }
  try {
    return { proxy: { url, password: await loadPassword('proxy password') }, keychainProblem: null }
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error
    return { proxy: { url, password: null }, keychainProblem: error.message }
  }
}
