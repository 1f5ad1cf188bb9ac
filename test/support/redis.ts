/** A real redis-server of the test's own: a free port, a temporary folder, every write on the disk before it is acknowledged. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { toolPath } from './tools.ts'

export interface RedisServer {
  readonly port: number
  readonly url: string
  readonly folder: string
  /** Connected; closed with the server. */
  client(): Redis
  /** Ends it without a word, as a crash would. */
  kill(): Promise<void>
  /** The same port, the same folder. */
  restart(): Promise<void>
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  close(): Promise<void>
}

export interface RedisServerOptions {
  /** Further arguments, `--requirepass secret`. */
  readonly args?: readonly string[]
  /** Serve TLS with these files, and nothing else. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly authority: string }
  readonly password?: string
  /** Without the disk, for benches. */
  readonly inMemory?: boolean
}

export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Whoever starts it closes it. Throws on a machine without Redis: tests that need it are left out there (`toolPath`). */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = toolPath('redis')
  if (!program) throw new Error('no redis-server on this machine')
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-redis-'))
  const port = await freePort()
  const { tls, password } = options
  const args = [
    ...(tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)]),
    ...(tls
      ? ['--tls-cert-file', tls.certificate, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.authority]
      : []),
    ...(tls ? ['--tls-auth-clients', 'no'] : []),
    ...(password ? ['--requirepass', password] : []),
    ...(options.inMemory ? [] : ['--appendonly', 'yes', '--appendfsync', 'always']),
    ...['--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...(options.args ?? []),
  ]
  const connection = {
    host: '127.0.0.1',
    port,
    protocol: 2,
    ...(password ? { password } : {}),
    ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
  } as const
  const clients: Redis[] = []
  let child: ChildProcess | null = null
  const client = () => {
    const redis = new Redis({
      ...connection,
      replyMapping: 'legacy',
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
    })
    // Servers are killed here on purpose; the client comes back by itself.
    redis.on('error', () => undefined)
    clients.push(redis)
    return redis
  }
  const start = async () => {
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    let said = ''
    await new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (text) => {
        said += String(text)
        if (said.includes('Ready to accept connections')) resolve()
      })
      started.once('exit', () => reject(new Error(`redis-server did not start: ${said}`)))
    })
    // Nobody reads on: its log must not block it.
    started.stdout.resume()
    started.stderr.resume()
  }
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    port,
    url: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    folder,
    client,
    kill,
    restart: start,
    signal: (name) => void child?.kill(name),
    async close() {
      for (const redis of clients) redis.disconnect()
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** An authority and a certificate for 127.0.0.1 that it signed, made by openssl. */
export function selfMadeCertificate(folder: string): { certificate: string; key: string; authority: string } {
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority')
  openssl(
    'req',
    ...key,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  )
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-out',
    'server.pem',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
  )
  return { certificate: file('server.pem'), key: file('server.key'), authority: file('ca.pem') }
}
