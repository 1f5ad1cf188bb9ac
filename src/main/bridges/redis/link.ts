/**
 * One connection to the server, from opening to its end; whoever owns it opens the next. ioredis moves the bytes; reconnecting,
 * resending and authenticating are done here, since only the bridge knows what may be sent twice, and what must not be told.
 */
import { readFile } from 'node:fs/promises'
import { Redis, type RedisOptions } from 'ioredis'
import { messageOf } from '../../errors.ts'
import { happeningTypes, positionOf, streamOf } from './names.ts'
import { closedByServer, dislikesPlainText, RedisRefusal, wordsOf } from './words.ts'

export interface LinkTarget {
  readonly url: string
  readonly password: string | null
  readonly certificateAuthorityFile: string | null
  readonly prefix: string
  readonly sender: string
  /** No answer for this long: it is cut, ms. */
  readonly answerTimeoutMs: number
}

export type Command = readonly [name: string, ...args: string[]]
type Options = RedisOptions & { readonly replyMapping: 'legacy' }
export type Answer = readonly [error: Error | null, value: unknown]

export class Link {
  /** The last happening of this sender that the server holds. */
  readonly position: number
  /** In words; null while it stands. */
  problem: string | null = null
  private readonly redis: Redis
  private readonly answerTimeoutMs: number
  private onEnd: () => void = () => undefined

  private constructor(redis: Redis, position: number, answerTimeoutMs: number) {
    this.redis = redis
    this.position = position
    this.answerTimeoutMs = answerTimeoutMs
    redis.on('error', (error: unknown) => this.fail(wordsOf(error)))
    redis.on('end', () => this.fail(closedByServer))
    if (redis.status === 'end') this.fail(closedByServer)
  }

  /** Connects, authenticates, and reads how far this sender got. Throws a RedisRefusal in words. */
  static async open(target: LinkTarget, signal: AbortSignal): Promise<Link> {
    const options = await optionsOf(target)
    signal.throwIfAborted()
    const redis = new Redis(options)
    let problem: unknown = null
    redis.on('error', (error: unknown) => {
      problem = error
    })
    const giveUp = () => cut(redis)
    signal.addEventListener('abort', giveUp)
    const timer = setTimeout(() => {
      problem = new RedisRefusal('no answer in time')
      cut(redis)
    }, target.answerTimeoutMs)
    try {
      await redis.connect()
      await authenticate(redis, target)
      const position = await greet(redis, target)
      redis.removeAllListeners('error')
      return new Link(redis, position, target.answerTimeoutMs)
    } catch (error) {
      cut(redis)
      const words = wordsOf(problem ?? error)
      const mayBeTls = dislikesPlainText(words) && !target.url.startsWith('rediss:')
      throw new RedisRefusal(mayBeTls ? `${words}: does it expect TLS (rediss://)?` : words)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** Called once, when it ends by itself. */
  whenEnded(listener: () => void): void {
    if (this.problem === null) this.onEnd = listener
    else listener()
  }

  /** All at once, answers in order. Rejects with a RedisRefusal when the connection ends before the last. */
  async send(commands: readonly Command[]): Promise<readonly Answer[]> {
    const pipeline = this.redis.pipeline()
    for (const [name, ...args] of commands) pipeline.call(name, ...args)
    const timer = setTimeout(() => this.fail('no answer in time'), this.answerTimeoutMs)
    try {
      const answers = await pipeline.exec()
      if (this.problem !== null || answers === null) throw new RedisRefusal(this.problem ?? 'the connection was cut')
      return answers
    } finally {
      clearTimeout(timer)
    }
  }

  close(): void {
    this.problem ??= 'closed'
    this.onEnd = () => undefined
    cut(this.redis)
  }

  private fail(problem: string): void {
    if (this.problem !== null) return
    this.problem = problem
    cut(this.redis)
    this.onEnd()
  }
}

/** At once: a server that hangs would not answer a polite goodbye. What waits for answers is rejected. */
function cut(redis: Redis): void {
  redis.disconnect()
  redis.stream?.destroy()
}

/** Without user and password. */
export function publicUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

async function optionsOf({ url, certificateAuthorityFile, answerTimeoutMs }: LinkTarget): Promise<Options> {
  const { protocol, hostname, port } = new URL(url)
  const options: Options = {
    replyMapping: 'legacy',
    host: hostname,
    port: port === '' ? 6379 : Number(port),
    lazyConnect: true,
    connectTimeout: answerTimeoutMs,
    retryStrategy: () => null,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    protocol: 2,
  }
  if (protocol !== 'rediss:') return options
  if (certificateAuthorityFile === null) return { ...options, tls: {} }
  try {
    return { ...options, tls: { ca: await readFile(certificateAuthorityFile) } }
  } catch (error) {
    const why = messageOf(error)
    throw new RedisRefusal(`the file of the certificate authority cannot be read: ${why}`)
  }
}

async function authenticate(redis: Redis, { url, password }: LinkTarget): Promise<void> {
  const user = decodeURIComponent(new URL(url).username)
  if (password === null) return
  try {
    await redis.call('AUTH', ...(user === '' ? [password] : [user, password]))
  } catch (error) {
    const text = error instanceof Error ? error.message : ''
    // A server without a password needs none.
    if (/without any password configured|no password is set/.test(text)) return
    // Only what is known: some servers repeat what was sent to them.
    throw new RedisRefusal(
      /^(WRONGPASS|NOPERM)|invalid password/.test(text)
        ? wordsOf(error)
        : redis.status === 'end' || redis.status === 'close'
          ? closedByServer
          : 'the server did not accept the user and the password',
    )
  }
}

/**
 * Takes the sender's position by a write, which tells at once whether the server accepts any, and makes every transaction of an earlier
 * connection that is still under way fail: each of them watches this key.
 */
async function greet(redis: Redis, { url, prefix, sender }: LinkTarget): Promise<number> {
  const database = new URL(url).pathname.slice(1)
  if (database !== '' && database !== '0') await redis.call('SELECT', database)
  await redis.call('PING')
  for (const type of happeningTypes) {
    const stream = streamOf(prefix, type)
    const held = await redis.call('TYPE', stream)
    if (held !== 'stream' && held !== 'none') {
      throw new RedisRefusal(
        `the key ${stream} holds a ${String(held)} of something else: remove it, or choose another prefix`,
      )
    }
  }
  const key = positionOf(prefix, sender)
  const position = await redis.call('INCRBY', key, '0')
  await redis.call('WATCH', key)
  return Number(position)
}
