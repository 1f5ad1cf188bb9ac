/** One REST route as data: what it takes, what it gives, and who may ask. The server and the OpenAPI document are made from these. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { TokenScope } from '../../../shared/bots.ts'
import type { CallName, CallReply, CallRequest } from '../../../shared/contract.ts'
import type { Client } from '../../broadcaster.ts'
import type { Auth, Caller } from '../auth.ts'
import { ApiError, replyValue } from '../errors.ts'
import type { GatewayHub } from '../options.ts'

export type Fields = z.ZodRawShape

export interface RouteInput<Q extends Fields, B extends z.ZodType> {
  readonly query: z.output<z.ZodObject<Q>>
  readonly body: z.output<B>
  readonly caller: Caller
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export interface Route {
  readonly method: 'GET' | 'POST'
  /** Below /api/v1. */
  readonly path: string
  readonly scope: TokenScope
  readonly tag: 'market' | 'account' | 'budgets' | 'status'
  readonly summary: string
  readonly query: z.ZodObject
  readonly body: z.ZodType | null
  readonly reply: z.ZodType
  answer(input: { query: unknown; body: unknown; caller: Caller; signal: AbortSignal }): unknown
}

interface RouteDeclaration<Q extends Fields, R extends z.ZodType, B extends z.ZodType> {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly scope: TokenScope
  readonly tag: Route['tag']
  readonly summary: string
  readonly query: Q
  readonly body?: B
  readonly reply: R
  answer(input: RouteInput<Q, B>): z.input<R> | Promise<z.input<R>>
}

/** Checks what came before `answer` sees it. */
export function route<Q extends Fields, R extends z.ZodType, B extends z.ZodType = z.ZodUndefined>(
  declared: RouteDeclaration<Q, R, B>,
): Route {
  const query = z.strictObject(declared.query)
  const { body } = declared
  return {
    method: declared.method ?? 'GET',
    path: declared.path,
    scope: declared.scope,
    tag: declared.tag,
    summary: declared.summary,
    query,
    body: body ?? null,
    reply: declared.reply,
    answer: (given) =>
      declared.answer({
        query: checked(query, given.query),
        // Without a declared body its type is undefined, and so is it.
        body: (body ? checked(body, given.body) : undefined) as z.output<B>,
        caller: given.caller,
        signal: given.signal,
      }),
  }
}

/** Throws an ApiError that names the field, its value, and what would be right. */
export function checked<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new ApiError(400, refusalOf(parsed.error, given))
}

const longestValueShown = 80

export function refusalOf(error: z.ZodError, given: unknown): string {
  const [issue] = error.issues
  if (!issue) return 'this request does not fit'
  const path = issue.path.map(String)
  const at = path.length > 0 ? `${path.join('.')}: ` : ''
  if (issue.code === 'unrecognized_keys')
    return `${at}unknown ${issue.keys.map((key) => JSON.stringify(key.slice(0, longestValueShown))).join(', ')}; see /api/docs`
  let value: unknown = given
  for (const key of issue.path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  const shown = value === undefined ? 'not given' : (JSON.stringify(value) ?? typeof value)
  return `${at}${shown.length > longestValueShown ? `${shown.slice(0, longestValueShown)}…` : shown}: ${issue.message}`
}

export function addRoutes(server: FastifyInstance, auth: Auth, routes: readonly Route[]): void {
  for (const declared of routes) {
    server.route({
      method: declared.method,
      url: `/api/v1${declared.path}`,
      handler: async (request, reply) => {
        const caller = auth.demand(request, declared.scope)
        const controller = new AbortController()
        reply.raw.once('close', () => {
          if (!reply.raw.writableFinished) controller.abort()
        })
        const { signal } = controller
        reply.type('application/json; charset=utf-8')
        return JSON.stringify(await declared.answer({ query: request.query, body: request.body, caller, signal }))
      },
    })
  }
}

/** A list as every route gives it: `next` is what the next page is asked for with, null at the end. */
export const page = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row), next: z.string().nullable() })
export const whole = <T>(data: readonly T[]): { data: T[]; next: null } => ({ data: [...data], next: null })

/** Calls of the contract get an answer each and no pushes here. */
const nobody: Client = { send: () => undefined, keepsUp: () => false }

export async function ask<N extends CallName>(
  hub: Pick<GatewayHub, 'call'>,
  name: N,
  request: CallRequest<N>,
): Promise<CallReply<N>> {
  // The hub answers what the contract says of that name.
  return replyValue(await hub.call(nobody, name, request)) as CallReply<N>
}
