import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { z } from 'zod'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { demoExchangeIds, exchangeIds } from '../../src/shared/domain/index.ts'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'

const Ready = z.object({
  ready: z.literal(true),
  url: z.string(),
  link: z.string(),
  token: z.string(),
  dataDir: z.string(),
})

async function serve(args: readonly string[], env: Record<string, string> = {}) {
  const program = crossbook(['serve', '--port', '0', '--log-level', 'warn', ...args], env)
  return { ...program, ready: Ready.parse(await program.json()) }
}

/** Reads from a database while or after it is written. */
function query<T>(file: string, sql: string): T[] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare<[], T>(sql).all()
  } finally {
    database.close()
  }
}

describe('crossbook', () => {
  it('tells its version and its help', async () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')))
    expect(await crossbook(['--version']).ended).toMatchObject({ code: 0, stdout: `${version}\n` })
    expect(await crossbook(['--help']).ended).toMatchObject({ code: 0, stdout: expect.stringContaining('simulate') })
    expect(await crossbook(['help', 'serve']).ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--dry-run'),
    })
  })

  it.each([
    [['serve', '--frobnicate'], "unknown option '--frobnicate'"],
    [['serve', '--port', '70000'], 'a port is a whole number from 0 to 65535'],
    [['serve', '--exchanges', 'okx,ftx'], `unknown exchange "ftx"; known are ${exchangeIds.join(', ')}`],
    [['serve', '--symbols', 'btcusdt'], '"btcusdt" is no symbol; they look like BTC_USDT or BTC_USDT_PERP'],
    [['serve', '--log-level', 'loud'], 'Allowed choices are trace, debug'],
    [['serve', '--config', '/no/such.yaml'], '/no/such.yaml: there is no such settings file'],
    [['simulate', '--seed', 'x'], 'the seed is a whole number'],
    [['trade'], "unknown command 'trade'"],
    [['help', 'trade'], "unknown command 'trade'"],
    [['serve', '--data', 'package.json'], 'cannot write the settings file'],
  ])('refuses %j in one line with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await crossbook(args).ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('names a bad setting with its line', async () => {
    const file = join(temporaryFolder(), 'my.yaml')
    writeFileSync(file, 'log:\n  level: info\n  colour: red\n')
    const { code, stderr } = await crossbook(['serve', '--config', file, '--data', temporaryFolder()]).ended
    expect({ code, stderr }).toEqual({ code: 2, stderr: `crossbook: ${file}:3: log.colour is not a setting\n` })
  })
})

describe('crossbook serve', () => {
  it('records the demo and leaves a clean file behind', async () => {
    const folder = temporaryFolder()
    const { child, ended, ready } = await serve(['--demo', '--data', folder, '--symbols', 'BTC_USDT,ETH_USDT_PERP'])
    expect(ready.dataDir).toBe(folder)
    const file = join(folder, 'crossbook.db')
    const snapshots = () => query<{ n: number }>(file, 'SELECT count(*) AS n FROM v_book_tickers')[0]?.n ?? 0
    const candles = () => query<{ n: number }>(file, 'SELECT count(*) AS n FROM v_klines WHERE is_closed')[0]?.n ?? 0
    // BTC_USDT on every exchange of the demo, and ETH_USDT_PERP on those that have perpetuals.
    const perpetuals = demoExchangeIds.filter((exchange) => connectorOf(exchange).kinds.includes('perpetual')).length
    const watched = demoExchangeIds.length + perpetuals
    await expect.poll(snapshots, { timeout: 30_000 }).toBeGreaterThan(watched * 5)
    await expect.poll(candles, { timeout: 30_000 }).toBeGreaterThan(watched * 400)
    const stopping = performance.now()
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0 })
    expect(performance.now() - stopping).toBeLessThan(3_000)
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(existsSync(join(folder, 'crossbook.lock'))).toBe(false)
    expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    // One row per instrument and second: no second twice (that is the key), none missing once all are there.
    const perSecond = query<{ n: number }>(file, 'SELECT count(*) AS n FROM book_tickers GROUP BY time ORDER BY time')
    expect(new Set(perSecond.slice(3, -1).map(({ n }) => n))).toEqual(new Set([watched]))
    const crossed = query(file, 'SELECT * FROM v_book_tickers WHERE spread <= 0')
    expect(crossed).toEqual([])
  })

  it('writes no database in a dry run', async () => {
    const folder = temporaryFolder()
    const { child, ended } = await serve(['--demo', '--dry-run', '--data', folder, '--symbols', 'BTC_USDT'])
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0 })
    expect(existsSync(join(folder, 'crossbook.db'))).toBe(false)
  })

  it('keeps a second one out of the same folder', async () => {
    const folder = temporaryFolder()
    await serve(['--demo', '--data', folder, '--symbols', 'BTC_USDT'])
    const second = await crossbook(['serve', '--demo', '--data', folder, '--port', '0']).ended
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('another Crossbook') })
  })

  it('talks to whoever holds the token, and to nobody else', async () => {
    const { ready } = await serve(['--demo', '--dry-run', '--data', temporaryFolder(), '--symbols', 'BTC_USDT'])
    const address = `${ready.url.replace('http', 'ws')}/ws`
    const protocols = (token: string) => ['crossbook.app', `token.${token}`]
    const failed = (socket: WebSocket) =>
      new Promise((resolve) => socket.on('error', ({ message }) => resolve(message)))
    expect(await failed(new WebSocket(address, protocols('guess')))).toContain('401')
    const foreign = { origin: 'https://evil.example' }
    expect(await failed(new WebSocket(address, protocols(ready.token), foreign))).toContain('403')
    expect((await fetch(ready.link, { redirect: 'manual' })).headers.get('set-cookie')).toContain('HttpOnly')
    const socket = new WebSocket(address, protocols(ready.token))
    const reply = new Promise<string>((resolve) => {
      socket.on('message', (data) => {
        const text = data.toString()
        if (text.includes('"reply"')) resolve(text)
      })
    })
    socket.on('open', () => socket.send(JSON.stringify({ kind: 'call', id: 1, name: 'app.info', request: {} })))
    expect(JSON.parse(await reply)).toMatchObject({
      kind: 'reply',
      id: 1,
      reply: { ok: true, value: { mode: 'demo', door: 'headless' } },
    })
    socket.close()
    const page = await fetch(`${ready.url}/`)
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ])
  })
})

describe('crossbook simulate', () => {
  it('prints where each real origin is simulated, and serve runs against it by settings alone', async () => {
    const simulator = crossbook(['simulate', '--venues', 'okx', '--symbols', 'BTC_USDT', '--log-level', 'warn'])
    const { origins, keys } = z
      .object({
        ready: z.literal(true),
        origins: z.record(z.string(), z.string()),
        keys: z.record(z.string(), z.unknown()),
      })
      .parse(await simulator.json())
    expect(Object.keys(origins)).toEqual(expect.arrayContaining(['https://www.okx.com', 'wss://ws.okx.com:8443']))
    expect(Object.keys(keys)).toEqual(['okx'])
    const file = join(temporaryFolder(), 'crossbook.yaml')
    const lines = Object.entries(origins).map(([real, loopback]) => `      ${real}: ${loopback}`)
    writeFileSync(
      file,
      `exchanges:\n  okx:\n    origins:\n${lines.join('\n')}\nsymbols: [BTC_USDT]\nhistory: { backfillCandles: 10 }\n`,
    )
    const folder = temporaryFolder()
    await serve(['--config', file, '--data', folder])
    const rows = () =>
      query<{ n: number }>(
        join(folder, 'crossbook.db'),
        "SELECT count(*) AS n FROM v_book_tickers WHERE exchange = 'okx' AND symbol = 'BTC_USDT'",
      )[0]?.n ?? 0
    await expect.poll(rows, { timeout: 20_000 }).toBeGreaterThan(2)
    expect(query(join(folder, 'crossbook.db'), "SELECT value FROM meta WHERE key = 'mode'")).toEqual([
      { value: 'live' },
    ])
  })
})
