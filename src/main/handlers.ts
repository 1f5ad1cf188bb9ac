/** Answers to the contract's calls. A door hands over the name and the request as they came; both are checked here, once. */
import { type CallName, type CallReply, type CallRequest, calls, type Reply } from '../shared/contract.ts'
import { AccountError } from './account/manage.ts'
import type { Client } from './broadcaster.ts'
import { SettingsError } from './config.ts'
import { KeychainError } from './keychain.ts'
import { StorageError } from './storage/error.ts'
import { TokenFileError } from './tokens.ts'

/** A call that cannot be answered, in words for the user. Anything else that is thrown is a bug. */
export class CallError extends Error {
  readonly code: 'badRequest' | 'unavailable'
  constructor(code: 'badRequest' | 'unavailable', message: string) {
    super(message)
    this.name = 'CallError'
    this.code = code
  }
}

export type Handlers = {
  readonly [N in CallName]: (request: CallRequest<N>, client: Client) => CallReply<N> | Promise<CallReply<N>>
}

const isCallName = (name: string): name is CallName => Object.hasOwn(calls, name)

/** `onBug` hears of errors that are ours; the door is told only that it was internal. */
export async function answer(
  handlers: Handlers,
  name: string,
  request: unknown,
  client: Client,
  onBug: (error: unknown, name: string) => void,
): Promise<Reply<unknown>> {
  if (!isCallName(name)) return { ok: false, code: 'badRequest', message: `there is no call "${name}"` }
  return answerKnown(handlers, name, request, client, onBug)
}

async function answerKnown<N extends CallName>(
  handlers: Handlers,
  name: N,
  request: unknown,
  client: Client,
  onBug: (error: unknown, name: string) => void,
): Promise<Reply<CallReply<N>>> {
  const parsed = calls[name].request.safeParse(request)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const at = issue && issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ` : ''
    return { ok: false, code: 'badRequest', message: `${name}: ${at}${issue?.message ?? 'does not fit'}` }
  }
  try {
    // The schema of this very name has just accepted it.
    return { ok: true, value: await handlers[name](parsed.data as CallRequest<N>, client) }
  } catch (error) {
    if (error instanceof CallError) return { ok: false, code: error.code, message: error.message }
    if (error instanceof AccountError) return { ok: false, code: error.code, message: error.message }
    if (error instanceof KeychainError) return { ok: false, code: 'unavailable', message: error.message }
    if (error instanceof StorageError) return { ok: false, code: 'unavailable', message: error.message }
    if (error instanceof TokenFileError) return { ok: false, code: 'unavailable', message: error.message }
    if (error instanceof SettingsError) return { ok: false, code: 'badRequest', message: error.message }
    onBug(error, name)
    return { ok: false, code: 'internal', message: `${name} failed inside Crossbook; the log says more` }
  }
}
