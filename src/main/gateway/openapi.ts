/** The OpenAPI document, made from the routes' own schemas, and the page that shows it. Both hold no data and need no token. */
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { UnifiedMessage } from '../../shared/unified/schemas.ts'
import { version } from '../version.ts'
import { description } from './openapi-words.ts'
import type { Route } from './rest/route.ts'
import { ClientMessage, ServerMessage } from './stream/messages.ts'

/** The page's scripts and styles are its own files; styles that its script sets are no inline styles. */
const docsPolicy = [
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

type Json = Record<string, unknown>
const ref = (id: string) => ({ $ref: `#/components/schemas/${id}` })
const json = (schema: Json) => ({ 'application/json': { schema } })

const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

const refusals: Readonly<Record<string, string>> = {
  400: 'A parameter is unknown, missing or does not fit; the message names it, its value and what would be right',
  401: 'No token, or one that is not known',
  403: 'The token lacks the scope, or a page of another origin asks',
  404: 'No exchange lists the symbol',
  429: 'Too many requests; Retry-After says when to ask again',
  503: 'What is asked for cannot be had now; the message says why',
}

/** `/orders/open` -> `OrdersOpen` */
const nameOf = ({ path, method }: Route): string =>
  `${method === 'POST' ? 'Post' : ''}${path.replace(/[/-](\w)/g, (_match, letter: string) => letter.toUpperCase())}`

export function openApiDocument(routes: readonly Route[]): Json {
  const registry = z.registry<{ id: string }>()
  for (const message of [...UnifiedMessage.options, ...ServerMessage.options, ...ClientMessage.options]) {
    const name = 'event_type' in message.shape ? message.shape.event_type.value : message.shape.type.value
    registry.add(message, { id: name })
  }
  registry.add(UnifiedMessage, { id: 'UnifiedMessage' })
  registry.add(ServerMessage, { id: 'StreamReply' })
  registry.add(ClientMessage, { id: 'StreamRequest' })
  registry.add(ErrorBody, { id: 'Error' })
  for (const one of routes) {
    registry.add(one.reply, { id: `${nameOf(one)}Reply` })
    if (one.body) registry.add(one.body, { id: `${nameOf(one)}Body` })
  }
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'output' })
  const paths: Record<string, Json> = {}
  for (const one of routes) {
    const url = `/api/v1${one.path}`
    paths[url] = { ...paths[url], [one.method.toLowerCase()]: operation(one) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Crossbook local API', version, description },
    tags: [
      { name: 'market', description: 'Public data. Scope market.' },
      { name: 'account', description: 'Your own. Scope account.' },
      { name: 'budgets', description: 'Request weight shared with bots. Scope market.' },
      { name: 'status', description: 'Scope market.' },
    ],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'crossbook token create' } },
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)])),
    },
  }
}

function operation(one: Route): Json {
  const answers = Object.entries(refusals).map(([status, words]) => [
    status,
    { description: words, content: json(ref('Error')) },
  ])
  return {
    operationId: nameOf(one),
    tags: [one.tag],
    summary: one.summary,
    parameters: Object.entries(one.query.shape).map(([name, field]) => {
      const schema = plain(z.toJSONSchema(field, { io: 'output' }))
      const { description: words, ...rest } = schema
      return {
        name,
        in: 'query',
        required: !z.safeParse(field, undefined).success,
        ...(words === undefined ? {} : { description: words }),
        schema: rest,
      }
    }),
    ...(one.body ? { requestBody: { required: true, content: json(ref(`${nameOf(one)}Body`)) } } : {}),
    responses: {
      200: { description: 'The answer', content: json(ref(`${nameOf(one)}Reply`)) },
      ...Object.fromEntries(answers),
    },
  }
}

/** Without what names the dialect: OpenAPI 3.1 has said it. */
function plain(schema: object): Json {
  const { $schema: _dialect, $id: _id, ...rest } = schema as Json
  return rest
}

export async function addOpenApi(server: FastifyInstance, routes: readonly Route[]): Promise<void> {
  const document = openApiDocument(routes)
  // The plugin types a document of its own making; ours is checked by a test against the routes.
  await server.register(fastifySwagger, { mode: 'static', specification: { document: document as never } })
  await server.register(fastifySwaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: docsPolicy,
    theme: { title: 'Crossbook local API' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', persistAuthorization: false, defaultModelsExpandDepth: 0 },
  })
  server.get('/api/v1/openapi.json', async () => document)
}
