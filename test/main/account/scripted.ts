/**
 * An invented exchange for one account: what it holds is plain data that a test changes, its private stream is a real WebSocket on
 * the loopback, opened by tickets, and its REST answers may be made to fail or wait.
 */
import pino from 'pino'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { AccountSession } from '../../../src/main/account/session.ts'
import type { AccountTiming } from '../../../src/main/account/timing.ts'
import { type AccountBusEvent, type Bus, createBus } from '../../../src/main/bus/index.ts'
import type {
  AccountConnector,
  AccountEvent,
  AccountNormalized,
  Page,
  WithRaw,
} from '../../../src/main/exchanges/account-contract.ts'
import { ConnectPacer } from '../../../src/main/net/connect-pacer.ts'
import type { PassedOver, RestFailure, RestResult } from '../../../src/main/net/rest.ts'
import type { AccountStorage } from '../../../src/main/storage/account-contract.ts'
import type {
  AccountFees,
  Balance,
  Drift,
  Fill,
  FundingPayment,
  Instrument,
  KeyPermissions,
  Order,
  Position,
  Transfer,
} from '../../../src/shared/domain/index.ts'
import { recordBus } from '../../support/account-bus.ts'
import { instrument } from '../../support/instruments.ts'
import { toyRules, until } from '../../support/loopback.ts'
import { quickTiming } from './live.ts'
import { balance } from './rows.ts'

type Method = Exclude<keyof AccountConnector, 'asksPerSymbol' | 'wallets' | 'streams'> | 'obtain' | 'extend'

export interface Scripted {
  readonly truth: {
    balances: Balance[]
    /** Of its balances, rows that cannot be read. */
    unread: PassedOver | null
    /** Of its transfers, rows that were passed over. */
    unkept: PassedOver | null
    openOrders: Order[]
    /** What `order` and the history know. */
    orders: Order[]
    fills: Fill[]
    positions: Position[]
    transfers: Transfer[]
    payments: FundingPayment[]
    fees: AccountFees[]
    permissions: KeyPermissions
  }
  /** Method -> how it fails until it is taken out. */
  readonly failures: Map<Method, RestFailure>
  /** Method -> what an answer waits for, after it was made. */
  readonly holds: Map<Method, () => Promise<void>>
  /** Every call, in order, with this machine's time. */
  readonly calls: { readonly method: Method; readonly at: number }[]
  /** Symbols of each question about fees. */
  readonly feesAsked: (readonly string[])[]
  /** Each download of fills: from when, and which symbols it was asked about. */
  readonly fillsAsked: { readonly from: number; readonly symbols: readonly string[] }[]
  readonly tickets: string[]
  readonly sockets: Set<WebSocket>
  readonly bus: Bus
  readonly events: AccountBusEvent[]
  readonly logged: string[]
  /** To every open socket. */
  push(...events: AccountEvent[]): void
  pushText(text: string): void
  open(more?: {
    timing?: Partial<AccountTiming>
    storage?: AccountStorage | null
    symbols?: () => readonly Instrument[]
    pacer?: ConnectPacer
    onFees?: (fees: readonly AccountFees[]) => void
  }): AccountSession
  count(method: Method): number
  drifts(): Drift[]
}

export const failure = (kind: RestFailure['kind'], message = 'no', code: string | null = null): RestFailure => ({
  kind,
  code,
  message,
  retryAfterMs: null,
})

export const instruments = [
  instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT'),
  instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT'),
]
const withRaw = <T>(rows: readonly T[]): WithRaw<T>[] => rows.map((row) => ({ row, raw: '{}' }))

export async function scripted({
  extendEveryMs = 60_000,
  asksPerSymbol = false,
  hasDeadStream = false,
} = {}): Promise<Scripted> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve) => server.once('listening', resolve))
  const sockets = new Set<WebSocket>()
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.terminate()
        server.close(() => resolve())
      }),
  )
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.terminate())
    socket.on('message', (bytes) => {
      const text = String(bytes)
      if (text === 'beat') socket.send('{"control":{"type":"pong"}}')
      else socket.send(JSON.stringify({ control: { type: 'ack', id: JSON.parse(text).id, wires: null } }))
    })
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const permissions: KeyPermissions = {
    canRead: true,
    canTrade: false,
    canWithdraw: false,
    ipRestricted: true,
    ipAddresses: [],
    expiresAt: null,
    notes: [],
  }
  const truth: Scripted['truth'] = {
    balances: [],
    unread: null,
    unkept: null,
    openOrders: [],
    orders: [],
    fills: [],
    positions: [],
    transfers: [],
    payments: [],
    fees: [],
    permissions,
  }
  const failures = new Map<Method, RestFailure>()
  const holds = new Map<Method, () => Promise<void>>()
  const calls: { method: Method; at: number }[] = []
  const fillsAsked: { from: number; symbols: readonly string[] }[] = []
  const feesAsked: (readonly string[])[] = []
  const tickets: string[] = []

  async function answer<T>(method: Method, value: () => T): Promise<RestResult<T>> {
    calls.push({ method, at: Date.now() })
    await new Promise((resolve) => setTimeout(resolve, 2))
    const failed = failures.get(method)
    const result: RestResult<T> = failed === undefined ? { ok: true, value: value() } : { ok: false, failure: failed }
    await holds.get(method)?.()
    return result
  }
  async function* pages<T>(method: Method, rows: () => T[]): AsyncGenerator<Page<T>> {
    yield await answer(method, rows)
  }

  // Nothing listens at the port 1.
  const deadStream = {
    id: 'dead',
    wires: ['all'],
    ticket: null,
    rules: () => toyRules('ws://127.0.0.1:1/', { id: 'dead' }),
    createNormalizer: () => (data: Buffer) => read(data),
  }
  const connector: AccountConnector = {
    asksPerSymbol,
    wallets: ['spot', 'futures'],
    streams: [
      ...(hasDeadStream ? [deadStream] : []),
      {
        id: 'private',
        wires: ['all'],
        ticket: {
          extendEveryMs,
          obtain: () =>
            answer('obtain', () => {
              const ticket = `listen-key-${tickets.length + 1}`
              tickets.push(ticket)
              return ticket
            }),
          extend: () => answer('extend', () => null),
        },
        rules: (ticket) => toyRules(`ws://127.0.0.1:${port}/${ticket}`, { id: 'private' }),
        createNormalizer: () => (data) => read(data),
      },
    ],
    permissions: () => answer('permissions', () => truth.permissions),
    balances: async () => {
      const reply = await answer('balances', () => [...truth.balances])
      return reply.ok && truth.unread !== null ? { ...reply, passedOver: truth.unread } : reply
    },
    openOrders: () => answer('openOrders', () => withRaw(truth.openOrders)),
    order: (_ask, { symbol }, id) =>
      answer('order', () => {
        const found = truth.orders.find((order) => order.symbol === symbol && order.exchangeOrderId === id)
        return found === undefined ? null : { row: found, raw: '{}' }
      }),
    orderHistory: (_ask, { from, to }, symbols) => {
      const isAsked = (order: Order) => !asksPerSymbol || symbols.some(({ symbol }) => symbol === order.symbol)
      return pages('orderHistory', () =>
        withRaw(truth.orders.filter((order) => order.updatedAt >= from && order.updatedAt <= to && isAsked(order))),
      )
    },
    fills: (_ask, from, _cursors, symbols) => {
      fillsAsked.push({ from, symbols: symbols.map(({ symbol }) => symbol) })
      return pages('fills', () => withRaw(truth.fills.filter(({ at }) => at >= from)))
    },
    positions: () => answer('positions', () => [...truth.positions]),
    transfers: async function* () {
      const reply = await answer('transfers', () => withRaw(truth.transfers))
      yield reply.ok && truth.unkept !== null ? { ...reply, passedOver: truth.unkept } : reply
    },
    fundingPayments: () => pages('fundingPayments', () => [...truth.payments]),
    fees: (_ask, symbols) => {
      feesAsked.push(symbols.map(({ symbol }) => symbol))
      return answer('fees', () => [...truth.fees])
    },
  }
  const bus = createBus((error) => {
    throw error
  })
  const events = recordBus(bus)
  const logged: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  let drifts = 0
  return {
    truth,
    failures,
    holds,
    calls,
    fillsAsked,
    feesAsked,
    tickets,
    sockets,
    bus,
    events,
    logged,
    push(...pushed) {
      for (const socket of sockets) socket.send(JSON.stringify({ events: pushed }))
    },
    pushText(text) {
      for (const socket of sockets) socket.send(text)
    },
    count: (method) => calls.filter((call) => call.method === method).length,
    drifts: () => events.flatMap((event) => (event.kind === 'drift' ? [event.drift] : [])),
    open({
      timing = {},
      storage = null,
      symbols = () => instruments,
      pacer = new ConnectPacer(),
      onFees = () => {},
    } = {}) {
      const session = new AccountSession({
        account: { id: 'binance-main', exchange: 'binance', label: 'main' },
        connector,
        ask: () => Promise.resolve({ ok: false, failure: failure('invalid', 'nothing is asked this way') }),
        now: () => Date.now(),
        measureClock: () => Promise.resolve(),
        origins: {},
        pacer,
        bus,
        storage,
        symbols,
        instrument: (symbol) => instruments.find((one) => one.symbol === symbol),
        nextDriftId: () => ++drifts,
        logger,
        onStatus: () => {},
        onFees,
        timing: { ...quickTiming, graceMs: 60, soonMs: 50, quietMs: 60, ...timing },
        sessionTiming: { baseMs: 20, capMs: 100, tickMs: 10, overlapMs: 50 },
      })
      onTestFinished(() => session.stop())
      session.start()
      return session
    },
  }
}

function read(data: Buffer): AccountNormalized {
  const frame: unknown = JSON.parse(data.toString())
  if (typeof frame !== 'object' || frame === null) return { kind: 'rejected', reason: 'schema', detail: 'no object' }
  if ('control' in frame) return { kind: 'control', control: frame.control as never }
  if ('events' in frame) {
    const events = frame.events as never
    if (!('rejected' in frame)) return { kind: 'events', events }
    return { kind: 'events', events, rejected: { reason: 'schema', detail: String(frame.rejected) } }
  }
  if ('expired' in frame) return { kind: 'expired', reason: String(frame.expired) }
  if ('rejectedKey' in frame) return { kind: 'rejectedKey', code: '-2015', message: String(frame.rejectedKey) }
  return { kind: 'rejected', reason: 'unknownChannel', detail: data.toString() }
}

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
export const now = () => Date.now()

/** An account that is live and has nothing more to ask for now. */
export async function live(
  prepare: (exchange: Scripted) => void = () => {},
  { extendEveryMs = 60_000, ...options }: Parameters<Scripted['open']>[0] & { extendEveryMs?: number } = {},
) {
  const exchange = await scripted({ extendEveryMs })
  exchange.truth.balances = [balance({ exchangeAt: now(), receivedAt: now() })]
  prepare(exchange)
  const session = exchange.open(options)
  await until(() => session.status().state === 'live', 'live')
  await settled(exchange, session)
  return { exchange, session }
}

/** What a stream's first flow asks for is answered. */
export async function settled(exchange: Scripted, session: AccountSession): Promise<void> {
  await until(() => exchange.count('balances') >= 2, 'the second snapshot')
  await until(() => session.status().polls.every((poll) => poll.state === 'ok'), 'all polls')
  await pause(130)
}
