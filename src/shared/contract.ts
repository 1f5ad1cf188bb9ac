/**
 * The one contract that both doors speak: calls (a door asks, the hub answers) and pushes (the hub tells).
 * A new call is a line here and a handler in `main/handlers.ts`; preload and the browser client are derived from it.
 */
import { z } from 'zod'
import {
  Acknowledged,
  AcknowledgeRequest,
  AlertFilter,
  AlertRuleStatus,
  BacktestRequest,
  BacktestResult,
  WebhookStatus,
} from './alert-rules.ts'
import { AssetNetworks, AssetsRequest, AssetTransfer, FeeInForce, FeesRequest, TransferRequest } from './assets.ts'
import { ApiStatus, ApiToken, RedisStatus, TokenScope } from './bots.ts'
import { BookColumns, KlineColumns, KlinePage, QuoteColumns, SpreadColumns } from './columns.ts'
import {
  Backup,
  ContinuityReport,
  ContinuityRequest,
  DatabaseStatus,
  ExportEstimate,
  ExportJob,
  ExportRequest,
  HistoryRequest,
  HistoryResult,
  RawFramesStatus,
  SalvageReport,
  StorageReport,
} from './data.ts'
import { DepthHistoryColumns, DepthHistoryRequest, DepthHistoryStatus } from './depth-history.ts'
import {
  AccountId,
  AccountStatus,
  Alert,
  BookStatus,
  Drift,
  ExchangeStatus,
  Fill,
  FundingPayment,
  FundingRate,
  Gap,
  Instrument,
  MarketKind,
  Opportunity,
  Order,
  OrderEvent,
  Period,
  Position,
  SpreadPair,
  Transfer,
} from './domain/index.ts'
import {
  BasisHistory,
  BasisHistoryRequest,
  EquityHistory,
  EquityHistoryRequest,
  PairHistoryRequest,
  PairOpportunitiesRequest,
  RatesHistory,
  RatesHistoryRequest,
  SpreadHistory,
  TradeList,
  TradesRequest,
} from './history.ts'
import { SpreadInventory } from './inventory.ts'
import { Layout, LayoutName, Layouts, StandingDesk } from './layouts.ts'
import { ExchangeHour, LeagueRequest, MarketPulses } from './market-health.ts'
import { NetworkStatus } from './network.ts'
import { NodeForPlugins, PluginStatus } from './plugins.ts'
import { DayZone, PnlMethod, PnlReport } from './pnl.ts'
import { FillFilter, KeyStore, KeyTest, NewKey, OrderFilter, Portfolio, TransferFilter } from './portfolio.ts'
import { CoinEvidence } from './same-coin.ts'
import { ExchangeFees, Settings, SettingsChange } from './settings.ts'
import { SpreadDetail } from './spreads.ts'
import { ShownView } from './view.ts'

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

/** Lists are read newest first in pages: `cursor` null for the first, then the reply's `next` until that is null. */
const page = { cursor: z.string().max(100).nullable(), limit: z.number().int().min(1).max(1_000) }
const list = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), next: z.string().nullable() })

const none = z.strictObject({})
const byId = z.strictObject({ id: AccountId })

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
      /** Those that the settings name, in that order. */
      plugins: z.array(PluginStatus),
      /** What runs them. */
      nodeForPlugins: NodeForPlugins,
      /** What every exchange this build knows trades here. */
      kinds: z.record(z.string(), z.array(MarketKind)),
    }),
  },
  /** Writes the file (comments stay) and applies the change; replies with the settings now in force. */
  'settings.update': { request: z.strictObject({ changes: z.array(SettingsChange).min(1).max(100) }), reply: Settings },
  /** Every instrument the exchanges list whose symbol contains `query` (case-insensitive), best match first. */
  'instruments.search': {
    request: z.strictObject({ query: z.string().max(40), limit: z.number().int().min(1).max(100_000) }),
    reply: z.array(Instrument),
  },
  'instruments.watched': { request: none, reply: z.array(Instrument) },
  'quotes.snapshot': { request: none, reply: QuoteColumns },
  'spreads.pairs': { request: none, reply: z.array(SpreadPair) },
  'spreads.snapshot': { request: none, reply: SpreadColumns },
  /** What could be done of a pair with the balances at hand; badRequest: the watch list changed and the pair has another index. */
  'spreads.inventory': { request: z.strictObject({ index: z.number().int().min(0) }), reply: SpreadInventory },
  /** Instrument keys of one ticker, in any order. badRequest: one is not listed, or they are of different tickers. */
  'coins.evidence': { request: z.strictObject({ buy: z.string(), sell: z.string() }), reply: CoinEvidence },
  /** Both books walked now, fees, funding, ages; badRequest: the watch list changed and the pair has another index. */
  'spreads.detail': { request: z.object({ index: z.number().int().min(0) }), reply: SpreadDetail },
  /**
   * Candles with openTime < `before` (null: up to the newest), of a page of `limit` periods, or, where it has none, of the newest day that has;
   * ascending; those that are not stored are fetched. Empty: there are no older ones. unavailable: none is stored there and the exchange
   * could not be asked.
   */
  'klines.list': {
    request: z.strictObject({
      instrument: z.string(),
      period: Period,
      before: z.number().nullable(),
      limit: z.number().int().min(1).max(5_000),
    }),
    reply: KlinePage,
  },
  /** Closed opportunities, newest first, that opened before `before` (null: now). */
  'opportunities.list': {
    request: z.strictObject({ before: z.number().nullable(), limit: z.number().int().min(1).max(1_000) }),
    reply: z.array(Opportunity),
  },
  'opportunities.live': { request: none, reply: z.array(Opportunity) },
  /** The newest ones of this run, oldest first. */
  'alerts.list': { request: none, reply: z.array(Alert) },
  /** Those stored, newest first. */
  'alerts.history': { request: z.strictObject({ filter: AlertFilter, ...page }), reply: list(Alert) },
  /** How many ask to be acknowledged and are not. */
  'alerts.unacknowledged': { request: none, reply: z.object({ count: z.number().int() }) },
  'alerts.acknowledge': { request: AcknowledgeRequest, reply: Acknowledged },
  /** How each of the trader's rules stands. */
  'alerts.ruleStatus': { request: none, reply: z.array(AlertRuleStatus) },
  /**
   * How often a rule would have fired in the stored past; resolves when it is worked out. badRequest: an impossible range. unavailable:
   * nothing is stored, or it was cancelled (`progress.cancel`).
   */
  'alerts.backtest': { request: BacktestRequest, reply: BacktestResult },
  'alerts.webhook': { request: none, reply: WebhookStatus },
  /** Posts one made-up alert, once; `problem` in words, null when it was taken. */
  'alerts.testWebhook': { request: none, reply: z.object({ problem: z.string().nullable() }) },
  /** Keeps the secret that goes into the webhook's header in the keychain; null removes it. It never comes back. */
  'alerts.setWebhookSecret': {
    request: z.strictObject({ secret: z.string().min(1).max(1_000).nullable() }),
    reply: z.null(),
  },
  // Order books
  'books.list': { request: none, reply: z.array(BookStatus) },
  /** The best `levels` of each side. badRequest: no order book of the instrument is kept. */
  'books.depth': {
    request: z.strictObject({ instrument: z.string(), levels: z.number().int().min(1).max(5_000) }),
    reply: BookColumns,
  },
  /** Builds one book anew. */
  'books.resync': { request: z.strictObject({ instrument: z.string() }), reply: z.null() },

  /** What order books held over time; the newest column grows until its time is over. unavailable: the database cannot be read. */
  'depth.columns': { request: DepthHistoryRequest, reply: DepthHistoryColumns },
  'depth.status': { request: none, reply: DepthHistoryStatus },

  // How markets and exchanges do
  'health.markets': { request: none, reply: MarketPulses },
  /** Hours of every exchange, ascending, the one under way among them; `leagueOf` adds them up. */
  'health.league': { request: LeagueRequest, reply: z.array(ExchangeHour) },

  // Network
  'network.status': { request: none, reply: NetworkStatus },
  /** Keeps the proxy's password in the keychain; null removes it. It never comes back. */
  'network.setProxyPassword': {
    request: z.strictObject({ password: z.string().min(1).max(1_000).nullable() }),
    reply: z.null(),
  },
  /** Every connection is checked now and replaced where it does not answer. */
  'network.reconnect': { request: none, reply: z.null() },

  'connections.list': { request: none, reply: z.array(ExchangeStatus) },
  'recorder.status': { request: none, reply: RecorderStatus },
  'progress.list': { request: none, reply: z.array(Progress) },
  'progress.cancel': { request: z.strictObject({ id: z.string() }), reply: z.null() },

  // Accounts
  'accounts.list': { request: none, reply: z.array(AccountStatus) },
  'accounts.keyStore': { request: none, reply: KeyStore },
  /** Asks the exchange what the key may do; nothing is kept. */
  'accounts.testKey': { request: NewKey, reply: KeyTest },
  /**
   * Tests the key, keeps it in the keychain and starts the account. badRequest: the exchange refuses the key, or it can withdraw
   * and `allowWithdrawals` is not set. unavailable: no keychain, or the exchange could not be asked.
   */
  'accounts.add': {
    request: NewKey.extend({ label: z.string().trim().min(1).max(40), allowWithdrawals: z.boolean() }),
    reply: AccountStatus,
  },
  'accounts.rename': { request: byId.extend({ label: z.string().trim().min(1).max(40) }), reply: z.null() },
  /** The key leaves the keychain and the account the settings; its stored rows stay. */
  'accounts.remove': { request: byId, reply: z.null() },
  /** Reads the key anew and starts over, also after a rejection. */
  'accounts.restart': { request: byId, reply: z.null() },
  /** Asks for everything now; resolves when the answers are in. */
  'accounts.refresh': { request: byId, reply: z.null() },
  'portfolio.get': { request: none, reply: Portfolio },
  'orders.open': { request: none, reply: z.array(Order) },
  'orders.list': { request: z.strictObject({ filter: OrderFilter, ...page }), reply: list(Order) },
  /** Every state the order was seen in, oldest first. */
  'orders.events': {
    request: z.strictObject({ account: AccountId, symbol: z.string(), exchangeOrderId: z.string() }),
    reply: z.array(OrderEvent),
  },
  'fills.list': { request: z.strictObject({ filter: FillFilter, ...page }), reply: list(Fill) },
  'positions.list': { request: none, reply: z.array(Position) },
  'transfers.list': { request: z.strictObject({ filter: TransferFilter, ...page }), reply: list(Transfer) },
  'fundingPayments.list': {
    request: z.strictObject({ account: AccountId.nullable(), from: z.number().nullable(), ...page }),
    reply: list(FundingPayment),
  },
  'fundingRates.list': { request: none, reply: z.array(FundingRate) },
  /** From <= t < to for what is summed; older fills set the cost. */
  'pnl.report': {
    request: z.strictObject({
      account: AccountId.nullable(),
      method: PnlMethod,
      from: z.number().nullable(),
      to: z.number().nullable(),
      days: DayZone,
    }),
    reply: PnlReport,
  },
  /** Open ones and, where asked for, the newest 500 resolved ones; newest first. */
  'drifts.list': {
    request: z.strictObject({ account: AccountId.nullable(), withResolved: z.boolean() }),
    reply: z.array(Drift),
  },

  // The past, as charts draw it; see history.ts. unavailable too: a later request of the same chart took its place.
  'spreads.history': { request: PairHistoryRequest, reply: SpreadHistory },
  'basis.history': { request: BasisHistoryRequest, reply: BasisHistory },
  'rates.history': { request: RatesHistoryRequest, reply: RatesHistory },
  'trades.list': { request: TradesRequest, reply: TradeList },
  'equity.history': { request: EquityHistoryRequest, reply: EquityHistory },
  /** Of one direction of a pair, those that lived in the range, rejected ones too; the newest first, closed ones only where stored so. */
  'opportunities.ofPair': { request: PairOpportunitiesRequest, reply: z.array(Opportunity) },

  // Moving assets between exchanges; see assets.ts
  'assets.networks': { request: AssetsRequest, reply: AssetNetworks },
  'assets.transfer': { request: TransferRequest, reply: AssetTransfer },
  /** badRequest: one is not listed. */
  'fees.inForce': { request: FeesRequest, reply: z.array(FeeInForce) },

  // Stored data
  /** Open time of the newest stored closed candle; null: none is stored. */
  'klines.latest': {
    request: z.strictObject({ instrument: z.string(), period: Period }),
    reply: z.object({ openTime: z.number().nullable() }),
  },
  /**
   * Candles of a range: stored ones are read, missing ones fetched and stored. Replies at once with an id; the candles come to this
   * client as `history.chunk`, ascending, and then one `history.complete`. badRequest: unknown instrument or impossible range.
   */
  'history.request': { request: HistoryRequest, reply: z.object({ id: z.string() }) },
  'history.cancel': { request: z.strictObject({ id: z.string() }), reply: z.null() },
  /** Holes in what was recorded, newest first. */
  'gaps.list': {
    request: z.strictObject({
      instrument: z.string().nullable(),
      from: z.number().nullable(),
      to: z.number().nullable(),
      /** The last one of the page before; not given: the first page. */
      after: z.strictObject({ from: z.number(), id: z.number().int() }).optional(),
      limit: z.number().int().min(1).max(1_000),
    }),
    reply: z.array(Gap),
  },
  /** Rows expected, held and missing, with causes, day by day. */
  'continuity.get': { request: ContinuityRequest, reply: ContinuityReport },
  'rawFrames.status': { request: none, reply: RawFramesStatus },
  'exports.estimate': { request: ExportRequest, reply: ExportEstimate },
  /**
   * Begins to write `fileName` (made up where null) into the folder of exports. badRequest: it exists and `overwrite` is not set, or it
   * is no plain file name.
   */
  'exports.start': {
    request: ExportRequest.extend({ fileName: z.string().trim().min(1).max(200).nullable(), overwrite: z.boolean() }),
    reply: ExportJob,
  },
  'exports.cancel': { request: z.strictObject({ id: z.string() }), reply: z.null() },
  /** Of this run, newest first. */
  'exports.list': { request: none, reply: z.object({ folder: z.string(), jobs: z.array(ExportJob) }) },
  /** Shows the file in the system's file manager. unavailable: this door has none. */
  'exports.reveal': { request: z.strictObject({ id: z.string() }), reply: z.null() },
  'storage.report': { request: none, reply: StorageReport },
  /** Rolls up, prunes and returns free space now; resolves when done. */
  'storage.compact': { request: none, reply: z.null() },
  'backups.list': { request: none, reply: z.object({ folder: z.string(), backups: z.array(Backup) }) },
  /** Resolves when it is written and verified, or has failed to be. */
  'backups.create': { request: none, reply: Backup },
  /** Sets the present database aside, puts the backup in its place, and starts the market anew. */
  'backups.restore': {
    request: z.strictObject({ id: z.string() }),
    reply: z.object({ setAside: z.string().nullable() }),
  },
  'backups.remove': { request: z.strictObject({ id: z.string() }), reply: z.null() },
  'database.status': { request: none, reply: DatabaseStatus },
  /**
   * Reads what can be read of the damaged database into a fresh one, puts that in its place and starts the market anew; the damaged one is
   * kept. unavailable: there is no damaged one, or nothing could be read.
   */
  'database.salvage': {
    request: none,
    reply: z.object({ setAside: z.string().nullable(), report: SalvageReport }),
  },
  /** Keeps the damaged database under another name, begins an empty one and starts the market anew. unavailable: it is not damaged. */
  'database.beginAnew': { request: none, reply: z.object({ setAside: z.string().nullable() }) },

  // Bots
  'api.status': { request: none, reply: ApiStatus },
  'tokens.list': { request: none, reply: z.array(ApiToken) },
  /** The only time that the token itself is told. */
  'tokens.create': {
    request: z.strictObject({ name: z.string().trim().min(1).max(60), scopes: z.array(TokenScope).min(1).max(2) }),
    reply: z.object({ token: z.string(), info: ApiToken }),
  },
  'tokens.revoke': { request: z.strictObject({ id: z.string() }), reply: z.null() },
  'redis.status': { request: none, reply: RedisStatus },
  /** Keeps the server's password in the keychain; null removes it. It never comes back. */
  'redis.setPassword': {
    request: z.strictObject({ password: z.string().min(1).max(1_000).nullable() }),
    reply: z.null(),
  },
  /** How long quotes took from the socket to the screen, ms: what this client measured lately. */
  'metrics.screenLatency': {
    request: z.strictObject({ samples: z.array(z.number().min(0).max(600_000)).max(1_000) }),
    reply: z.null(),
  },

  /**
   * What this client shows. Hidden clients get no state pushes; a client gets klines only of the series it names.
   * Replaces what it said before. On becoming visible the client is sent everything anew.
   */
  'view.set': {
    request: ShownView,
    reply: z.null(),
  },

  'layouts.list': { request: none, reply: Layouts },
  /** Adds a layout or takes the place of the one with its name; `replaces` names the one that it was before it was renamed. */
  'layouts.save': { request: z.strictObject({ layout: Layout, replaces: LayoutName.nullable() }), reply: z.null() },
  'layouts.remove': { request: z.strictObject({ name: LayoutName }), reply: z.null() },
  /** Keeps the desk as it stands, for the next start. */
  'layouts.keep': { request: z.strictObject({ standing: StandingDesk }), reply: z.null() },
} as const

export const pushes = {
  // State: conflated, the newest per key, at most ten times a second; nothing while the client is hidden.
  'market.quotes': QuoteColumns,
  'market.klines': z.array(KlineColumns),
  /** The books that this client shows, those that changed. */
  'market.books': z.array(BookColumns),
  'spreads.update': SpreadColumns,
  'connections.status': z.array(ExchangeStatus),
  'recorder.status': RecorderStatus,
  'progress.update': Progress,
  /** Those open now, with their best moment so far. */
  'opportunities.live': z.array(Opportunity),
  'accounts.status': z.array(AccountStatus),
  /** Once a second at most. */
  'portfolio.update': Portfolio,
  /** Those that changed; a quantity of 0 means closed. */
  'positions.update': z.array(Position),
  'fundingRates.update': z.array(FundingRate),
  'api.status': ApiStatus,
  'redis.status': RedisStatus,
  'network.status': NetworkStatus,
  'rawFrames.status': RawFramesStatus,
  /** One job, each time it moves on; at most twice a second while it runs. */
  'exports.changed': ExportJob,
  // Happenings: every one, in order, exactly once, also while hidden.
  /** On opening (closedAt null) and on closing. */
  'opportunity.changed': Opportunity,
  'alert.raised': Alert,
  /** Somebody, on any screen, said that alerts were seen. */
  'alerts.acknowledged': Acknowledged,
  /** One change of one order, new orders included. */
  'order.changed': Order,
  'fill.added': Fill,
  /** One told before, now with the fee or the profit that its first message left out. */
  'fill.completed': Fill,
  'transfer.changed': Transfer,
  'fundingPayment.added': FundingPayment,
  /** Found, or resolved. */
  'drift.changed': Drift,
  /** To the client that asked only. `sequence` counts from 0; `done` of `total` candles of the range. */
  'history.chunk': z.object({
    id: z.string(),
    sequence: z.number().int(),
    klines: KlineColumns,
    done: z.number().int(),
    total: z.number().int(),
  }),
  'history.complete': HistoryResult.extend({ id: z.string() }),
  'gap.changed': Gap,
  'backups.changed': z.array(Backup),
  'database.status': DatabaseStatus,
  'tokens.changed': z.array(ApiToken),
  /** An account was added, renamed, removed, or the market restarted: lists of orders, positions and so on are to be read anew. */
  'accounts.changed': z.array(AccountStatus),
  /** The watch list changed: instruments, pairs and every column index are to be read anew. */
  'market.watched': z.array(Instrument),
  'settings.changed': Settings,
  'layouts.changed': z.array(Layout),
  /** To the main window of the desktop: the user closed the window of this pane. In a browser the windows tell each other. */
  'pane.closed': z.object({ id: z.string() }),
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
