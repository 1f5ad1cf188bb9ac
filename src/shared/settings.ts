import { z } from 'zod'
import { AlertSettings } from './alert-rules.ts'
import { prunableTables } from './data.ts'
import {
  AccountId,
  BuiltInExchangeId,
  demoExchangeIds,
  ExchangeId,
  exchangeIds,
  FeeRates,
  knownExchanges,
  Period,
} from './domain/index.ts'
import { Look } from './look.ts'
import { mostPlugins, PluginNodePath, PluginSettings } from './plugins.ts'
import { SameCoinSettings } from './same-coin.ts'

const origin = z.string().regex(/^(https?|wss?):\/\/[^/]+$/, 'an origin: scheme, host and port without a path')
const percent = z.number().min(0).max(100)

/** The fees of one exchange, as fractions of notional. */
export const ExchangeFees = z.strictObject({ spot: FeeRates, perpetual: FeeRates })
export type ExchangeFees = z.infer<typeof ExchangeFees>

export const ExchangeSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Real origin -> the origin to use instead; paths stay as they are. Origins of other exchanges are ignored. */
  origins: z.record(origin, origin).default({}),
  /** Overrides the exchange's standard fees. */
  fees: ExchangeFees.partial().default({}),
})
export type ExchangeSettings = z.infer<typeof ExchangeSettings>

const environmentVariable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')

/** An account as settings know it: never its key. The key lies in the keychain under `id`, or in the variables named here. */
export const AccountSettings = z.strictObject({
  id: AccountId,
  exchange: BuiltInExchangeId,
  label: z.string().trim().min(1).max(40),
  enabled: z.boolean().default(true),
  /** For machines without a keychain: names of environment variables that hold the key, the secret and the passphrase. */
  environment: z
    .strictObject({ key: environmentVariable, secret: environmentVariable, passphrase: environmentVariable.optional() })
    .optional(),
})
export type AccountSettings = z.infer<typeof AccountSettings>

const symbol = z.string().regex(/^[^\s_]+_[^\s_]+(_PERP)?$/, 'a symbol such as BTC_USDT or BTC_USDT_PERP')

const maximumWatchlists = 50
const watchlistName = z
  .string()
  .regex(
    /^(?=.{1,40}$)[^\s\p{C}](.*[^\s\p{C}])?$/u,
    'a name of 1 to 40 characters that neither begins nor ends with a space',
  )

export const Watchlists = z
  .record(watchlistName, z.array(symbol).max(500))
  .refine((lists) => Object.keys(lists).length <= maximumWatchlists, `at most ${maximumWatchlists} watchlists`)
export type Watchlists = z.infer<typeof Watchlists>

/** By table; book_tickers are by far the most. */
const retention = Object.fromEntries(
  prunableTables.map((table) => [
    table,
    z
      .number()
      .int()
      .min(1)
      .max(36_500)
      .nullable()
      .default(table === 'depth_chunks' ? 1 : table === 'book_tickers' || table === 'alerts' ? 90 : null),
  ]),
) as Record<(typeof prunableTables)[number], z.ZodDefault<z.ZodNullable<z.ZodNumber>>>

/** The whole of `crossbook.yaml`; every key has a default, so an empty file is valid. `resources/crossbook.yaml` documents each. */
export const Settings = z.strictObject({
  /** Not given: live as soon as an exchange is configured, the demo before that. */
  mode: z.enum(['demo', 'live']).optional(),
  exchanges: z.partialRecord(ExchangeId, ExchangeSettings.prefault({})).default({}),
  /** Connectors of others. */
  plugins: z.array(PluginSettings).max(mostPlugins).default([]),
  /** The Node that runs them; null: Crossbook's own, which the installed desktop program cannot start. */
  pluginNode: PluginNodePath.nullable().default(null),
  accounts: z
    .array(AccountSettings)
    .max(50)
    .refine(
      (accounts) => new Set(accounts.map(({ id }) => id)).size === accounts.length,
      'two accounts have the same id',
    )
    .default([]),
  valuation: z
    .strictObject({
      /** Balances are valued in this asset. */
      currency: z
        .string()
        .regex(/^[A-Z0-9]{2,12}$/, 'an asset such as USDT')
        .default('USDT'),
      /** A quote older than this makes a value stale, ms. */
      staleAfterMs: z.number().int().min(1_000).max(86_400_000).default(60_000),
    })
    .prefault({}),
  pnl: z.strictObject({ method: z.enum(['average', 'fifo']).default('average') }).prefault({}),
  symbols: z
    .array(symbol)
    .max(500)
    .default([
      'BTC_USDT',
      'ETH_USDT',
      'SOL_USDT',
      'XRP_USDT',
      'DOGE_USDT',
      'ADA_USDT',
      'LINK_USDT',
      'LTC_USDT',
      'BTC_USDT_PERP',
      'ETH_USDT_PERP',
      'SOL_USDT_PERP',
      'XRP_USDT_PERP',
      'DOGE_USDT_PERP',
    ]),
  /** Name -> its symbols: what a trader looks at together. What is subscribed is `symbols`. */
  watchlists: Watchlists.default({}),
  periods: z.array(Period).min(1).default(['1m', '5m', '15m', '1h', '1d']),
  arbitrage: z
    .strictObject({
      /** An opportunity opens above this gross spread, percent of the buy price. */
      openAbovePercent: percent.default(0.05),
      /** It closes below this one (hysteresis); must not be above openAbovePercent. */
      closeBelowPercent: percent.default(0.03),
      /** Quotes older than this never count, ms. */
      maximumAgeMs: z.number().int().min(100).max(600_000).default(5_000),
      /** Sizes that a pair's details walk both books for, quote asset. */
      ladder: z.array(z.number().positive().max(1e12)).min(1).max(20).default([100, 1_000, 5_000, 10_000, 50_000]),
      /** Takes what moving the asset costs off the profit of spot pairs; where no exchange tells the fee, the profit is not known. */
      withdrawalFee: z.boolean().default(false),
    })
    .refine((a) => a.closeBelowPercent <= a.openAbovePercent, {
      path: ['closeBelowPercent'],
      message: 'must not be above openAbovePercent',
    })
    .prefault({}),
  sameCoin: SameCoinSettings.prefault({}),
  health: z
    .strictObject({
      /** Warn when an instrument's own bid-ask spread is above this, percent of mid. */
      wideSpreadPercent: percent.default(0.1),
      /** Warn when the smaller side of the top of book is worth less than this, quote asset. */
      thinTopOfBook: z.number().min(0).default(1_000),
      /** Warn when an exchange's feed gives fewer updates than this a minute. */
      minimumUpdatesPerMinute: z.number().int().min(0).default(500),
    })
    .prefault({}),
  alerts: AlertSettings.prefault({}),
  history: z
    .strictObject({
      /** Candles per watched instrument and period loaded at start. */
      backfillCandles: z.number().int().min(0).max(5_000).default(500),
      /** How often missing candles of the watched instruments are looked for and fetched, minutes; 0: only at start and after reconnects. */
      repairEveryMinutes: z.number().int().min(0).max(10_080).default(60),
    })
    .prefault({}),
  depthHistory: z
    .strictObject({
      /** Samples the kept order books for the heatmap. */
      enabled: z.boolean().default(true),
      /** Seconds between two samples of a book. */
      everySeconds: z.number().int().min(1).max(60).default(5),
    })
    .prefault({}),
  trades: z
    .strictObject({
      /** Symbols whose public trades are recorded, on every exchange that lists them. */
      record: z.array(symbol).max(100).default([]),
    })
    .prefault({}),
  orderBooks: z
    .strictObject({
      /** Symbols whose full order books are kept; `watched`: all that are watched. */
      symbols: z.union([z.literal('watched'), z.array(symbol).max(500)]).default('watched'),
    })
    .prefault({}),
  network: z
    .strictObject({
      /** For REST and WebSocket alike; null: none. The password lies in the keychain (Settings > Network) or in CROSSBOOK_PROXY_PASSWORD, never here. */
      proxy: z
        .string()
        .regex(
          /^(https?|socks5):\/\/([^\s:@/]+@)?([^\s:@/]+|\[[0-9a-fA-F:]+\]):\d+\/?$/,
          'an address such as http://127.0.0.1:3128, https://user@host:443 or socks5://127.0.0.1:1080, without a password',
        )
        .nullable()
        .default(null),
    })
    .prefault({}),
  rawFrames: z
    .strictObject({
      /** Keeps every frame as it came, so that data can be rebuilt when a parser is mended. */
      enabled: z.boolean().default(false),
      /** null: `raw` in the data folder. */
      folder: z.string().min(1).nullable().default(null),
      keepHours: z.number().int().min(1).max(8_760).default(72),
      /** The oldest go first above this, gigabytes (10^9 bytes). */
      maximumGigabytes: z.number().min(0.01).max(100_000).default(5),
    })
    .prefault({}),
  storage: z
    .strictObject({
      /** Snapshot rows older than this move into compressed chunks. */
      coldAfterHours: z.number().int().min(1).max(8_760).default(24),
      /** Days that rows are kept, by table; null: for ever. */
      retentionDays: z.strictObject(retention).prefault({}),
      /** Warn when the disk has less than this free, gigabytes (10^9 bytes). */
      warnBelowFreeGigabytes: z.number().min(0).max(100_000).default(5),
    })
    .prefault({}),
  backup: z
    .strictObject({
      /** null: `backups` in the data folder. */
      folder: z.string().min(1).nullable().default(null),
      /** 0: only when asked. */
      everyHours: z.number().int().min(0).max(8_760).default(24),
      /** Verified scheduled ones that are kept. */
      keep: z.number().int().min(1).max(1_000).default(7),
    })
    .prefault({}),
  exports: z
    .strictObject({
      /** null: `exports` in the data folder. */
      folder: z.string().min(1).nullable().default(null),
    })
    .prefault({}),
  gateway: z
    .strictObject({
      /** Port of the headless door and the local API; 0 takes any free one. */
      port: z.number().int().min(0).max(65_535).default(7_373),
      /** Address to listen at. Anything but loopback lets other machines in, and is warned of. */
      host: z
        .string()
        .regex(/^[0-9a-zA-Z.:-]+$/, 'an address of this machine, such as 127.0.0.1')
        .default('127.0.0.1'),
      /** Names besides the loopback ones under which it may be called (the Host header), with port where it is not the usual one. */
      allowedHosts: z
        .array(z.string().regex(/^[^\s/]+$/, 'a host name, with a port where needed'))
        .max(20)
        .default([]),
      /** Opens the local API beside the desktop window, too. */
      onDesktop: z.boolean().default(false),
      /** Requests a minute of one token. */
      requestsPerMinute: z.number().int().min(1).max(1_000_000).default(1_200),
      /** `/metrics` answers without a token. */
      openMetrics: z.boolean().default(false),
    })
    .prefault({}),
  redis: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** `rediss:` for TLS. The password lies in the keychain (Bots > Redis) or in CROSSBOOK_REDIS_PASSWORD, never here. */
      url: z
        .string()
        .regex(
          /^rediss?:\/\/([^\s:@/]+@)?[^\s:@/]+(:\d+)?(\/\d+)?$/,
          'an address such as redis://127.0.0.1:6379 or rediss://user@host:6380/0, without a password',
        )
        .default('redis://127.0.0.1:6379'),
      /** PEM file of the authority that signed the server's certificate; null: the system's. */
      certificateAuthorityFile: z.string().min(1).nullable().default(null),
      prefix: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,40}$/, 'letters, digits, dots, hyphens and underscores')
        .default('crossbook'),
      /** Quotes a second of one instrument that are published at most; 0: every one. */
      quotesPerSecond: z.number().int().min(0).max(1_000).default(10),
      /** Entries that each stream of happenings keeps. */
      streamLength: z.number().int().min(100).max(10_000_000).default(10_000),
      /** Latest-value keys vanish when they were not refreshed for this long, seconds. */
      timeToLiveSeconds: z.number().int().min(1).max(86_400).default(30),
    })
    .prefault({}),
  appearance: z
    .strictObject({
      ...Look.shape,
      closeToTray: z.boolean().default(false),
      notifications: z.boolean().default(true),
      /** A native notification for each own fill, and for a key that its exchange rejects. */
      notifyFills: z.boolean().default(true),
      notifyRejectedKeys: z.boolean().default(true),
    })
    .prefault({}),
  simulator: z
    .strictObject({
      seed: z.number().int().min(0).default(1),
      /** Messages a second over all venues and streams. */
      rate: z.number().int().min(1).max(50_000).default(600),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
})
export type Settings = z.infer<typeof Settings>

/**
 * Those configured and not switched off; in the demo its own set, as long as none is configured. What plugins add is never in the demo: it
 * would be real beside the simulated.
 */
export function enabledExchanges(
  { exchanges }: Pick<Settings, 'exchanges'>,
  mode: 'demo' | 'live',
): readonly ExchangeId[] {
  if (mode === 'live') return knownExchanges().filter((id) => exchanges[id]?.enabled)
  if (exchangeIds.every((id) => exchanges[id] === undefined)) return demoExchangeIds
  return exchangeIds.filter((id) => exchanges[id]?.enabled)
}

/** Named in the file alone (or its variable): a page that chose a program to be started could start any. */
const onlyInFile = 'pluginNode'

/** One change made in the app: where in the file, and the new value; null removes the key so that its default holds again. */
export const SettingsChange = z.strictObject({
  path: z
    .array(z.string().min(1))
    .min(1)
    .max(4)
    .refine(([first]) => first !== onlyInFile, `${onlyInFile} is changed in the settings file alone`),
  value: z.json(),
})
export type SettingsChange = z.infer<typeof SettingsChange>
