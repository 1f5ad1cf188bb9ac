/** How the API says no: `{"error":{"code","message"}}`, and nothing of what lies inside the program. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import type { Reply } from '../../shared/contract.ts'
import type { Logger } from '../log.ts'

export const errorCodes = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  408: 'timeout',
  413: 'too_large',
  414: 'too_long',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  431: 'headers_too_large',
  500: 'internal',
  503: 'unavailable',
} as const
export type ErrorStatus = keyof typeof errorCodes

/** A request that cannot be answered, in words for whoever wrote the bot. Anything else that is thrown is a bug. */
export class ApiError extends Error {
  readonly status: ErrorStatus
  /** When it is worth asking again. */
  readonly retryAfterSeconds: number | null
  constructor(status: ErrorStatus, message: string, retryAfterSeconds: number | null = null) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const errorBody = (status: ErrorStatus, message: string) => ({ error: { code: errorCodes[status], message } })

export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.retryAfterSeconds !== null) reply.header('retry-after', String(error.retryAfterSeconds))
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="crossbook"')
  return reply.code(error.status).send(errorBody(error.status, error.message))
}

const callStatus = { badRequest: 400, unavailable: 503, internal: 500 } as const

/** The value of the hub's answer, or what the API says instead. */
export function replyValue<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value
  throw new ApiError(callStatus[reply.code], reply.message)
}

const notFound = 'there is nothing here: GET /api/v1/openapi.json lists what there is'

export function addErrorHandling(server: FastifyInstance, logger: Logger): void {
  server.setNotFoundHandler((_request, reply) => sendError(reply, new ApiError(404, notFound)))
  server.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const known = asApiError(error)
    if (known.status === 500) logger.error({ err: error, route: request.routeOptions.url }, 'a request failed')
    return sendError(reply, known)
  })
}

function isErrorStatus(status: number): status is ErrorStatus {
  return Object.hasOwn(errorCodes, status)
}

/** Fastify's own refusals keep their meaning; their words may name internals only where they are ours to know. */
export function asApiError(error: FastifyError | Error): ApiError {
  if (error instanceof ApiError) return error
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  if (status >= 400 && status < 500) {
    return new ApiError(isErrorStatus(status) ? status : 400, fastifyWords[status] ?? error.message)
  }
  return new ApiError(500, 'this request failed inside Crossbook; the log says more')
}

const fastifyWords: Readonly<Record<number, string>> = {
  404: notFound,
  413: 'the body is larger than 65536 bytes',
  415: 'content-type: a body must be application/json',
}
