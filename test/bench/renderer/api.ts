/** The contract as the preload exposes it, answered by the made-up market. Bench and preview only. */
import type { KlineColumns } from '../../../src/shared/columns.ts'
import type { CallName, CrossbookApi, PushName, PushPayload } from '../../../src/shared/contract.ts'
import type { DatabaseStatus, SalvageReport } from '../../../src/shared/data.ts'
import {
  type ExchangeId,
  type ExchangeStatus,
  exchangeIds,
  exchangeTitle,
  MarketKind,
  type Opportunity,
  type Period,
  periodMs,
} from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { type AccountOptions, accountAnswers } from './account-answers.ts'
import { alertAnswers } from './alert-answers.ts'
import { dataAnswers, Refused } from './data-answers.ts'
import { historyAnswers } from './history-answers.ts'
import type { Market } from './market.ts'
import { observationAnswers } from './observation-answers.ts'
import { bookOf, truthAnswers } from './truth-answers.ts'

export interface FakeApi {
  readonly api: CrossbookApi
  push<N extends PushName>(name: N, payload: PushPayload<N>): void
  /** The currency of valuation in the settings. */
  readonly currency: () => string
  /** Series that the page shows, by instrument key and period. */
  readonly shown: () => readonly { readonly instrument: string; readonly period: Period }[]
}

const startedAt = Date.now()

export function createFakeApi(market: Market, random: () => number, options: AccountOptions): FakeApi {
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const proxy = options.scene === 'usual' ? 'socks5://trader@10.0.0.2:1080' : null
  let settings = Settings.parse({ network: { proxy } })
  let shown: readonly { readonly instrument: string; readonly period: Period }[] = []
  let shownBooks: readonly { readonly instrument: string; readonly levels: number }[] = []
  setInterval(() => {
    if (shownBooks.length > 0 && (options.scene === 'usual' || options.scene === 'demo'))
      push(
        'market.books',
        shownBooks.map(({ instrument, levels }) => bookOf(market, instrument, levels, options.areBooksLive)),
      )
  }, 100)
  const everySlot = market.instruments.map((_instrument, slot) => slot)
  const push: FakeApi['push'] = (name, payload) => {
    for (const listener of listeners.get(name) ?? []) listener(payload as never)
  }

  const answers: { readonly [name in CallName]: (request: never) => unknown } = {
    ...dataAnswers(options, market, () => settings, push),
    ...historyAnswers(),
    ...observationAnswers(market.instruments),
    'assets.networks': () => ({ networks: [], exchanges: [] }),
    'assets.transfer': ({ asset, from, to }: { asset: string; from: ExchangeId; to: ExchangeId }) => ({
      ...{ asset, from, to, routes: [], asOf: null },
      state: 'unknown',
      words: `not known for ${exchangeTitle(to)}: needs an account`,
    }),
    'fees.inForce': ({ instruments }: { instruments: readonly string[] }) =>
      instruments.map((instrument) => ({ instrument, taker: 0.001, source: 'standard', account: null, label: null })),
    ...truthAnswers(
      options,
      market,
      () => settings,
      (name, payload) => push(name, payload),
    ),
    'app.info': () => ({
      version: '0.0.0',
      mode: 'demo',
      door: 'desktop',
      dryRun: false,
      dataDir: '/home/trader/.local/share/crossbook',
      databaseFile: '/home/trader/.local/share/crossbook/crossbook.db',
      settingsFile: '/home/trader/.local/share/crossbook/crossbook.yaml',
      startedAt,
    }),
    'settings.get': () => ({
      settings,
      overridden: { symbols: '--symbols' },
      standardFees,
      kinds,
      plugins: [],
      nodeForPlugins: { named: null, version: '24.0.0', fault: null },
    }),
    'settings.update': ({ changes }: { changes: readonly { path: readonly string[]; value: unknown }[] }) => {
      const next: Record<string, unknown> = structuredClone(settings)
      for (const { path, value } of changes) {
        let node = next
        for (const key of path.slice(0, -1)) {
          const child = node[key] ?? {}
          node[key] = child
          node = child as Record<string, unknown>
        }
        node[path.at(-1) ?? ''] = value ?? undefined
      }
      const parsed = Settings.safeParse(next)
      if (!parsed.success) throw new Refused('badRequest', parsed.error.issues[0]?.message ?? 'not a setting')
      settings = parsed.data
      push('rawFrames.status', answers['rawFrames.status']({} as never) as never)
      return settings
    },
    'instruments.search': ({ query }: { query: string }) =>
      market.instruments.filter(({ symbol }) => symbol.toLowerCase().includes(query.toLowerCase())),
    'instruments.watched': () => [...market.instruments],
    'quotes.snapshot': () => market.quotes(everySlot),
    'spreads.pairs': () => [...market.pairs],
    'spreads.snapshot': () => market.spreads(),
    'spreads.inventory': () => null,
    'coins.evidence': () => null,
    'spreads.detail': () => null,
    'klines.list': (request: { instrument: string; period: Period; before: number | null; limit: number }) => ({
      klines: candles(market, random, request),
      problem: null,
    }),
    'opportunities.list': ({ before }: { before: number | null }) =>
      before !== null && before < startedAt - 3_600_000
        ? []
        : opportunities(market, random, before ?? Date.now(), true, 100),
    'opportunities.live': () => opportunities(market, random, Date.now(), false, 4),
    ...alertAnswers(market),
    'connections.list': () => connections(market),
    'recorder.status': () => recorder(market.instruments.length),
    'database.status': () => (options.isDamaged ? damagedDatabase : soundDatabase),
    'database.salvage': () => {
      if (!options.isDamaged) throw new Refused('unavailable', 'the database is not damaged')
      return { setAside: '/home/trader/.local/share/crossbook/crossbook.before-salvage-1.db', report: salvaged }
    },
    'database.beginAnew': () => {
      throw new Refused('unavailable', 'the database is not damaged')
    },
    'progress.list': () => [
      {
        id: 'backfill',
        title: 'Loading history',
        done: 37,
        total: 65,
        state: 'running',
        detail: 'Binance ETH/USDT 5m',
      },
    ],
    'progress.cancel': () => null,
    ...accountAnswers(options, () => settings.valuation.currency, push),
    'layouts.list': () => ({ layouts: [], standing: null, problem: null }),
    'layouts.save': () => null,
    'layouts.remove': () => null,
    'layouts.keep': () => null,
    'view.set': (view: { klines: typeof shown; books: typeof shownBooks }) => {
      shown = view.klines
      shownBooks = view.books
      return null
    },
  }
  const api: CrossbookApi = {
    async call(name, request) {
      const problem = options.scene === 'failing' ? failing[name] : undefined
      if (problem !== undefined) return { ok: false, code: 'unavailable', message: problem }
      if (options.scene === 'loading' && waiting.includes(name)) return new Promise(() => {})
      try {
        return { ok: true, value: (await answers[name](request as never)) as never }
      } catch (error) {
        if (error instanceof Refused) return { ok: false, code: error.code, message: error.message }
        throw error
      }
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      set.add(listener)
      return () => {
        set.delete(listener)
      }
    },
  }
  return { api, push, currency: () => settings.valuation.currency, shown: () => shown }
}

const soundDatabase: DatabaseStatus = {
  ...{ state: 'ok', words: null, file: '/home/trader/.local/share/crossbook/crossbook.db', setAside: null },
  ...{ lost: null, newestBackup: null, canSalvage: false },
}

const salvaged: SalvageReport = {
  file: '/home/trader/.local/share/crossbook/crossbook.db',
  tables: [
    {
      ...{ table: 'book_tickers', rows: 4_182_112, lostPages: 3, doubtfulRows: 0, fromBackup: 512 },
      ranges: [{ after: '1795200000000', upTo: '1795200012000' }],
      problems: ['page 1204 is no leaf of it'],
    },
    { ...{ table: 'klines', rows: 96_218, lostPages: 0, doubtfulRows: 0, fromBackup: 0 }, ranges: [], problems: [] },
  ],
  unreadPages: 0,
  comparedWithBackup: true,
}

const damagedDatabase: DatabaseStatus = {
  state: 'damaged',
  words: 'database disk image is malformed',
  file: '/home/trader/.local/share/crossbook/crossbook.db',
  setAside: null,
  lost: 'The newest verified backup is of 2026-11-21T03:00:00.000Z: restoring it loses the 11 h recorded since.',
  newestBackup: {
    id: 'crossbook-2026-11-21T030000.db',
    file: '/home/trader/.local/share/crossbook/backups/crossbook-2026-11-21T030000.db',
    at: Date.now() - 11 * 3_600_000,
    bytes: 1_204_000_000,
    reason: 'scheduled',
    state: 'verified',
    problem: null,
    schemaVersion: 3,
    mode: 'live',
    rows: { book_tickers: 4_182_912 },
  },
  canSalvage: true,
}

/** What the scene `failing` answers, and what the scene `loading` never does. */
const failing: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'accounts.list',
    'portfolio.get',
    'orders.open',
    'orders.list',
    'fills.list',
    'positions.list',
    'transfers.list',
    'pnl.report',
    'gaps.list',
    'exports.estimate',
    'exports.list',
    'storage.report',
    'backups.list',
    'api.status',
    'tokens.list',
    'redis.status',
    'books.depth',
    'books.list',
    'continuity.get',
    'network.status',
    'rawFrames.status',
  ].map((name) => [name, 'The database is locked by another program: close it and try again.']),
)
const waiting = Object.keys(failing)

const fees = { spot: { maker: 0.001, taker: 0.001 }, perpetual: { maker: 0.0002, taker: 0.0005 } }
const kinds = Object.fromEntries(exchangeIds.map((id) => [id, [...MarketKind.options]]))
const standardFees = Object.fromEntries(exchangeIds.map((id) => [id, fees]))

export const recorder = (instruments: number) => {
  const snapshots = Math.floor((Date.now() - startedAt) / 1_000)
  return {
    recording: true,
    problem: null,
    snapshots,
    missedSnapshots: 0,
    rowsWritten: snapshots * instruments,
    lastJitterMs: 1.4,
    lastWriteMs: 0.8,
    databaseBytes: 4_200_000 + snapshots * instruments * 60,
  }
}

/** One exchange live, one reconnecting: both must be seen. */
export function connections(market: Market): ExchangeStatus[] {
  return exchangeIds.map((exchange, i) => {
    const isDown = exchange === 'gate'
    const watched = market.instruments.filter((instrument) => instrument.exchange === exchange).length
    const socket = (name: string) => ({
      name,
      feed: 'spot',
      state: isDown ? ('waiting' as const) : ('live' as const),
      reason: isDown ? 'the exchange closed the connection: 1006' : null,
      since: startedAt,
      nextAttemptAt: isDown ? Date.now() + 7_400 : null,
      topics: 42,
      acknowledged: isDown ? 0 : 42,
      latencyMs: isDown ? null : 18 + i * 7,
      messagesPerSecond: isDown ? 0 : 212.4,
      lastFrameAt: Date.now() - (isDown ? 14_000 : 80),
      reconnects: isDown ? 3 : 0,
    })
    return {
      exchange,
      state: isDown ? ('waiting' as const) : ('live' as const),
      reason: isDown ? 'spot#1 is down' : null,
      instruments: 1_432 + i,
      watched,
      clockOffsetMs: isDown ? null : i * 6 - 4,
      restLatencyMs: 84 + i,
      messagesPerSecond: isDown ? 0 : 424.8,
      reconnects: isDown ? 3 : 0,
      frames: 148_220,
      rejected:
        i === 1 ? [{ reason: 'unknownChannel' as const, count: 3, sample: '{"event":"notice","code":"64008"}' }] : [],
      budgets: [
        { pool: 'REST weight', used: 412 * (i + 1) * 3, limit: 6_000, intervalMs: 60_000, blockedUntil: null },
        { pool: 'Klines', used: 4, limit: 20, intervalMs: 2_000, blockedUntil: null },
      ],
      sockets: [socket('spot#1'), socket('perpetual#1')],
      trouble: isDown
        ? {
            kind: 'maintenance' as const,
            words: 'Gate says that it is being upgraded',
            since: startedAt,
            until: Date.now() + 1_200_000,
          }
        : null,
      notes: i === 3 ? ['MEXC does not list ADA_USDT_PERP'] : [],
    }
  })
}

function candles(
  market: Market,
  random: () => number,
  request: { instrument: string; period: Period; before: number | null; limit: number },
): KlineColumns {
  const slot = market.instruments.findIndex(({ key }) => key === request.instrument)
  const step = periodMs[request.period]
  const count = Math.min(request.limit, 500)
  const end = request.before ?? Date.now()
  const newest = Math.ceil(end / step) * step - step
  const openTime = Float64Array.from({ length: count }, (_, i) => newest - (count - 1 - i) * step)
  const price = market.priceOf(slot)
  const tick = market.instruments[slot]?.tickSize ?? 0.01
  const onTick = (value: number) => Math.round(value / tick) * tick
  const close = openTime.map((at) => onTick(price * (1 + 0.02 * Math.sin(at / step / 40) + 0.002 * (random() - 0.5))))
  const open = close.map((value, i) => close[i - 1] ?? value)
  return {
    instrumentId: market.instruments[slot]?.id ?? 0,
    period: request.period,
    openTime,
    open,
    high: close.map((value, i) => onTick(Math.max(value, open[i] ?? value) * (1 + 0.001 * random()))),
    low: close.map((value, i) => onTick(Math.min(value, open[i] ?? value) * (1 - 0.001 * random()))),
    close,
    volume: close.map(() => 5 + 40 * random()),
    isClosed: Uint8Array.from(openTime, (at) => (at + step <= Date.now() ? 1 : 0)),
  }
}

function opportunities(
  market: Market,
  random: () => number,
  before: number,
  areClosed: boolean,
  count: number,
): Opportunity[] {
  return Array.from({ length: count }, (_, i) => {
    const pair = market.pairs[Math.floor(random() * market.pairs.length)]
    const openedAt = before - 1 - i * 9_000
    const gross = 0.05 + random() * 0.4
    return {
      id: Math.round(openedAt),
      kind: 'cross' as const,
      symbol: pair?.symbol ?? '',
      buy: pair?.buy ?? '',
      sell: pair?.sell ?? '',
      openedAt,
      closedAt: areClosed ? openedAt + 400 + random() * 40_000 : null,
      closeReason: areClosed ? ('threshold' as const) : null,
      bestAt: openedAt + 200,
      bestGrossPercent: gross,
      bestNetPercent: gross - 0.2,
      bestBuyPrice: 100,
      bestSellPrice: 100 + gross,
      bestQuantity: random() * 4,
      bestProfit: (gross - 0.2) * 40,
      rejection: null,
      rejectionWords: null,
      buyFee: null,
      sellFee: null,
      opening: null,
      best: null,
    }
  })
}
