/**
 * The tokens of the local API. `tokens.json` in the data folder holds their hashes only, so that the file gives nobody access; it is
 * read anew whenever it changed, so that `crossbook token` works beside a running hub and a revocation acts at once.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ApiToken, type TokenScope } from '../shared/bots.ts'
import { codeOf, messageOf } from './errors.ts'

/** The file of tokens cannot be used; the message says why and what to do. Nobody is let in by a token until then. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError'
}

export interface TokenStoreOptions {
  readonly now?: () => number
  /** Hears, once for each time it begins, that the file cannot be read while a token was to be checked. */
  readonly onProblem?: (problem: TokenFileError) => void
}

const StoredToken = ApiToken.extend({ hash: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 as 64 hexadecimal digits') })
type StoredToken = z.infer<typeof StoredToken>
const TokenFile = z.strictObject({ version: z.literal(1), tokens: z.array(StoredToken).max(1_000) })

/** Recognisable, so that a leak can be found by searching for it. */
export const tokenPrefix = 'cbk_'
/** The last use is written at most this often, ms. */
const noteEveryMs = 60_000
/** A lock this old was left behind by a program that ended, ms. */
const lockOldAfterMs = 10_000
const lockPatienceMs = 1_000

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
/** 256 random bits. */
export const randomSecret = (): string => randomBytes(32).toString('base64url')
/** Constant time; both as `hashOf` gives them. */
export const sameHash = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b))

export class FileTokenStore {
  private readonly file: string
  private readonly now: () => number
  private readonly onProblem: (problem: TokenFileError) => void
  private tokens: readonly StoredToken[] = []
  /** Of the file as it was read last; null: never. */
  private stamp: string | null = null
  private problem: TokenFileError | null = null
  /** Uses since the last write, by id. */
  private readonly used = new Map<string, number>()
  private notedAt = 0

  constructor(dataDir: string, { now = Date.now, onProblem = () => undefined }: TokenStoreOptions = {}) {
    this.file = join(dataDir, 'tokens.json')
    this.now = now
    this.onProblem = onProblem
  }

  /** Throws a TokenFileError. */
  list(): readonly ApiToken[] {
    this.refresh()
    if (this.problem) throw this.problem
    return this.tokens.map((token) => this.publicPart(token))
  }

  /** The only time that the token itself is told. Throws a TokenFileError. */
  create(name: string, scopes: readonly TokenScope[]): { readonly token: string; readonly info: ApiToken } {
    const token = `${tokenPrefix}${randomSecret()}`
    const stored: StoredToken = {
      id: randomBytes(4).toString('hex'),
      name,
      scopes: [...new Set(scopes)],
      createdAt: this.now(),
      lastUsedAt: null,
      hash: hashOf(token),
    }
    this.change((tokens) => [...tokens, stored])
    return { token, info: this.publicPart(stored) }
  }

  /** False: there is none of that id. Throws a TokenFileError. */
  revoke(id: string): boolean {
    let found = false
    this.change((tokens) => {
      const left = tokens.filter((token) => token.id !== id)
      found = left.length < tokens.length
      return found ? left : null
    })
    return found
  }

  /** null: it is none of ours, or the file cannot be read. Takes the same time whichever of the tokens it is, and for none. */
  verify(token: string): ApiToken | null {
    this.refresh()
    const hash = hashOf(token)
    let found: StoredToken | null = null
    for (const stored of this.tokens) if (sameHash(stored.hash, hash)) found = stored
    if (found === null) return null
    this.used.set(found.id, this.now())
    this.noteUses()
    return this.publicPart(found)
  }

  private publicPart({ hash: _, ...info }: StoredToken): ApiToken {
    return { ...info, lastUsedAt: this.used.get(info.id) ?? info.lastUsedAt }
  }

  /** Reads the file if it changed; a broken one empties the list. */
  private refresh(): void {
    const stamp = stampOf(this.file)
    if (stamp === this.stamp) return
    this.stamp = stamp
    try {
      this.tokens = stamp === '' ? [] : read(this.file)
      this.problem = null
    } catch (error) {
      this.tokens = []
      this.problem = asTokenFileError(error, this.file)
      this.onProblem(this.problem)
    }
  }

  /** Reads, changes and writes under a lock, so that two programs never undo each other's change. null: nothing to write. */
  private change(
    change: (tokens: readonly StoredToken[]) => readonly StoredToken[] | null,
    patienceMs = lockPatienceMs,
  ): void {
    const next = `${this.file}.new`
    try {
      const descriptor = takeLock(next, patienceMs)
      try {
        const changed = change(stampOf(this.file) === '' ? [] : read(this.file))
        if (changed === null) {
          rmSync(next, { force: true })
          return
        }
        writeFileSync(descriptor, `${JSON.stringify({ version: 1, tokens: changed }, null, 2)}\n`)
        fsyncSync(descriptor)
        renameSync(next, this.file)
      } catch (error) {
        rmSync(next, { force: true })
        throw error
      } finally {
        closeSync(descriptor)
      }
    } catch (error) {
      throw asTokenFileError(error, this.file)
    }
    // Two changes within the same tick of the file system's clock look alike.
    this.stamp = null
    this.refresh()
  }

  private noteUses(): void {
    const now = this.now()
    if (now - this.notedAt < noteEveryMs) return
    this.notedAt = now
    try {
      this.change(
        (tokens) => tokens.map((token) => ({ ...token, lastUsedAt: this.used.get(token.id) ?? token.lastUsedAt })),
        0,
      )
    } catch (error) {
      // The token is good all the same; when it was used is told from memory until the file can be written.
      this.onProblem(asTokenFileError(error, this.file))
    }
  }
}

export const openTokenStore = (dataDir: string, options: TokenStoreOptions = {}): FileTokenStore =>
  new FileTokenStore(dataDir, options)

/** Empty: there is no file. */
function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`
}

function read(file: string): readonly StoredToken[] {
  const text = readFileSync(file, 'utf8')
  const broken = (why: string) =>
    new TokenFileError(`${file} is broken (${why}), so no token is accepted: restore it, or delete it to begin anew`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw broken('it is not JSON')
  }
  const parsed = TokenFile.safeParse(json)
  if (parsed.success) return parsed.data.tokens
  const [issue] = parsed.error.issues
  throw broken(issue ? `${issue.path.map(String).join('.') || 'its content'}: ${issue.message}` : 'its content')
}

/** The file that will take the other's place is the lock, too. */
function takeLock(file: string, patienceMs: number): number {
  const end = Date.now() + patienceMs
  mkdirSync(join(file, '..'), { recursive: true })
  for (;;) {
    try {
      return openSync(file, 'wx', 0o600)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      const stat = statSync(file, { throwIfNoEntry: false })
      if (stat && Date.now() - stat.mtimeMs > lockOldAfterMs) rmSync(file, { force: true })
      else if (Date.now() > end) throw new Error(`${file} is held by another program`)
      // Held for a few milliseconds only, and by people's commands: a wait is simpler than a queue.
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function asTokenFileError(error: unknown, file: string): TokenFileError {
  if (error instanceof TokenFileError) return error
  const reason = messageOf(error)
  return new TokenFileError(`${file} cannot be used: ${reason}; check the data folder’s rights and space`)
}
