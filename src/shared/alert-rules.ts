/** The trader's own alert rules, as settings keep them (`alerts.rules`, by id), and what the program says about each. */
import { z } from 'zod'
import { AccountId, Alert, ExchangeId } from './domain/index.ts'

/** Short words for a rule's keys in the file and in stored alerts: `btc-spread`. */
export const AlertRuleId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a letter, then up to 39 lower case letters, digits and hyphens')

/** Made by the screen itself, so there are no files of them. */
export const alertSounds = ['none', 'chime', 'ping', 'alarm'] as const
export const AlertSound = z.enum(alertSounds)
export type AlertSound = z.infer<typeof AlertSound>

const longestSeconds = 86_400
const seconds = z.number().min(0).max(longestSeconds)
const percent = z.number().min(-100).max(100)
const symbol = z.string().regex(/^[^\s_]+_[^\s_]+(_PERP)?$/, 'a symbol such as BTC_USDT or BTC_USDT_PERP')
const instrument = z
  .string()
  .regex(/^(x-)?[a-z0-9]+:[^\s_]+_[^\s_]+(_PERP)?$/, 'an instrument such as binance:BTC_USDT')
const perpetual = z.string().regex(/^(x-)?[a-z0-9]+:[^\s_]+_[^\s_]+_PERP$/, 'a perpetual such as binance:BTC_USDT_PERP')

const common = {
  name: z.string().trim().min(1).max(60),
  enabled: z.boolean().default(true),
  severity: Alert.shape.severity.default('warning'),
  /** The condition must hold so long, as far as live data tell, before the rule fires. */
  holdSeconds: seconds.default(0),
  /** After it fired, the same rule is silent about the same subject for so long. */
  coolDownSeconds: seconds.default(60),
  sound: AlertSound.default('none'),
  /** A native notification, where `appearance.notifications` allows any. */
  notification: z.boolean().default(true),
  /** It goes to bots through Redis, where that is switched on. */
  redis: z.boolean().default(true),
  /** It is posted to `alerts.webhook.url`. */
  webhook: z.boolean().default(false),
}

export const AlertRule = z.discriminatedUnion('kind', [
  /**
   * A pair's net spread, after both taker fees and of perpetuals the next funding where it is known, is above so many percent of the buy
   * price. Only pairs whose verdict is `counts`; while it is `uncertain`, what was certain stands still.
   */
  z.strictObject({
    kind: z.literal('net_spread'),
    ...common,
    /** As the Spreads screen names it, also of pairs of spot and perpetual; null: all. */
    symbol: symbol.nullable().default(null),
    abovePercent: percent,
  }),
  /** The middle between best bid and best ask is above, or below, a price. */
  z.strictObject({
    kind: z.literal('price'),
    ...common,
    instrument,
    side: z.enum(['above', 'below']),
    /** quote asset */
    price: z.number().positive(),
  }),
  /** An instrument's own spread, best ask minus best bid, is above so many percent of the middle between them. */
  z.strictObject({ kind: z.literal('spread_width'), ...common, instrument, abovePercent: z.number().min(0).max(100) }),
  /**
   * The current rate of a perpetual, percent of notional a settlement: `beyond` its amount is above `percent`, `positive` longs pay more
   * than `percent`, `negative` shorts do.
   */
  z.strictObject({
    kind: z.literal('funding'),
    ...common,
    instrument: perpetual,
    when: z.enum(['beyond', 'positive', 'negative']),
    percent: z.number().min(0).max(100).default(0),
  }),
  /** What an account holds of an asset, over all its wallets, fell so much from its highest within the last minutes. */
  z.strictObject({
    kind: z.literal('balance_drop'),
    ...common,
    /** null: each of them by itself */
    account: AccountId.nullable().default(null),
    asset: z.string().regex(/^[A-Z0-9]{1,20}$/, 'an asset such as USDT'),
    unit: z.enum(['percent', 'amount']),
    /** percent of the highest, or an amount of the asset */
    drop: z.number().positive(),
    withinMinutes: z.number().int().min(1).max(1_440),
  }),
  /** An own order was filled, in part or whole. A fill is a moment, so there is nothing that could hold. */
  z.strictObject({
    kind: z.literal('order_fill'),
    ...common,
    holdSeconds: z.literal(0, 'a fill is a moment: 0').default(0),
    coolDownSeconds: seconds.default(0),
    account: AccountId.nullable().default(null),
    symbol: symbol.nullable().default(null),
  }),
  /** An exchange's public feed is not live. */
  z.strictObject({ kind: z.literal('feed_down'), ...common, exchange: ExchangeId.nullable().default(null) }),
  /** An account has a difference to what its exchange says that is not resolved. */
  z.strictObject({ kind: z.literal('drift'), ...common, account: AccountId.nullable().default(null) }),
  /** The disk of the data folder has less free than so many gigabytes (10^9 bytes). */
  z.strictObject({ kind: z.literal('disk'), ...common, belowGigabytes: z.number().positive().max(100_000) }),
])
export type AlertRule = Readonly<z.infer<typeof AlertRule>>
export type AlertRuleKind = AlertRule['kind']
export type AlertRuleOf<K extends AlertRuleKind> = Extract<AlertRule, { kind: K }>

export const alertRuleKinds = [
  'net_spread',
  'price',
  'spread_width',
  'funding',
  'balance_drop',
  'order_fill',
  'feed_down',
  'drift',
  'disk',
] as const satisfies readonly AlertRuleKind[]

const mostRules = 200

/** The settings' part `alerts`. Rules stand under their ids, so that one can be changed without writing the others. */
export const AlertSettings = z.strictObject({
  rules: z
    .record(AlertRuleId, AlertRule)
    .refine((rules) => Object.keys(rules).length <= mostRules, `at most ${mostRules} rules`)
    .default({}),
  webhook: z
    .strictObject({
      /** null: none. What is secret goes into the header below, never into the address. */
      url: z
        .string()
        .max(500)
        .regex(
          /^(https:\/\/[^\s/?#@]+|http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?)([/?#]\S*)?$/,
          'an address such as https://host/path, or http:// on this machine, without user or password',
        )
        .nullable()
        .default(null),
      /** Header that carries the secret, which lies in the keychain (Alerts > Rules) or in CROSSBOOK_WEBHOOK_SECRET, never here. */
      secretHeader: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9-]{0,59}$/, 'the name of an HTTP header')
        .refine((name) => !reservedHeaders.includes(name.toLowerCase()), 'a header that HTTP does not set itself')
        .default('Authorization'),
    })
    .prefault({}),
})
export type AlertSettings = z.infer<typeof AlertSettings>

const reservedHeaders = [
  'content-type',
  'content-length',
  'host',
  'connection',
  'transfer-encoding',
  'upgrade',
  'expect',
]

/**
 * `off` switched off · `quiet` its condition does not hold · `holding` it holds, not long enough yet · `fired` it fired and still holds ·
 * `cooling` it fired lately and is silent for a while · `waiting` nothing live tells whether it holds: a hold stands still meanwhile
 */
export const alertRuleStates = ['off', 'quiet', 'holding', 'fired', 'cooling', 'waiting'] as const
export const AlertRuleState = z.enum(alertRuleStates)
export type AlertRuleState = z.infer<typeof AlertRuleState>

export const AlertRuleStatus = z.object({
  id: AlertRuleId,
  /** Of its subjects the most urgent: fired, holding, cooling, waiting, quiet. */
  state: AlertRuleState,
  /** In words, what is behind it: how long it holds of what it must, or what is not live; null: nothing to add. */
  words: z.string().nullable(),
  /** Pairs, instruments, accounts or exchanges it looks at, and of how many of them nothing live is known. */
  subjects: z.number().int(),
  unknown: z.number().int(),
  /** Since the program began. */
  fired: z.number().int(),
  lastFiredAt: z.number().nullable(),
})
export type AlertRuleStatus = Readonly<z.infer<typeof AlertRuleStatus>>

export const WebhookStatus = z.object({
  /** Scheme and host; null: none is set. */
  target: z.string().nullable(),
  hasSecret: z.boolean(),
  /** In words, why no secret can be read; null: it can. */
  keychainProblem: z.string().nullable(),
  waiting: z.number().int(),
  /** Of this run. `lost`: given up after every try, or pushed out of the full queue. */
  sent: z.number().int(),
  lost: z.number().int(),
  lastSentAt: z.number().nullable(),
  /** In words, of the newest attempt; null: it went well, or there was none. */
  problem: z.string().nullable(),
})
export type WebhookStatus = Readonly<z.infer<typeof WebhookStatus>>

export const AlertFilter = z.strictObject({
  severity: Alert.shape.severity.nullable(),
  /** A kind of alert; null: all. */
  rule: Alert.shape.rule.nullable(),
  /** Of one of the trader's rules; null: all. */
  ruleId: AlertRuleId.nullable(),
  /** Looked for in subject and message, whatever the case; null: all. */
  text: z.string().trim().min(1).max(80).nullable(),
  /** Only those that nobody has acknowledged. */
  unacknowledged: z.boolean(),
})
export type AlertFilter = Readonly<z.infer<typeof AlertFilter>>

/** Which were acknowledged: those of these ids, or all up to and including one. */
export const AcknowledgeRequest = z.union([
  z.strictObject({ ids: z.array(z.number().int()).min(1).max(1_000) }),
  z.strictObject({ upTo: z.number().int() }),
])
export type AcknowledgeRequest = Readonly<z.infer<typeof AcknowledgeRequest>>

export const Acknowledged = z.object({
  /** null: all up to and including `upTo`. */
  ids: z.array(z.number().int()).nullable(),
  upTo: z.number().int().nullable(),
  at: z.number(),
  /** That ask to be acknowledged and are not yet. */
  unacknowledged: z.number().int(),
})
export type Acknowledged = Readonly<z.infer<typeof Acknowledged>>

/** from <= t < to, epoch ms. */
export const BacktestRequest = z.strictObject({
  rule: AlertRule,
  /** null: the last 7 days, up to now */
  from: z.number().int().min(0).nullable(),
  to: z.number().int().min(0).nullable(),
  /** Days begin at midnight of the time zone that is so far east of UTC. */
  utcOffsetMinutes: z.number().int().min(-900).max(900),
  /** Made up by the asker: `progress.update` tells of the work under this id, `progress.cancel` ends it. */
  id: z.string().regex(/^backtest-[a-z0-9-]{1,40}$/, 'backtest- and a word of its own'),
})
export type BacktestRequest = Readonly<z.infer<typeof BacktestRequest>>

export const BacktestFiring = z.object({ at: z.number(), subject: z.string(), message: z.string() })
export type BacktestFiring = Readonly<z.infer<typeof BacktestFiring>>

export const BacktestResult = z.object({
  from: z.number(),
  to: z.number(),
  /** How often it would have fired; null: nothing stored tells. */
  count: z.number().int().nullable(),
  first: z.number().nullable(),
  last: z.number().nullable(),
  /** Each day of the range, ascending; `count` null: nothing stored of that day tells. */
  days: z.array(z.object({ at: z.number(), count: z.number().int().nullable() })),
  /** The latest ones, newest first. */
  latest: z.array(BacktestFiring),
  /** Milliseconds of the range of which something stored tells whether it held. */
  coveredMs: z.number(),
  /** In words, what was read, and what this answer cannot know. */
  words: z.array(z.string()),
})
export type BacktestResult = Readonly<z.infer<typeof BacktestResult>>
