/** One loopback server per real origin: REST on http(s) origins, WebSocket upgrades on ws(s) origins. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { SimulatorError } from './control.ts'
import { garble } from './fault-board.ts'
import { type PeerHost, reportVenueError, SocketPeer } from './peer.ts'
import type { Closure, Venue, VenueReply, VenueRequest } from './venue.ts'

const largestBody = 1024 * 1024
const closedStatuses: Readonly<Record<Closure, number>> = { maintenance: 503, region_block: 451 }
/** Longer than clients keep a connection idle, so that it is theirs to close. */
const keepAliveMs = 90_000

export interface OriginServer {
  readonly origin: string
  readonly loopback: string
  close(): Promise<void>
}

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects with SimulatorError when the port cannot be had. */
export async function serveOrigin(venue: Venue, host: PeerHost, port: number): Promise<OriginServer> {
  const { origin, faults, exchange, scheduler, counters } = host
  const isSocketOrigin = origin.startsWith('ws')
  const server = createServer({ keepAliveTimeout: keepAliveMs })
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: largestBody,
    autoPong: false,
  })

  // Known here, since those under way to an upgrade belong neither to the HTTP server nor to the WebSocket one.
  const connections = new Set<Socket>()
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })

  server.on('request', (request, response) => {
    counters.requests += 1
    const fate = faults.fateOfRequest(exchange, origin, request.url ?? '/')
    if (fate.refused) return request.socket.destroy()
    const answer = (reply: VenueReply): void => writeReply(response, reply, fate.malformed)
    const later = (reply: VenueReply): void => {
      if (fate.delayMs === 0) answer(reply)
      else scheduler.after(fate.delayMs, () => answer(reply))
    }
    const [path = '/'] = (request.url ?? '/').split('?')
    const isTold = fate.closed === 'maintenance' && venue.alwaysServed?.includes(path) === true
    if (fate.closed && !isTold) return later(closedReply(venue, fate.closed))
    if (fate.status) return later(faultReply(fate.status))
    if (isSocketOrigin) return later({ status: 426, headers: { upgrade: 'websocket' }, body: 'Upgrade Required' })
    readBody(request).then(
      (body) => later(body === null ? { status: 413, body: 'Payload Too Large' } : ask(venue, host, request, body)),
      // The client went away in the middle of its body.
      () => request.socket.destroy(),
    )
  })

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // A client that resets its connection is no event of ours; `close` follows and is handled there.
    const onError = (): void => {
      stream.destroy()
    }
    stream.on('error', onError)
    const fate = faults.fateOfRequest(exchange, origin, request.url ?? '/')
    if (fate.refused) return stream.destroy()
    if (fate.closed) return refuseUpgrade(stream, closedReply(venue, fate.closed))
    if (fate.status) return refuseUpgrade(stream, faultReply(fate.status))
    if (!isSocketOrigin) return refuseUpgrade(stream, { status: 404, body: 'Not Found' })
    const open = (): void => {
      if (stream.destroyed || !(stream instanceof Socket)) {
        stream.destroy()
        return
      }
      const peer = new SocketPeer(host)
      const accepted = guard(host, () => venue.accept(peer, requestOf(host, request, '')))
      if (accepted === null) refuseUpgrade(stream, { status: 500, body: 'internal error' })
      else if (!('onMessage' in accepted)) refuseUpgrade(stream, accepted)
      else {
        stream.removeListener('error', onError)
        stream.setNoDelay(true)
        // A handshake that fails after all leaves the subscriptions which the venue made.
        stream.once('close', () => peer.abandon())
        sockets.handleUpgrade(request, stream, head, (socket) => peer.attach(socket, stream, accepted))
      }
    }
    if (fate.delayMs === 0) open()
    else scheduler.after(fate.delayMs, open)
  })

  const taken = await listen(server, port, origin)
  return {
    origin,
    loopback: `${isSocketOrigin ? 'ws' : 'http'}://127.0.0.1:${taken}`,
    close: async () => {
      sockets.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.destroy()
      await closed
    },
  }
}

async function listen(server: Server, port: number, origin: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : error.message
      reject(new SimulatorError(`port ${port} for ${origin} ${why}`))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error(`no port for ${origin}`)
  return address.port
}

/** The body as text; null when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    length += bytes.length
    if (length > largestBody) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function requestOf(host: PeerHost, request: IncomingMessage, body: string): VenueRequest {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const rawQuery = mark === -1 ? '' : url.slice(mark + 1)
  return {
    origin: host.origin,
    method: request.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers: request.headers,
    body,
    address: request.socket.remoteAddress ?? '127.0.0.1',
  }
}

const ask = (venue: Venue, host: PeerHost, request: IncomingMessage, body: string): VenueReply =>
  guard(host, () => venue.rest(requestOf(host, request, body))) ?? { status: 500, body: 'internal error' }

/** A venue that throws has a bug, and the simulator goes on. Null when it threw. */
function guard<T>(host: PeerHost, run: () => T): T | null {
  try {
    return run()
  } catch (error) {
    reportVenueError(host.counters, error)
    return null
  }
}

const closedReply = (venue: Venue, why: Closure): VenueReply =>
  venue.closedReplies?.[why] ?? { status: closedStatuses[why], body: '' }

function faultReply({ status, retryAfter }: { status: number; retryAfter: number | null }): VenueReply {
  const headers = retryAfter === null ? {} : { 'retry-after': String(retryAfter) }
  return { status, headers, body: { code: status, msg: STATUS_CODES[status] ?? 'simulated fault' } }
}

function bodyOf(reply: VenueReply): { bytes: Buffer; type: string } {
  if (typeof reply.body === 'string') return { bytes: Buffer.from(reply.body), type: 'text/plain; charset=utf-8' }
  if (reply.body instanceof Uint8Array) return { bytes: Buffer.from(reply.body), type: 'application/octet-stream' }
  return { bytes: Buffer.from(JSON.stringify(reply.body ?? null)), type: 'application/json' }
}

function writeReply(response: ServerResponse, reply: VenueReply, malformed: boolean): void {
  if (response.destroyed) return
  const { bytes, type } = bodyOf(reply)
  const sent = malformed ? garble(bytes) : bytes
  response.writeHead(reply.status, { 'content-type': type, ...reply.headers, 'content-length': sent.length })
  response.end(sent)
}

function refuseUpgrade(stream: Duplex, reply: VenueReply): void {
  const { bytes, type } = bodyOf(reply)
  const headers = { 'content-type': type, ...reply.headers, 'content-length': bytes.length, connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  stream.end(
    `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${bytes.toString()}`,
  )
}
