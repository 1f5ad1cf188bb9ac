/**
 * The local API, and the headless door: REST and a stream for the trader's bots, the contract's socket and the built interface for a
 * browser. On loopback unless the settings say otherwise. Whoever holds a token, or was signed in by a one-time link, may talk; pages of
 * other origins may not, whatever they hold.
 */
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import fastifyWebsocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import type { ApiStatus } from '../../shared/bots.ts'
import { SettingsError } from '../config.ts'
import { Auth } from './auth.ts'
import { addContractSocket, contractProtocol } from './contract-socket.ts'
import { ApiError, addErrorHandling, errorBody, sendError } from './errors.ts'
import { isAllowedHost, isForeignFetch, isForeignOrigin, isLoopback } from './hosts.ts'
import { LiveSockets } from './live-sockets.ts'
import { addMetricsRoutes } from './metrics-routes.ts'
import { addOpenApi } from './openapi.ts'
import { type Gateway, type GatewayOptions, usualTiming } from './options.ts'
import { addPages, contentSecurityPolicy } from './pages.ts'
import { accountRoutes } from './rest/account.ts'
import { continuityRoutes } from './rest/continuity.ts'
import { marketRoutes } from './rest/market.ts'
import { addRoutes } from './rest/route.ts'
import { statusRoutes } from './rest/status.ts'
import { announceGateway, createLinkCode, forgetGateway, Sessions } from './sessions.ts'
import { addStream, streamProtocol } from './stream/index.ts'

export type { Gateway, GatewayHub, GatewayOptions } from './options.ts'

const largestBodyBytes = 65_536
const largestHeadBytes = 16_384
const largestMessageBytes = 262_144
const mostConnections = 512

/** Throws a SettingsError when the address cannot be had. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { hub, dataDir, rendererDir, logger } = options
  const timing = { ...usualTiming, ...options.timing }
  if (rendererDir !== null && !existsSync(rendererDir)) {
    throw new Error(`the built interface is missing at ${rendererDir}: run npm run build`)
  }
  const { host, port } = hub.settings.gateway
  const sessions = new Sessions(dataDir)
  const auth = new Auth({ hub, sessions })
  const counts = { requests: 0, refused: 0 }
  const refused = () => {
    counts.refused++
  }
  const server = fastify({
    logger: false,
    bodyLimit: largestBodyBytes,
    forceCloseConnections: true,
    requestTimeout: timing.requestMs,
    keepAliveTimeout: 60_000,
    http: {
      maxHeaderSize: largestHeadBytes,
      headersTimeout: timing.headersMs,
      connectionsCheckingInterval: Math.min(1_000, timing.headersMs / 2),
    },
    frameworkErrors: (error, _request, reply) => sendError(reply, new ApiError(400, frameworkWords(error.code))),
    clientErrorHandler(error, socket) {
      const { code } = error
      const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
      if (socket.writable) {
        const body = JSON.stringify(errorBody(status, clientWords[status]))
        socket.write(
          `HTTP/1.1 ${status} ${status === 408 ? 'Request Timeout' : 'Bad Request'}\r\ncontent-type: application/json\r\n` +
            `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        )
      }
      socket.destroy(error)
    },
  })
  server.server.maxConnections = mostConnections
  addErrorHandling(server, logger)
  await server.register(fastifyCookie)
  await server.register(fastifyWebsocket, {
    options: {
      maxPayload: largestMessageBytes,
      perMessageDeflate: false,
      // Never the one that holds the token: what is selected stands in the reply.
      handleProtocols: (offered: Set<string>) =>
        [streamProtocol, contractProtocol].find((protocol) => offered.has(protocol)) ?? false,
    },
    errorHandler: (error, socket) => {
      logger.debug({ err: error }, 'a socket failed')
      socket.terminate()
    },
  })
  server.addHook('onRequest', async (request, reply) => {
    counts.requests++
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    const { host: name, origin, 'sec-fetch-site': site, 'sec-fetch-dest': destination } = request.headers
    if (!isAllowedHost(name, host, hub.settings.gateway.allowedHosts)) {
      throw new ApiError(403, 'this name is not served: see gateway.allowedHosts in the settings')
    }
    if (isForeignOrigin(origin, name) || isForeignFetch(asText(site), asText(destination))) {
      throw new ApiError(403, 'pages of another origin are not served')
    }
    auth.identify(request)
  })
  server.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode >= 400 && [401, 403, 429].includes(reply.statusCode)) refused()
  })
  const live = new LiveSockets(auth, timing)
  const routes = [...marketRoutes(hub), ...continuityRoutes(hub), ...statusRoutes(hub), ...accountRoutes(hub)]
  addRoutes(server, auth, routes)
  await addOpenApi(server, routes)
  addMetricsRoutes(server, {
    metrics: hub.metrics,
    readiness: () => hub.readiness(),
    isAllowed: (request, scope) => auth.isAllowed(request, scope),
    openMetrics: () => hub.settings.gateway.openMetrics,
  })
  const stream = await addStream(server, { hub, auth, live, logger, onRefused: refused })
  addContractSocket(server, { hub, auth, live, logger, onRefused: refused })
  if (rendererDir !== null) await addPages(server, { dataDir, rendererDir, auth, sessions })
  try {
    await server.listen({ host, port })
  } catch (error) {
    live.stop()
    stream.stop()
    await server.close()
    throw asSettingsError(error, host, port)
  }
  const url = urlOf(server, host)
  announceGateway(dataDir, { url, pid: process.pid })
  const warning = isLoopback(host)
    ? null
    : `gateway.host = ${host}: other machines can reach this API, and what it says is not encrypted; see docs/api.md`
  if (warning !== null) logger.warn(warning)
  const status = (): ApiStatus => ({ url, problem: null, warning, clients: stream.clients, ...counts })
  hub.useApi(status)
  return {
    url,
    token: auth.runToken,
    warning,
    link: () => `${url}/open?code=${createLinkCode(dataDir, Date.now())}`,
    async close() {
      live.stop()
      stream.stop()
      forgetGateway(dataDir)
      hub.useApi(() => ({ ...status(), url: null, warning: null, clients: 0 }))
      await server.close()
    },
  }
}

const asText = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join() : header

function urlOf(server: FastifyInstance, host: string): string {
  const { port } = server.server.address() as AddressInfo
  // An address for all interfaces is none to open; this machine's own always is.
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

function asSettingsError(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  if (error.code === 'EADDRINUSE' || error.code === 'EACCES') {
    const why = error.code === 'EADDRINUSE' ? 'another program uses this port' : 'this port needs administrator rights'
    return new SettingsError([`gateway.port = ${port}: ${why}; choose another with --port, or 0 for any free one`])
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new SettingsError([`gateway.host = ${host}: this machine has no such address; 127.0.0.1 always works`])
  }
  return error
}

const frameworkWords = (code: string): string =>
  code === 'FST_ERR_BAD_URL' ? 'the address is not well-formed' : 'this request is not well-formed'

const clientWords = {
  400: 'this is not HTTP',
  408: 'the request took too long to arrive',
  431: `the headers are larger than ${largestHeadBytes} bytes`,
} as const
