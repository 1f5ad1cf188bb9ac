/** How sockets are made through the proxy in force, for `ws` (an HTTP agent) and for undici (a connector). */
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { buildConnector } from 'undici'
import { type Network, proxyFor } from './network.ts'
import { openTunnel, type ProxyServer } from './tunnel.ts'

/** An agent for one WebSocket through the proxy; undefined where none is in force for that address. */
export function agentFor(network: Network, url: string, timeoutMs: number): HttpAgent | undefined {
  const { protocol, hostname, port } = new URL(url)
  const proxy = proxyFor(network, hostname)
  if (proxy === null) return undefined
  const isSecure = protocol === 'wss:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const target = { host, port: port === '' ? (isSecure ? 443 : 80) : Number(port) }
  const agent = isSecure ? new HttpsAgent() : new HttpAgent()
  agent.createConnection = (_options, callback) => {
    openTunnel(proxy, target, timeoutMs).then(
      (socket) => callback?.(null, isSecure ? secured(socket, host) : socket),
      // The socket is there for the signature: with an error it is not looked at.
      (error: Error) => callback?.(error, new Socket()),
    )
    return undefined
  }
  return agent
}

const secured = (socket: Socket, host: string) =>
  connectTls({ socket, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 ? { servername: host } : {}) })

/** undici's, with the proxy in force and the time allowed looked up anew for every connection. */
export function connectorOf(network: Network, timeoutMs: () => number): buildConnector.connector {
  const byTimeout = new Map<number, buildConnector.connector>()
  const direct = (ms: number) => {
    const known = byTimeout.get(ms) ?? buildConnector({ timeout: ms })
    byTimeout.set(ms, known)
    return known
  }
  return (options, callback) => {
    const ms = timeoutMs()
    const proxy = proxyFor(network, options.hostname)
    if (proxy === null) direct(ms)(options, callback)
    else through(proxy, options, ms, direct(ms), callback)
  }
}

function through(
  proxy: ProxyServer,
  options: buildConnector.Options,
  timeoutMs: number,
  upgrade: buildConnector.connector,
  callback: buildConnector.Callback,
): void {
  const isSecure = options.protocol === 'https:'
  const target = {
    host: options.hostname.replace(/^\[|\]$/g, ''),
    port: options.port === '' ? (isSecure ? 443 : 80) : Number(options.port),
  }
  openTunnel(proxy, target, timeoutMs).then(
    (socket) => {
      if (isSecure) upgrade({ ...options, httpSocket: socket }, callback)
      else callback(null, socket)
    },
    (error: Error) => callback(error, null),
  )
}
