/**
 * The way through a proxy, the same for REST and WebSocket: HTTP CONNECT (to the proxy in the clear or by TLS) or SOCKS5. Names are
 * resolved by the proxy, TLS goes through it end to end. What the proxy refuses is a ProxyError, never taken for the exchange's answer.
 */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect, isIP, type Socket } from 'node:net'
import { messageOf } from '../errors.ts'
import { ProxyError } from './trouble.ts'

export interface ProxyServer {
  /** `http://host:port`, `https://…`, `socks5://…`, with `user@` where it wants one, never with a password. */
  readonly url: string
  readonly password: string | null
  /** Of an https proxy, PEM, beside those that the system trusts. */
  readonly certificateAuthority?: string
}

export interface TunnelTarget {
  readonly host: string
  readonly port: number
}

/** Without user and password. */
export function publicProxy(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}

/** 127.0.0.0/8, ::1 and localhost are this machine: no proxy leads there. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(hostname)
}

/** A connection to the target through the proxy, nothing read from it yet. Rejects with a ProxyError. */
export function openTunnel(proxy: ProxyServer, target: TunnelTarget, timeoutMs: number): Promise<Socket> {
  return new URL(proxy.url).protocol === 'socks5:'
    ? openSocks(proxy, target, timeoutMs)
    : openConnect(proxy, target, timeoutMs)
}

const portOf = (url: URL): number => Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port)
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

function failed(proxy: ProxyServer, error: unknown): ProxyError {
  if (error instanceof ProxyError) return error
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : messageOf(error)
  const where = publicProxy(proxy.url)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new ProxyError(`the name of the proxy ${where} is not resolved`)
  if (/^(EPROTO|ERR_SSL|HPE_)/.test(code)) {
    return new ProxyError(`the proxy ${where} does not speak this protocol (${code}): is it http, https or socks5?`)
  }
  return new ProxyError(`the proxy ${where} cannot be reached (${code}): check its address in Settings > Network`)
}

const silent = (proxy: ProxyServer, timeoutMs: number) =>
  new ProxyError(`the proxy ${publicProxy(proxy.url)} gave no answer within ${timeoutMs / 1_000} s`)

const wantsPassword = (proxy: ProxyServer, code: string) =>
  new ProxyError(
    `the proxy ${publicProxy(proxy.url)} did not accept user and password (${code}): see Settings > Network`,
  )

function openConnect(proxy: ProxyServer, target: TunnelTarget, timeoutMs: number): Promise<Socket> {
  const url = new URL(proxy.url)
  const host = isIP(target.host) === 6 ? `[${target.host}]` : target.host
  const authority = `${host}:${target.port}`
  const user = decodeURIComponent(url.username)
  const login = Buffer.from(`${user}:${proxy.password ?? ''}`).toString('base64')
  const isKnown = user !== '' || proxy.password !== null
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)({
      host: bare(url.hostname),
      port: portOf(url),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(isKnown ? { 'proxy-authorization': `Basic ${login}` } : {}) },
      agent: false,
      ...(proxy.certificateAuthority === undefined ? {} : { ca: proxy.certificateAuthority }),
    })
    const timer = setTimeout(() => request.destroy(silent(proxy, timeoutMs)), timeoutMs)
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(failed(proxy, error))
    })
    request.on('connect', (response, socket, head) => {
      clearTimeout(timer)
      const { statusCode = 0 } = response
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head)
        resolve(socket as Socket)
        return
      }
      socket.destroy()
      reject(
        statusCode === 407
          ? wantsPassword(proxy, 'HTTP 407')
          : new ProxyError(
              `the proxy ${publicProxy(proxy.url)} does not let through to ${authority} (HTTP ${statusCode})`,
            ),
      )
    })
    request.end()
  })
}

/** RFC 1928, section 6: what the reply's second byte says. */
const socksReplies: Readonly<Record<number, string>> = {
  1: 'it failed',
  2: 'its rules forbid it',
  3: 'network unreachable',
  4: 'host unreachable',
  5: 'connection refused',
  6: 'it took too long',
}
const socksVersion = 5
const loginVersion = 1
const noLogin = 0
const byPassword = 2
const connectCommand = 1
const domainName = 3
/** Length of the address in a reply, by its type; that of a name (type 3) is told by its first byte. */
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 }

async function openSocks(proxy: ProxyServer, target: TunnelTarget, timeoutMs: number): Promise<Socket> {
  const url = new URL(proxy.url)
  const socket = connect({ host: bare(url.hostname), port: url.port === '' ? 1_080 : Number(url.port) })
  const timer = setTimeout(() => socket.destroy(silent(proxy, timeoutMs)), timeoutMs)
  try {
    await greetSocks(socket, proxy)
    return socket
  } catch (error) {
    socket.destroy()
    throw failed(proxy, error)
  } finally {
    clearTimeout(timer)
  }

  async function greetSocks(stream: Socket, { password }: ProxyServer): Promise<void> {
    const user = decodeURIComponent(url.username)
    const isKnown = user !== '' || password !== null
    stream.write(Buffer.from(isKnown ? [socksVersion, 2, noLogin, byPassword] : [socksVersion, 1, noLogin]))
    const [version, method] = await readBytes(stream, 2)
    if (version !== socksVersion) throw new ProxyError(`the proxy ${publicProxy(proxy.url)} does not speak SOCKS 5`)
    if (method === byPassword) {
      stream.write(Buffer.concat([Buffer.from([loginVersion]), counted(user), counted(password ?? '')]))
      const [, status] = await readBytes(stream, 2)
      if (status !== 0) throw wantsPassword(proxy, `SOCKS ${status}`)
    } else if (method !== noLogin) throw wantsPassword(proxy, 'no way to log in')
    const port = Buffer.alloc(2)
    port.writeUInt16BE(target.port)
    stream.write(
      Buffer.concat([Buffer.from([socksVersion, connectCommand, 0, domainName]), counted(target.host), port]),
    )
    const [, reply = 1, , type = 0] = await readBytes(stream, 4)
    if (reply !== 0) {
      const why = socksReplies[reply] ?? `reply ${reply}`
      throw new ProxyError(
        `the proxy ${publicProxy(proxy.url)} does not let through to ${target.host}:${target.port}: ${why}`,
      )
    }
    const length = addressBytes[type] ?? (await readBytes(stream, 1))[0] ?? 0
    await readBytes(stream, length + port.length)
  }
}

/** SOCKS texts: a byte that counts, then so many. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length > 255) throw new ProxyError('user, password and host names of a SOCKS proxy have at most 255 bytes')
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

/** Exactly so many; what follows stays in the socket. Rejects when it ends before. */
function readBytes(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      socket.off('readable', read)
      socket.off('error', fail)
      socket.off('close', closed)
    }
    const fail = (error: Error) => {
      leave()
      reject(error)
    }
    const closed = () => fail(new Error('it closed the connection'))
    const read = () => {
      const bytes: unknown = socket.read(count)
      if (!Buffer.isBuffer(bytes)) return
      leave()
      resolve(bytes)
    }
    socket.on('readable', read)
    socket.on('error', fail)
    socket.on('close', closed)
    read()
  })
}
