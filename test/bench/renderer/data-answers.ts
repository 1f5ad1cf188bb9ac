/** The fake contract's answers about stored data and bots: made up, but of a trader's size, and they move on while the page is open. */
import type { ApiToken, RedisStatus, TokenScope } from '../../../src/shared/bots.ts'
import type { CallName, CallReply, CallRequest } from '../../../src/shared/contract.ts'
import {
  type Backup,
  type ExportJob,
  type ExportRequest,
  prunableTables,
  type StorageReport,
} from '../../../src/shared/data.ts'
import { type Gap, periodMs } from '../../../src/shared/domain/index.ts'
import type { Settings } from '../../../src/shared/settings.ts'
import type { AccountOptions } from './account-answers.ts'
import type { FakeApi } from './api.ts'
import { createRandom, type Market } from './market.ts'

/** A call that is refused, as a handler's CallError is. */
export class Refused extends Error {
  readonly code: 'badRequest' | 'unavailable'
  constructor(code: Refused['code'], message: string) {
    super(message)
    this.name = 'Refused'
    this.code = code
  }
}

const startedAt = Date.now()
const hour = 3_600_000
const day = 24 * hour
const folder = '/home/trader/.local/share/crossbook'
const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const tableRows: Readonly<Record<(typeof prunableTables)[number], number>> = {
  book_tickers: 211_684_320,
  klines: 4_182_912,
  trades: 18_402_117,
  opportunities: 96_218,
  orders: 41_207,
  fills: 68_930,
  balances: 12_804,
  transfers: 412,
  funding_payments: 3_104,
  funding_rates: 28_416,
  equity_samples: 41_040,
  alerts: 9_120,
  depth_chunks: 14_976,
  exchange_hours: 35_040,
}
const tableBytes: typeof tableRows = {
  book_tickers: 1_642_000_000,
  klines: 268_000_000,
  trades: 1_104_000_000,
  opportunities: 11_400_000,
  orders: 22_800_000,
  fills: 31_100_000,
  balances: 1_900_000,
  transfers: 140_000,
  funding_payments: 410_000,
  funding_rates: 2_300_000,
  alerts: 2_400_000,
  depth_chunks: 58_000_000,
  exchange_hours: 9_800_000,
  equity_samples: 3_900_000,
}

function estimate(request: ExportRequest, market: Market): CallReply<'exports.estimate'> {
  const now = Date.now()
  const to = request.to ?? now
  const from = Math.max(request.from ?? 0, now - 61 * day)
  const ms = Math.max(0, to - from)
  const chosen = market.instruments.filter(
    ({ exchange, symbol }) =>
      (request.exchanges.length === 0 || request.exchanges.includes(exchange)) &&
      (request.symbols.length === 0 || request.symbols.includes(symbol)),
  ).length
  const perInstrument =
    request.what === 'book_tickers'
      ? ms / 1_000
      : request.what === 'klines'
        ? ms / (request.period === null ? 34_000 : periodMs[request.period])
        : ms / 600_000
  const rows = request.format === 'sqlite' ? 234_520_440 : Math.floor(chosen * perInstrument)
  const bytesPerRow = { csv: 118, jsonl: 214, parquet: 7.4, sqlite: 13.1 }[request.format]
  return {
    rows,
    bytes: rows * bytesPerRow,
    first: rows === 0 ? null : from,
    last: rows === 0 ? null : to - 1_000,
    isExact: rows < 5_000_000,
    freeBytes: 41_200_000_000,
  }
}

const wholeDay: ExportRequest = {
  what: 'book_tickers',
  exchanges: [],
  symbols: [],
  period: null,
  from: startedAt - day,
  to: null,
  format: 'parquet',
}

const jobs = (): ExportJob[] => [
  {
    id: 'export-4',
    request: wholeDay,
    file: `${folder}/exports/book_tickers-2026-11-21-140509.parquet`,
    gapsFile: null,
    state: 'running',
    rows: 1_204_000,
    totalRows: 4_492_800,
    bytes: 8_900_000,
    expectedRows: null,
    gaps: null,
    startedAt: startedAt - 2_400,
    finishedAt: null,
    problem: null,
  },
  {
    id: 'export-3',
    request: {
      ...wholeDay,
      what: 'klines',
      period: '1m',
      exchanges: ['binance', 'okx'],
      symbols: ['BTC_USDT', 'ETH_USDT'],
      from: startedAt - 30 * day,
      format: 'csv',
    },
    file: `${folder}/exports/klines-1m-btc-eth.csv`,
    gapsFile: `${folder}/exports/klines-1m-btc-eth_gaps.csv`,
    state: 'finished',
    rows: 172_764,
    totalRows: 172_764,
    bytes: 18_400_000,
    expectedRows: 172_800,
    gaps: 2,
    startedAt: startedAt - 400_000,
    finishedAt: startedAt - 398_900,
    problem: null,
  },
  {
    id: 'export-2',
    request: { ...wholeDay, symbols: ['BTC_USDT_PERP'], exchanges: ['binance'], from: startedAt - hour, format: 'csv' },
    file: `${folder}/exports/book_tickers-btc-perp-hour.csv`,
    gapsFile: `${folder}/exports/book_tickers-btc-perp-hour_gaps.csv`,
    state: 'finished',
    rows: 3_600,
    totalRows: 3_600,
    bytes: 424_000,
    expectedRows: 3_600,
    gaps: 0,
    startedAt: startedAt - 900_000,
    finishedAt: startedAt - 899_970,
    problem: null,
  },
  {
    id: 'export-1',
    request: { ...wholeDay, what: 'fills', from: null, format: 'jsonl' },
    file: `${folder}/exports/fills.jsonl`,
    gapsFile: null,
    state: 'failed',
    rows: 41_000,
    totalRows: 68_930,
    bytes: 0,
    expectedRows: null,
    gaps: null,
    startedAt: startedAt - 1_800_000,
    finishedAt: startedAt - 1_799_000,
    problem: 'No space left on the device while writing fills.jsonl: free some, or choose another folder of exports.',
  },
]

const report = (settings: Settings): StorageReport => ({
  file: `${folder}/crossbook.db`,
  bytes: 3_084_000_000,
  walBytes: 4_200_000,
  reusableBytes: 61_000_000,
  disk: { freeBytes: 4_120_000_000, totalBytes: 512_000_000_000 },
  diskWarning:
    'The disk has 4.1 GB free, below the 5 GB of storage.warnBelowFreeGigabytes. At the pace of the last day it is full in 38 days.',
  tables: prunableTables.map((table) => ({
    table,
    rows: tableRows[table],
    bytes: tableBytes[table],
    oldest: startedAt - (table === 'book_tickers' ? 61 : 214) * day,
    newest: Date.now() - (table === 'transfers' ? 3 * day : 900),
    retentionDays: settings.storage.retentionDays[table],
  })),
  cold: { rows: 208_191_420, bytes: 1_462_000_000, chunks: 289_155, newest: startedAt - day },
  upkeep: [
    { what: 'Roll-up', at: startedAt - 0.4 * hour, detail: '187,200 rows into 260 chunks in 204 ms', isProblem: false },
    { what: 'Retention', at: startedAt - 0.4 * hour, detail: 'nothing was past its days', isProblem: false },
    {
      what: 'Backup',
      at: startedAt - 7 * hour,
      detail: 'not written: /mnt/nas is read-only. The next attempt is in 1 h.',
      isProblem: true,
    },
  ],
})

function firstBackups(): Backup[] {
  const rows = { ...tableRows, instruments: 1_432 }
  const backup = (hoursAgo: number, part: Partial<Backup>): Backup => {
    const at = startedAt - hoursAgo * hour
    const id = `crossbook-live-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '')}.db`
    return {
      id,
      file: `${folder}/backups/${id}`,
      at,
      bytes: 3_011_000_000 - hoursAgo * 1_200_000,
      reason: 'scheduled',
      state: 'verified',
      problem: null,
      schemaVersion: 3,
      mode: 'demo',
      rows,
      ...part,
    }
  }
  return [
    backup(7, { state: 'failed', bytes: 0, rows: {}, problem: '/mnt/nas is read-only: nothing was written' }),
    backup(19, {}),
    backup(31, { reason: 'manual' }),
    backup(43, { state: 'unverified', problem: 'It was copied here by hand and has not been opened yet' }),
    backup(67, { reason: 'migration', schemaVersion: 2 }),
    backup(2_160, { mode: 'live', reason: 'restore' }),
  ]
}

function gapsOf(market: Market): Gap[] {
  const random = createRandom(7)
  const causes = ['disconnect', 'disconnect', 'sleep', 'shutdown', 'busy', 'storage', 'outage', 'crash'] as const
  const details: Partial<Readonly<Record<Gap['cause'], string>>> = {
    disconnect: 'the exchange closed the connection: 1006',
    storage: 'no space left on the device',
    outage: 'answered 503 for 12 minutes',
  }
  return Array.from({ length: 240 }, (_, i): Gap => {
    const instrument = market.instruments[Math.floor(random() * market.instruments.length)]
    const cause = causes[Math.floor(random() * causes.length)] ?? 'unknown'
    const kind = (['book_ticker', 'kline', 'book_ticker', 'trade'] as const)[i % 4] ?? 'kline'
    const from = Math.round(startedAt - i * 1_400_000 * (0.5 + random()) - 40_000)
    const isOpen = i < 2
    const isFilled = kind !== 'book_ticker' && i % 3 !== 0
    return {
      id: 1_000 - i,
      instrument: instrument?.key ?? '',
      exchange: instrument?.exchange ?? 'binance',
      symbol: instrument?.symbol ?? '',
      kind,
      period: kind === 'kline' ? '1m' : null,
      from,
      to: isOpen ? null : from + Math.round(random() ** 3 * 7_000_000) + 1_000,
      cause,
      detail: details[cause] ?? '',
      filledAt: !isOpen && isFilled ? from + 7_400_000 : null,
      whyNotFilled: !isOpen && kind === 'book_ticker' ? 'quotes of the past are told by no exchange' : null,
    }
  }).sort((a, b) => b.from - a.from)
}

const scopesOf = (...scopes: TokenScope[]) => scopes

export function dataAnswers(
  options: AccountOptions,
  market: Market,
  settings: () => Settings,
  push: FakeApi['push'],
): Pick<Readonly<Record<CallName, (request: never) => unknown>>, DataCall> {
  const isEmpty = options.scene === 'none'
  let exports = isEmpty ? [] : jobs()
  let backups = isEmpty ? [] : firstBackups()
  const gaps = isEmpty ? [] : gapsOf(market)
  let hasPassword = false
  let tokens: ApiToken[] = isEmpty
    ? []
    : [
        ['grid-bot', scopesOf('market', 'account'), 41, 0.01],
        ['notebook', scopesOf('market'), 12, 7.2],
        ['grafana', scopesOf('market'), 3, null],
      ].map(([name, scopes, days, used], i) => ({
        id: `t${i}`,
        name: String(name),
        scopes: scopes as TokenScope[],
        createdAt: startedAt - Number(days) * day,
        lastUsedAt: used === null ? null : startedAt - Number(used) * hour,
      }))

  const moveOn = () => {
    for (const job of exports.filter(({ state }) => state === 'running')) {
      const rows = Math.min(job.totalRows, job.rows + 240_000)
      const isDone = rows === job.totalRows
      const moved: ExportJob = {
        ...job,
        rows,
        bytes: rows * 7.4,
        ...(isDone && { state: 'finished', finishedAt: Date.now(), expectedRows: job.totalRows + 312, gaps: 3 }),
      }
      exports = exports.map((other) => (other.id === job.id ? moved : other))
      push('exports.changed', moved)
    }
  }
  if (options.scene === 'usual') setInterval(moveOn, 500)

  const redis = (): RedisStatus => {
    const { enabled, url } = settings().redis
    const isLive = Math.floor((Date.now() - startedAt) / 60_000) % 2 === 1
    return {
      state: !enabled ? 'off' : isLive ? 'live' : 'waiting',
      reason: !enabled || isLive ? null : 'connect ECONNREFUSED 127.0.0.1:6379: is the server running?',
      url,
      since: startedAt - 12_400,
      nextAttemptAt: enabled && !isLive ? Date.now() + 6_200 : null,
      published: enabled ? 4_182_044 : 0,
      messagesPerSecond: enabled && isLive ? 812.4 : 0,
      droppedState: enabled ? 18_204 : 0,
      droppedTrades: enabled && !isLive ? 318 : 0,
      waitingHappenings: enabled && !isLive ? 41 : 0,
      spilledHappenings: enabled && !isLive ? 29 : 0,
      lostHappenings: 0,
      reconnects: enabled ? 3 : 0,
      hasPassword,
    }
  }
  setInterval(() => {
    if (options.scene === 'usual') push('redis.status', redis())
  }, 2_000)

  return {
    'klines.latest': (): CallReply<'klines.latest'> => ({ openTime: startedAt - 60_000 }),
    'history.request': () => ({ id: 'history-1' }),
    'history.cancel': () => null,
    'gaps.list': ({ to, limit }: CallRequest<'gaps.list'>): CallReply<'gaps.list'> =>
      gaps.filter(({ from }) => to === null || from < to).slice(0, limit),
    'exports.estimate': async (request: ExportRequest) => {
      await later(options.delayMs)
      return isEmpty
        ? { ...estimate(request, market), rows: 0, bytes: 0, first: null, last: null }
        : estimate(request, market)
    },
    'exports.start': async ({ fileName, overwrite, ...request }: CallRequest<'exports.start'>) => {
      await later(options.delayMs)
      const name = fileName ?? `${request.what}-2026-11-21-141233.${request.format}`
      const file = `${folder}/exports/${name}`
      if (!overwrite && exports.some((job) => job.file === file && job.state === 'finished'))
        throw new Refused('badRequest', `${file} is there already: remove it, choose another name, or overwrite it`)
      const job: ExportJob = {
        id: `export-${exports.length + 1}`,
        request,
        file,
        gapsFile: null,
        state: 'running',
        rows: 0,
        totalRows: estimate(request, market).rows,
        bytes: 0,
        expectedRows: null,
        gaps: null,
        startedAt: Date.now(),
        finishedAt: null,
        problem: null,
      }
      exports = [job, ...exports]
      return job
    },
    'exports.cancel': ({ id }: { id: string }) => {
      exports = exports.map((job) => (job.id === id ? { ...job, state: 'cancelled', finishedAt: Date.now() } : job))
      const job = exports.find((one) => one.id === id)
      if (job) push('exports.changed', job)
      return null
    },
    'exports.list': (): CallReply<'exports.list'> => ({ folder: `${folder}/exports`, jobs: exports }),
    'exports.reveal': () => null,
    'storage.report': () => report(settings()),
    'storage.compact': () => later(3_000).then(() => null),
    'backups.list': (): CallReply<'backups.list'> => ({ folder: `${folder}/backups`, backups }),
    'backups.create': async () => {
      await later(3_000)
      const [example] = firstBackups().filter(({ state }) => state === 'verified')
      if (!example) throw new Refused('unavailable', 'there is nothing to back up')
      const made: Backup = { ...example, id: `crossbook-demo-${Date.now()}.db`, at: Date.now(), reason: 'manual' }
      backups = [made, ...backups]
      push('backups.changed', backups)
      return made
    },
    'backups.restore': async () => {
      await later(2_000)
      return { setAside: `${folder}/crossbook.before-restore-20261121T141233000.db` }
    },
    'backups.remove': ({ id }: { id: string }) => {
      backups = backups.filter((backup) => backup.id !== id)
      push('backups.changed', backups)
      return null
    },
    'api.status': (): CallReply<'api.status'> =>
      settings().gateway.onDesktop
        ? {
            url: `http://${settings().gateway.host}:${settings().gateway.port}`,
            problem: null,
            warning: null,
            clients: 2,
            requests: 18_442,
            refused: 3,
          }
        : { url: null, problem: null, warning: null, clients: 0, requests: 0, refused: 0 },
    'tokens.list': (): CallReply<'tokens.list'> => tokens,
    'tokens.create': async ({ name, scopes }: CallRequest<'tokens.create'>): Promise<CallReply<'tokens.create'>> => {
      await later(options.delayMs)
      const info: ApiToken = { id: `t${Date.now()}`, name, scopes, createdAt: Date.now(), lastUsedAt: null }
      tokens = [info, ...tokens]
      push('tokens.changed', tokens)
      return { token: `cbk_made-up-${crypto.randomUUID()}`, info }
    },
    'tokens.revoke': ({ id }: { id: string }) => {
      tokens = tokens.filter((token) => token.id !== id)
      push('tokens.changed', tokens)
      return null
    },
    'redis.status': redis,
    'redis.setPassword': ({ password }: CallRequest<'redis.setPassword'>) => {
      hasPassword = password !== null
      push('redis.status', redis())
      return null
    },
    'metrics.screenLatency': () => null,
  }
}

type DataCall = Extract<
  CallName,
  | `${'history' | 'gaps' | 'exports' | 'storage' | 'backups' | 'api' | 'tokens' | 'redis' | 'metrics'}.${string}`
  | 'klines.latest'
>
