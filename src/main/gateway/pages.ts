/** The browser's interface: its files, and the one-time link that signs a browser in. */
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Auth } from './auth.ts'
import { ApiError } from './errors.ts'
import { redeemLinkCode, type Sessions, sessionLifetimeMs } from './sessions.ts'

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const Code = z.strictObject({ code: z.string().min(1).max(200) })

const refusal = `<!doctype html><meta charset="utf-8"><title>Crossbook</title>
<h1>This link does not open anything</h1>
<p>A link works once, for ten minutes. Run <code>crossbook link</code> on the machine that Crossbook runs on, and open the address it prints.</p>
`

export interface PagesOptions {
  readonly dataDir: string
  readonly rendererDir: string
  readonly auth: Auth
  readonly sessions: Sessions
}

export async function addPages(
  server: FastifyInstance,
  { dataDir, rendererDir, auth, sessions }: PagesOptions,
): Promise<void> {
  await server.register(fastifyStatic, { root: rendererDir, index: ['index.html'], cacheControl: false })
  // Not for HEAD: what looks at a link before it is opened must not use it up.
  server.get('/open', { exposeHeadRoute: false }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const parsed = Code.safeParse(request.query)
    const isGood = parsed.success && redeemLinkCode(dataDir, parsed.data.code, Date.now())
    if (!isGood && !hasSession(request.cookies[sessions.cookieName], sessions)) {
      return refuse(auth, request.ip, (status) => reply.code(status).type('text/html; charset=utf-8').send(refusal))
    }
    if (isGood) {
      reply.setCookie(sessions.cookieName, sessions.create(), {
        httpOnly: true,
        sameSite: 'strict',
        path: '/',
        maxAge: sessionLifetimeMs / 1_000,
      })
    }
    return reply.redirect('/', 303)
  })
}

/** Whoever reloads the address of a link that signed this browser in is let in again. */
const hasSession = (secret: string | undefined, sessions: Sessions): boolean =>
  secret !== undefined && sessions.verify(secret)

/** A wrong code counts as a wrong token does. */
function refuse<T>(auth: Auth, address: string, answer: (status: number) => T): T {
  try {
    return auth.refuse(address)
  } catch (error) {
    if (error instanceof ApiError && error.status !== 429) return answer(403)
    throw error
  }
}
