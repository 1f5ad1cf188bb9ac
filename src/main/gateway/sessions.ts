/**
 * How a browser is let in without a token in its address: a one-time link is exchanged for a cookie. What lies on the disk are hashes.
 *
 *   links/<sha256 of the code>   one file a link, holding the epoch ms it ends at; whoever removes the file has used the link, so
 *                                that two programs can never both use one
 *   sessions.json                the browsers signed in, so that open pages outlive a restart
 *   gateway.json                 where the running door is, for `crossbook link`
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { codeOf } from '../errors.ts'
import { replaceFile } from '../files.ts'
import { hashOf, randomSecret, sameHash } from '../tokens.ts'

/** Long enough to start the program on another machine, find the line and open it; it works once in any case. */
export const linkLifetimeMs = 10 * 60_000
export const sessionLifetimeMs = 30 * 86_400_000
const mostSessions = 100

const linksOf = (dataDir: string): string => join(dataDir, 'links')
const addressFile = (dataDir: string): string => join(dataDir, 'gateway.json')

/** The code of a new link. */
export function createLinkCode(dataDir: string, now: number): string {
  const code = randomSecret()
  const folder = linksOf(dataDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of readdirSync(folder))
    if (endOf(join(folder, name)) <= now) rmSync(join(folder, name), { force: true })
  writeFileSync(join(folder, hashOf(code)), String(now + linkLifetimeMs), { mode: 0o600, flag: 'wx' })
  return code
}

/** True: it was good, and is no longer. */
export function redeemLinkCode(dataDir: string, code: string, now: number): boolean {
  const file = join(linksOf(dataDir), hashOf(code))
  const end = endOf(file)
  try {
    rmSync(file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
  return end > now
}

/** 0: there is none. */
function endOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

const RunningGateway = z.object({ url: z.string(), pid: z.number().int().positive() })
export type RunningGateway = z.infer<typeof RunningGateway>

export const announceGateway = (dataDir: string, running: RunningGateway): void => {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(addressFile(dataDir), JSON.stringify(running), { mode: 0o600 })
}
export const forgetGateway = (dataDir: string): void => rmSync(addressFile(dataDir), { force: true })
/** null: none was announced, or nothing that can be read. */
export function announcedGateway(dataDir: string): RunningGateway | null {
  try {
    return RunningGateway.parse(JSON.parse(readFileSync(addressFile(dataDir), 'utf8')))
  } catch {
    return null
  }
}

const SessionFile = z.array(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), endsAt: z.number() }))

/** The browsers signed in. Its cookie's name is the data folder's own: cookies know no ports, and two hubs may share a machine. */
export class Sessions {
  readonly cookieName: string
  private readonly file: string
  private readonly now: () => number
  private sessions: { hash: string; endsAt: number }[]

  constructor(dataDir: string, now: () => number = Date.now) {
    this.file = join(dataDir, 'sessions.json')
    this.now = now
    this.cookieName = `crossbook_${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}`
    this.sessions = this.read()
  }

  /** The secret for its cookie. */
  create(): string {
    const secret = randomSecret()
    const now = this.now()
    const open = this.sessions.filter(({ endsAt }) => endsAt > now)
    this.sessions = [...open, { hash: hashOf(secret), endsAt: now + sessionLifetimeMs }].slice(-mostSessions)
    replaceFile(this.file, JSON.stringify(this.sessions))
    return secret
  }

  /** Constant time in the secret. */
  verify(secret: string): boolean {
    const hash = hashOf(secret)
    const now = this.now()
    let good = false
    for (const session of this.sessions) if (sameHash(session.hash, hash) && session.endsAt > now) good = true
    return good
  }

  /** A file that cannot be read signs everybody out, which a new link mends. */
  private read(): { hash: string; endsAt: number }[] {
    try {
      return SessionFile.parse(JSON.parse(readFileSync(this.file, 'utf8')))
    } catch {
      return []
    }
  }
}
