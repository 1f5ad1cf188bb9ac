/**
 * A trader's accounts made up in the page: four exchanges, one of them refusing its key, with balances, orders, fills, positions,
 * transfers, funding, drifts and PnL that agree well enough to be believed. The same numbers every time.
 */
import { Amount, addAmounts, amountText, multiplyAmounts, sumAmounts } from '../../../src/shared/amount.ts'
import type {
  AccountStatus,
  Drift,
  ExchangeId,
  KeyPermissions,
  PollKind,
  PollStatus,
  SocketStatus,
  Wallet,
} from '../../../src/shared/domain/index.ts'
import { pollKinds } from '../../../src/shared/domain/index.ts'
import type { BalanceRow, KeyStore, Portfolio } from '../../../src/shared/portfolio.ts'

/** What the accounts are like: `?accounts=none` shows the empty states, `demo` what the demo shows, `locked` a machine without a keychain. */
export type Scene = 'usual' | 'none' | 'demo' | 'locked' | 'loading' | 'failing'

export const prices: Readonly<Record<string, string>> = {
  BTC: '64251.35',
  ETH: '3180.42',
  SOL: '148.21',
  XRP: '0.5312',
  DOGE: '0.12345',
  LINK: '13.424',
  BNB: '588.1',
  OKB: '47.31',
  USDC: '0.99992',
  LTC: '71.9',
}

interface Held {
  readonly account: string
  readonly exchange: ExchangeId
  readonly wallet: Wallet
  readonly asset: string
  readonly free: string | null
  readonly locked: string | null
  readonly change: string | null
}

const held: readonly Held[] = [
  {
    account: 'binance-main',
    exchange: 'binance',
    wallet: 'spot',
    asset: 'BTC',
    free: '0.84120731',
    locked: '0.15',
    change: '0.0451',
  },
  {
    account: 'binance-main',
    exchange: 'binance',
    wallet: 'spot',
    asset: 'ETH',
    free: '6.2041',
    locked: '1.5',
    change: '-0.8',
  },
  {
    account: 'binance-main',
    exchange: 'binance',
    wallet: 'spot',
    asset: 'USDT',
    free: '18402.55173204',
    locked: '6120',
    change: '-2871.44',
  },
  {
    account: 'binance-main',
    exchange: 'binance',
    wallet: 'spot',
    asset: 'BNB',
    free: '4.20713388',
    locked: '0',
    change: '-0.00412',
  },
  {
    account: 'binance-main',
    exchange: 'binance',
    wallet: 'spot',
    asset: 'LUNC',
    free: '184220.51',
    locked: '0',
    change: '0',
  },
  {
    account: 'binance-main',
    exchange: 'binance',
    wallet: 'futures',
    asset: 'USDT',
    free: null,
    locked: null,
    change: '41.2034',
  },
  {
    account: 'binance-hedge',
    exchange: 'binance',
    wallet: 'futures',
    asset: 'USDT',
    free: '8120.4',
    locked: '2410.6',
    change: '-118.02',
  },
  {
    account: 'binance-hedge',
    exchange: 'binance',
    wallet: 'spot',
    asset: 'USDC',
    free: '2500',
    locked: '0',
    change: '0',
  },
  {
    account: 'okx-main',
    exchange: 'okx',
    wallet: 'unified',
    asset: 'USDT',
    free: '11240.0031',
    locked: '3000',
    change: '88.41',
  },
  { account: 'okx-main', exchange: 'okx', wallet: 'unified', asset: 'SOL', free: '82.4', locked: '20', change: '12.4' },
  { account: 'okx-main', exchange: 'okx', wallet: 'unified', asset: 'BTC', free: '0.2501', locked: '0', change: '0' },
  { account: 'okx-main', exchange: 'okx', wallet: 'funding', asset: 'OKB', free: '31.2', locked: '0', change: '0' },
  {
    account: 'gate-alts',
    exchange: 'gate',
    wallet: 'spot',
    asset: 'LINK',
    free: '410.118',
    locked: '50',
    change: '-12.5',
  },
  {
    account: 'gate-alts',
    exchange: 'gate',
    wallet: 'spot',
    asset: 'DOGE',
    free: '38120.1',
    locked: '0',
    change: '4000',
  },
  { account: 'gate-alts', exchange: 'gate', wallet: 'spot', asset: 'XRP', free: '5210', locked: '1000', change: null },
  {
    account: 'gate-alts',
    exchange: 'gate',
    wallet: 'spot',
    asset: 'AIRDROP7',
    free: '1250000',
    locked: '0',
    change: null,
  },
  {
    account: 'gate-alts',
    exchange: 'gate',
    wallet: 'futures',
    asset: 'USDT',
    free: '950.22',
    locked: '120.8',
    change: '-9.18',
  },
  { account: 'mexc-test', exchange: 'mexc', wallet: 'spot', asset: 'USDT', free: '412.07', locked: '0', change: '0' },
  {
    account: 'mexc-test',
    exchange: 'mexc',
    wallet: 'spot',
    asset: 'LTC',
    free: '0.000000412',
    locked: '0',
    change: '0',
  },
]

/** Quotes that are old: the row says so. */
const stalePrices = ['OKB']

export function portfolio(currency: string, beat: number, now: number): Portfolio {
  const priceOf = (asset: string): string | null => {
    if (asset === currency) return '1'
    const own = asset === 'USDT' ? '1' : prices[asset]
    const unit = currency === 'USDT' ? '1' : prices[currency]
    if (own === undefined || unit === undefined) return null
    // Moves a little every second, so that the screen is seen to live.
    const wobble =
      asset === 'USDC' ? '1' : amountText(new Amount(1).plus(Math.round(Math.sin(beat / 3) * 40) / 100_000))
    return amountText(new Amount(own).times(wobble).dividedBy(unit).toDecimalPlaces(8))
  }
  const rows = held.map((row): BalanceRow => {
    const total = row.free === null ? '5210.883011' : addAmounts(row.free, row.locked ?? '0')
    const price = priceOf(row.asset)
    return {
      account: row.account,
      exchange: row.exchange,
      wallet: row.wallet,
      asset: row.asset,
      free: row.free,
      locked: row.locked,
      total,
      exchangeAt: now - 4_200,
      receivedAt: now - (row.account === 'mexc-test' ? 5_400_000 : 4_000),
      price,
      value: price === null ? null : multiplyAmounts(total, price),
      priceState:
        row.asset === currency
          ? 'self'
          : price === null
            ? 'missing'
            : stalePrices.includes(row.asset)
              ? 'stale'
              : 'live',
      changeSinceMidnight: row.change,
      hasDrift: row.account === 'gate-alts' && (row.asset === 'LINK' || row.asset === 'DOGE'),
      isStale: row.account === 'mexc-test',
      truth: row.account === 'mexc-test' ? 'stale' : 'live',
      truthReason: row.account === 'mexc-test' ? 'not confirmed for 90 min' : '',
      otherCoinThan: null,
    }
  })
  const values = rows.map(({ value }) => value).filter((value) => value !== null)
  const changes = rows.map(({ price, changeSinceMidnight }) =>
    multiplyAmounts(price ?? '0', changeSinceMidnight ?? '0'),
  )
  return {
    currency,
    at: now,
    rows,
    total: sumAmounts(values),
    missingPrices: [...new Set(rows.filter(({ price }) => price === null).map(({ asset }) => asset))],
    stalePrices: [...stalePrices],
    changeSinceMidnight: sumAmounts(changes),
  }
}

const permissions = (more: Partial<KeyPermissions>): KeyPermissions => ({
  canRead: true,
  canTrade: false,
  canWithdraw: false,
  ipRestricted: true,
  ipAddresses: ['203.0.113.7'],
  expiresAt: null,
  notes: [],
  ...more,
})

const socket = (name: string, now: number, more: Partial<SocketStatus> = {}): SocketStatus => ({
  name,
  feed: name.split('#')[0] ?? name,
  state: 'live',
  reason: null,
  since: now - 7_340_000,
  nextAttemptAt: null,
  topics: 4,
  acknowledged: 4,
  latencyMs: 41,
  messagesPerSecond: 0.4,
  lastFrameAt: now - 900,
  reconnects: 0,
  ...more,
})

const everyMs: Readonly<Record<PollKind, number>> = {
  permissions: 3_600_000,
  balances: 60_000,
  orders: 300_000,
  orderHistory: 600_000,
  fills: 300_000,
  positions: 60_000,
  transfers: 3_600_000,
  funding: 3_600_000,
  fees: 14_400_000,
}

function polls(now: number, more: Partial<Record<PollKind, Partial<PollStatus>>> = {}): PollStatus[] {
  return pollKinds.map((kind, i) => {
    const past = Math.min(everyMs[kind] - 1_000, 7_000 + i * 6_500)
    return {
      kind,
      state: 'ok',
      lastSuccessAt: now - past,
      nextAt: now - past + everyMs[kind],
      problem: null,
      ...more[kind],
    }
  })
}

export function accounts(now: number): AccountStatus[] {
  const usual = {
    keySource: 'keychain',
    state: 'live',
    reason: null,
    since: now - 7_340_000,
    rejected: [],
    notes: [],
  } as const
  return [
    {
      ...usual,
      rejected: [],
      notes: [],
      id: 'binance-main',
      exchange: 'binance',
      label: 'main',
      streams: [socket('spot user data#1', now), socket('futures user data#1', now, { latencyMs: 38 })],
      polls: polls(now),
      permissions: permissions({ expiresAt: null }),
      fees: [],
      openDrifts: 0,
    },
    {
      ...usual,
      rejected: [],
      notes: [],
      id: 'binance-hedge',
      exchange: 'binance',
      label: 'hedge',
      keySource: 'environment',
      streams: [socket('spot user data#1', now), socket('futures user data#1', now)],
      polls: polls(now),
      permissions: permissions({ canTrade: true, ipRestricted: false, ipAddresses: [] }),
      fees: [],
      openDrifts: 0,
    },
    {
      ...usual,
      rejected: [],
      notes: [],
      id: 'okx-main',
      exchange: 'okx',
      label: 'main',
      streams: [socket('private#1', now, { latencyMs: 62 })],
      polls: polls(now, { transfers: { state: 'running', nextAt: null } }),
      permissions: permissions({
        expiresAt: now + 11 * 86_400_000,
        notes: ['OKX deletes a key that is not bound to an IP address after 14 days without use.'],
      }),
      fees: [],
      openDrifts: 0,
    },
    {
      ...usual,
      id: 'gate-alts',
      exchange: 'gate',
      label: 'alts',
      state: 'degraded',
      reason: "Gate 'alts': the spot stream is down; balances come from REST until it is back",
      since: now - 74_000,
      streams: [
        socket('spot private#1', now, {
          state: 'waiting',
          reason: 'the exchange closed the connection: 1006',
          since: now - 74_000,
          nextAttemptAt: now + 6_000,
          acknowledged: 0,
          latencyMs: null,
          messagesPerSecond: 0,
          lastFrameAt: now - 74_000,
          reconnects: 3,
        }),
        socket('futures private#1', now),
      ],
      polls: polls(now, {
        orderHistory: {
          state: 'failed',
          lastSuccessAt: now - 1_240_000,
          nextAt: now + 22_000,
          problem: 'Gate answered 502 three times; trying again with growing waits',
        },
      }),
      permissions: permissions({
        canTrade: null,
        ipRestricted: null,
        notes: ['Gate does not tell what a key may do beyond reading.'],
      }),
      fees: [],
      openDrifts: 2,
      rejected: [
        {
          reason: 'schema',
          count: 2,
          sample: '{"time":1732171505,"channel":"spot.balances","event":"update","result":[{"currency":"LINK"}]}',
        },
      ],
      notes: ['Gate has no stream for internal transfers: they are read every hour.'],
    },
    {
      ...usual,
      rejected: [],
      notes: [],
      id: 'mexc-test',
      exchange: 'mexc',
      label: 'test',
      state: 'rejected',
      reason:
        "MEXC 'test': key rejected (10072): the key does not exist or was deleted. Make a new one, or check its IP allow-list",
      since: now - 5_400_000,
      streams: [
        socket('user data#1', now, {
          state: 'stopped',
          reason: 'the key is rejected',
          acknowledged: 0,
          latencyMs: null,
          lastFrameAt: now - 5_400_000,
          messagesPerSecond: 0,
        }),
      ],
      polls: polls(
        now,
        Object.fromEntries(
          pollKinds.map((kind) => [kind, { state: 'waiting', lastSuccessAt: now - 5_400_000, nextAt: null }]),
        ),
      ),
      permissions: permissions({ canWithdraw: true, canTrade: true, ipRestricted: false, ipAddresses: [] }),
      fees: [],
      openDrifts: 0,
    },
  ]
}

export function drifts(now: number): Drift[] {
  const drift = (id: number, more: Partial<Drift>): Drift => ({
    id,
    account: 'gate-alts',
    subject: 'balance',
    item: 'spot LINK',
    field: 'total',
    expected: '472.618',
    got: '460.118',
    since: now - 3_720_000,
    foundAt: now - 74_000,
    resolvedAt: null,
    resolution: null,
    ...more,
  })
  return [
    drift(9, {}),
    drift(8, {
      subject: 'ledger',
      item: 'spot DOGE',
      field: 'unexplained',
      expected: '0',
      got: '4000',
      since: null,
      foundAt: now - 3_100_000,
    }),
    drift(7, {
      subject: 'order',
      item: 'XRP_USDT 48120934',
      field: 'status',
      expected: 'NEW',
      got: 'CANCELED',
      foundAt: now - 9_400_000,
      resolvedAt: now - 9_398_000,
      resolution: 'The exchange’s word was taken: the order is cancelled',
    }),
    drift(6, {
      account: 'binance-main',
      item: 'futures USDT',
      field: 'total',
      expected: '5169.6796',
      got: '5210.883011',
      foundAt: now - 21_400_000,
      resolvedAt: now - 21_340_000,
      resolution: 'A funding payment that came late explains it',
    }),
  ]
}

export function keyStore(scene: Scene): KeyStore {
  return {
    problem:
      scene === 'locked'
        ? 'No keychain on this machine: install gnome-keyring (apt install gnome-keyring) and start Crossbook again. Public data goes on.'
        : null,
    cannotAdd: scene === 'demo' ? 'The demo has accounts of its own. Go live to add yours.' : null,
    exchanges: [
      {
        exchange: 'binance',
        needsPassphrase: false,
        advice:
          'Account > API Management > Create API > System generated. Leave only “Enable Reading” on, and restrict the key to your IP address.',
      },
      {
        exchange: 'okx',
        needsPassphrase: true,
        advice:
          'Account > API > Create API key. Permission “Read” only; bind an IP address, or OKX deletes the key after 14 days without use.',
      },
      {
        exchange: 'gate',
        needsPassphrase: false,
        advice:
          'Account > API Keys > Create. API v4 key, every permission “Read only”, and add your IP address to its allow-list.',
      },
      {
        exchange: 'mexc',
        needsPassphrase: false,
        advice:
          'API Management > Create. Tick only what says “View”. Without an IP address the key expires after 90 days.',
      },
    ],
  }
}
