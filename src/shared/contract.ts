/**
 * The one contract that both doors speak: calls (a door asks, the hub answers) and pushes (the hub tells).
 * A new call is a line here and a handler in `main/handlers.ts`; preload and the browser client are derived from it.
 */
import { z } from 'zod'
import { Alert, ExchangeStatus, Instrument, Opportunity, Period, SpreadPair } from './domain/index.ts'
import { ExchangeFees, Settings, SettingsChange } from './settings.ts'

const float64 = z.custom<Float64Array>((value) => value instanceof Float64Array)
const uint32 = z.custom<Uint32Array>((value) => value instanceof Uint32Array)
const uint8 = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

/**
 * Quotes as columns, one entry per row of `instrumentIds`. Absent is NaN here (typed arrays hold no null); 0 never stands in.
 * Prices quote/base asset, quantities base asset, times epoch ms. `lastPrice` is of the last public trade.
 */
export const QuoteColumns = z.object({
  instrumentIds: uint32,
  bidPrice: float64,
  bidQuantity: float64,
  askPrice: float64,
  askQuantity: float64,
  lastPrice: float64,
  exchangeAt: float64,
  receivedAt: float64,
})
export type QuoteColumns = z.infer<typeof QuoteColumns>

/**
 * Spreads as columns, one entry per row of `pairIndexes` (see SpreadPair.index). A pair one of whose legs is missing, stale or
 * down is NaN in all number columns but the times, which are epoch ms of each leg's quote (NaN where there is none).
 */
export const SpreadColumns = z.object({
  pairIndexes: uint32,
  grossPercent: float64,
  netPercent: float64,
  buyPrice: float64,
  sellPrice: float64,
  /** executable at the top of both books, base asset */
  quantity: float64,
  /** after both taker fees, quote asset */
  profit: float64,
  buyReceivedAt: float64,
  sellReceivedAt: float64,
})
export type SpreadColumns = z.infer<typeof SpreadColumns>

/** Candles as columns, ascending by open time; `isClosed` 1 or 0. */
export const KlineColumns = z.object({
  instrumentId: z.number().int(),
  period: Period,
  openTime: float64,
  open: float64,
  high: float64,
  low: float64,
  close: float64,
  volume: float64,
  isClosed: uint8,
})
export type KlineColumns = z.infer<typeof KlineColumns>

export const AppInfo = z.object({
  version: z.string(),
  mode: z.enum(['demo', 'live']),
  door: z.enum(['desktop', 'headless']),
  dryRun: z.boolean(),
  dataDir: z.string(),
  databaseFile: z.string(),
  settingsFile: z.string(),
  startedAt: z.number(),
})
export type AppInfo = z.infer<typeof AppInfo>

/** A long piece of work under way (instrument sync, backfill). `done` = `total` once finished. */
export const Progress = z.object({
  id: z.string(),
  title: z.string(),
  done: z.number(),
  total: z.number(),
  state: z.enum(['running', 'finished', 'failed', 'cancelled']),
  canCancel: z.boolean(),
  detail: z.string().nullable(),
})
export type Progress = z.infer<typeof Progress>

/** The recorder's own health: how the one-second snapshot clock keeps time, and what storage has to say. */
export const RecorderStatus = z.object({
  recording: z.boolean(),
  /** In words why nothing is recorded; null while recording. */
  problem: z.string().nullable(),
  snapshots: z.number().int(),
  missedSnapshots: z.number().int(),
  rowsWritten: z.number().int(),
  /** ms after the full second at which the last snapshot was taken, and how long its write took. */
  lastJitterMs: z.number().nullable(),
  lastWriteMs: z.number().nullable(),
  databaseBytes: z.number().nullable(),
})
export type RecorderStatus = z.infer<typeof RecorderStatus>

const none = z.strictObject({})

export const calls = {
  'app.info': { request: none, reply: AppInfo },
  'settings.get': {
    request: none,
    reply: z.object({
      settings: Settings,
      /** Dotted paths that a flag or an environment variable holds, and which: changing them in the file has no effect now. */
      overridden: z.record(z.string(), z.string()),
      /** The standard fees of every exchange this build knows, before overrides. */
      standardFees: z.record(z.string(), ExchangeFees),
    }),
  },
  /** Writes the file (comments stay) and applies the change; replies with the settings now in force. */
  'settings.update': { request: z.strictObject({ changes: z.array(SettingsChange).min(1).max(100) }), reply: Settings },
  /** Every instrument the exchanges list whose symbol contains `query` (case-insensitive), best match first. */
  'instruments.search': {
    request: z.strictObject({ query: z.string().max(40), limit: z.number().int().min(1).max(500) }),
    reply: z.array(Instrument),
  },
  'instruments.watched': { request: none, reply: z.array(Instrument) },
  'quotes.snapshot': { request: none, reply: QuoteColumns },
  'spreads.pairs': { request: none, reply: z.array(SpreadPair) },
  'spreads.snapshot': { request: none, reply: SpreadColumns },
  /** Stored candles with openTime < `before` (null: up to the newest), the newest `limit` of them, ascending. */
  'klines.list': {
    request: z.strictObject({
      instrument: z.string(),
      period: Period,
      before: z.number().nullable(),
      limit: z.number().int().min(1).max(5_000),
    }),
    reply: KlineColumns,
  },
  /** Closed opportunities, newest first, that opened before `before` (null: now). */
  'opportunities.list': {
    request: z.strictObject({ before: z.number().nullable(), limit: z.number().int().min(1).max(1_000) }),
    reply: z.array(Opportunity),
  },
  'opportunities.live': { request: none, reply: z.array(Opportunity) },
  'alerts.list': { request: none, reply: z.array(Alert) },
  'connections.list': { request: none, reply: z.array(ExchangeStatus) },
  'recorder.status': { request: none, reply: RecorderStatus },
  'progress.list': { request: none, reply: z.array(Progress) },
  'progress.cancel': { request: z.strictObject({ id: z.string() }), reply: z.null() },
  /**
   * What this client shows. Hidden clients get no state pushes; a client gets klines only of the series it names.
   * Replaces what it said before. On becoming visible the client is sent everything anew.
   */
  'view.set': {
    request: z.strictObject({
      visible: z.boolean(),
      klines: z.array(z.strictObject({ instrument: z.string(), period: Period })).max(16),
    }),
    reply: z.null(),
  },
} as const

export const pushes = {
  // State: conflated, the newest per key, at most ten times a second; nothing while the client is hidden.
  'market.quotes': QuoteColumns,
  'market.klines': z.array(KlineColumns),
  'spreads.update': SpreadColumns,
  'connections.status': z.array(ExchangeStatus),
  'recorder.status': RecorderStatus,
  'progress.update': Progress,
  /** Those open now, with their best moment so far. */
  'opportunities.live': z.array(Opportunity),
  // Happenings: every one, in order, exactly once, also while hidden.
  /** On opening (closedAt null) and on closing. */
  'opportunity.changed': Opportunity,
  'alert.raised': Alert,
  /** The watch list changed: instruments, pairs and every column index are to be read anew. */
  'market.watched': z.array(Instrument),
  'settings.changed': Settings,
} as const

type Calls = typeof calls
type Pushes = typeof pushes
export type CallName = keyof Calls
export type PushName = keyof Pushes
export type CallRequest<N extends CallName> = z.output<Calls[N]['request']>
export type CallReply<N extends CallName> = z.output<Calls[N]['reply']>
export type PushPayload<N extends PushName> = z.output<Pushes[N]>

/** Error classes do not survive a boundary, so a failure travels as a code the interface can switch on. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: 'badRequest' | 'unavailable' | 'internal'; readonly message: string }

/** What the renderer sees of either door; `on` returns its own undo. */
export interface CrossbookApi {
  call<N extends CallName>(name: N, request: z.input<Calls[N]['request']>): Promise<Reply<CallReply<N>>>
  on<N extends PushName>(name: N, listener: (payload: PushPayload<N>) => void): () => void
}
