/** Proxies on 127.0.0.1 that lead real host names to loopback ports, as a test needs them. */
import { createServer as createHttp, type Server as HttpServer } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TestProxy {
  readonly port: number
  /** `api.exchange.test:443`, everything that was asked for, in order. */
  readonly targets: string[]
  close(): Promise<void>
}

export interface ProxyManners {
  /** `host:port` -> the loopback port it leads to; what is not named is refused. */
  readonly routes: ReadonlyMap<string, number>
  readonly login?: { readonly user: string; readonly password: string }
  /** Of an https proxy. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

const loopback = '127.0.0.1'

function join(one: Socket, other: Socket): void {
  one.pipe(other)
  other.pipe(one)
  for (const [socket, twin] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on('error', () => twin.destroy())
    socket.on('close', () => twin.destroy())
  }
}

async function listening(server: HttpServer | ReturnType<typeof createServer>, targets: string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    targets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** HTTP CONNECT, over TLS where `tls` is given. */
export function serveConnectProxy({ routes, login, tls }: ProxyManners): Promise<TestProxy> {
  const targets: string[] = []
  const server = tls === undefined ? createHttp() : createHttps(tls)
  const expected = login && `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
  server.on('connect', (request, socket: Socket) => {
    const target = request.url ?? ''
    targets.push(target)
    socket.on('error', () => socket.destroy())
    if (expected !== undefined && request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n')
      return
    }
    const port = routes.get(target)
    if (port === undefined) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const onward = connect(port, loopback, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      join(socket, onward)
    })
    onward.on('error', () => socket.destroy())
  })
  return listening(server, targets)
}

/** SOCKS 5 (RFC 1928) with user and password (RFC 1929) where `login` is given. Takes host names alone. */
export function serveSocksProxy({ routes, login }: ProxyManners): Promise<TestProxy> {
  const targets: string[] = []
  const server = createServer((socket) => {
    let held = Buffer.alloc(0)
    let step: 'greeting' | 'login' | 'request' | 'joined' = 'greeting'
    socket.on('error', () => socket.destroy())
    const read = (bytes: Buffer) => {
      held = Buffer.concat([held, bytes])
      if (step === 'greeting' && held.length >= 2 && held.length >= 2 + (held[1] ?? 0)) {
        const methods = [...held.subarray(2, 2 + (held[1] ?? 0))]
        held = held.subarray(2 + methods.length)
        const method = login === undefined ? 0 : methods.includes(2) ? 2 : 0xff
        socket.write(Buffer.from([5, method]))
        step = method === 2 ? 'login' : 'request'
      }
      if (step === 'login' && held.length >= 2) {
        const userEnd = 2 + (held[1] ?? 0)
        const end = userEnd + 1 + (held[userEnd] ?? 0)
        if (held.length < end) return
        const user = held.subarray(2, userEnd).toString()
        const password = held.subarray(userEnd + 1, end).toString()
        held = held.subarray(end)
        const isRight = user === login?.user && password === login?.password
        socket.write(Buffer.from([1, isRight ? 0 : 1]))
        if (!isRight) return void socket.end()
        step = 'request'
      }
      if (step !== 'request' || held.length < 5) return
      const end = 5 + (held[4] ?? 0) + 2
      if (held.length < end) return
      const target = `${held.subarray(5, end - 2).toString()}:${held.readUInt16BE(end - 2)}`
      targets.push(target)
      step = 'joined'
      socket.off('data', read)
      const port = routes.get(target)
      const answer = (code: number) => Buffer.from([5, code, 0, 1, 127, 0, 0, 1, 0, 0])
      if (port === undefined) return void socket.end(answer(2))
      const onward = connect(port, loopback, () => {
        socket.write(answer(0))
        join(socket, onward)
      })
      onward.on('error', () => socket.destroy())
    }
    socket.on('data', read)
  })
  return listening(server, targets)
}

/** The simulator's loopback origins under names that only the proxy knows, as real ones are to this machine behind a firewall. */
export function hidden(origins: Readonly<Record<string, string>>) {
  const routes = new Map<string, number>()
  const names: Record<string, string> = {}
  for (const [real, loopback] of Object.entries(origins)) {
    const { protocol, port } = new URL(loopback)
    const { hostname } = new URL(real)
    names[real] = `${protocol}//${hostname}.invalid:${port}`
    routes.set(`${hostname}.invalid:${port}`, Number(port))
  }
  return { routes, names }
}
