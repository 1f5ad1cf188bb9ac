/** Connections, REST and accounts. */
import {
  type AccountState,
  AccountState as AccountStates,
  type ConnectionState,
  ConnectionState as ConnectionStates,
  rejectReasons,
} from '../../shared/domain/index.ts'
import type { FeedMeasurements } from '../exchanges/feed-traffic.ts'
import { type Distribution, type Family, type Reading, states } from './family.ts'
import type { View } from './view.ts'

const connectionStates: readonly ConnectionState[] = ConnectionStates.options
const accountStates: readonly AccountState[] = AccountStates.options
const ms = 0.001
const secondsOf = (milliseconds: number | null): number | null => (milliseconds === null ? null : milliseconds * ms)

const perFeed =
  (value: (feed: FeedMeasurements) => number | null) =>
  ({ sessions }: View): readonly Reading[] =>
    sessions.flatMap(({ exchange, feeds }) => feeds.map((feed): Reading => [[exchange, feed.feed], value(feed)]))
const perFeedDistribution =
  (counts: (feed: FeedMeasurements) => Distribution[1]) =>
  ({ sessions }: View): readonly Distribution[] =>
    sessions.flatMap(({ exchange, feeds }) =>
      feeds.map((feed): Distribution => [[exchange, feed.feed], counts(feed), ms]),
    )
const perExchange =
  (value: (exchange: View['connections'][number]) => number | null) =>
  ({ connections }: View): readonly Reading[] =>
    connections.map((connection) => [[connection.exchange], value(connection)])
const perSocket =
  (readings: (socket: View['connections'][number]['sockets'][number]) => readonly Reading[]) =>
  ({ connections }: View): readonly Reading[] =>
    connections.flatMap(({ exchange, sockets }) =>
      sockets.flatMap((socket) =>
        readings(socket).map(([labels, value]): Reading => [[exchange, socket.name, ...labels], value]),
      ),
    )
const perPool =
  (value: (pool: View['connections'][number]['budgets'][number], now: number) => number | null) =>
  ({ connections, now }: View): readonly Reading[] =>
    connections.flatMap(({ exchange, budgets }) =>
      budgets.map((budget): Reading => [[exchange, budget.pool], value(budget, now)]),
    )
const perAccount =
  (value: (account: View['accounts'][number]) => number) =>
  ({ accounts }: View): readonly Reading[] =>
    accounts.map((account) => [[account.exchange, account.id], value(account)])

const feed = ['exchange', 'feed']
const socket = ['exchange', 'connection']
const pool = ['exchange', 'pool']
const account = ['exchange', 'account']

export const connectionFamilies: readonly Family<View>[] = [
  {
    type: 'gauge',
    name: 'crossbook_exchange_state',
    help: 'The state of an exchange, which is its worst connection: 1 for the state that holds',
    labels: ['exchange', 'state'],
    read: ({ connections }) =>
      connections.flatMap(({ exchange, state }) => states([exchange], connectionStates, state)),
  },
  {
    type: 'gauge',
    name: 'crossbook_connection_state',
    help: 'The state of one WebSocket: 1 for the state that holds',
    labels: [...socket, 'state'],
    read: perSocket(({ state }) => states([], connectionStates, state)),
  },
  {
    type: 'gauge',
    name: 'crossbook_connection_topics',
    help: 'Topics wanted of one WebSocket, and those the exchange has acknowledged',
    labels: [...socket, 'of'],
    read: perSocket(({ topics, acknowledged }) => [
      [['wanted'], topics],
      [['acknowledged'], acknowledged],
    ]),
  },
  {
    type: 'gauge',
    name: 'crossbook_connection_round_trip_seconds',
    help: 'Round trip of the last heartbeat of one WebSocket',
    labels: socket,
    read: perSocket(({ latencyMs }) => [[[], secondsOf(latencyMs)]]),
  },
  {
    type: 'counter',
    name: 'crossbook_connections_opened_total',
    help: 'WebSockets opened, rotations ahead of a lifetime limit included',
    labels: feed,
    read: perFeed(({ opened }) => opened),
  },
  {
    type: 'counter',
    name: 'crossbook_reconnects_total',
    help: 'WebSockets opened again after one was lost',
    labels: feed,
    read: perFeed(({ reconnects }) => reconnects),
  },
  {
    type: 'counter',
    name: 'crossbook_frames_total',
    help: 'WebSocket messages received',
    labels: feed,
    read: perFeed(({ frames }) => frames),
  },
  {
    type: 'counter',
    name: 'crossbook_frame_bytes_total',
    help: 'Bytes of the WebSocket messages received, as they came',
    labels: feed,
    read: perFeed(({ bytes }) => bytes),
  },
  {
    type: 'gauge',
    name: 'crossbook_feed_last_frame_timestamp_seconds',
    help: 'When the last message of a feed came, seconds since 1970; absent before the first',
    labels: feed,
    read: perFeed(({ lastFrameAt }) => secondsOf(lastFrameAt)),
  },
  {
    type: 'counter',
    name: 'crossbook_frames_rejected_total',
    help: 'WebSocket messages that were not understood, by reason',
    labels: ['exchange', 'reason'],
    read: ({ connections }) =>
      connections.flatMap(({ exchange, rejected }) =>
        rejectReasons.map((reason): Reading => {
          return [[exchange, reason], rejected.find((frames) => frames.reason === reason)?.count ?? 0]
        }),
      ),
  },
  {
    type: 'histogram',
    name: 'crossbook_receive_to_bus_seconds',
    help: 'From the arrival of a message to its events on the bus: read, checked, normalised; one message in four is measured',
    labels: feed,
    read: perFeedDistribution(({ toBusMs }) => toBusMs),
  },
  {
    type: 'histogram',
    name: 'crossbook_receive_to_screen_seconds',
    help: 'From the arrival of a quote to its paint on a screen, as the interface measured it',
    labels: [],
    read: ({ toScreen }) => [[[], toScreen, ms]],
  },
  {
    type: 'histogram',
    name: 'crossbook_exchange_latency_seconds',
    help: "From the exchange's time of a quote or trade to its arrival, corrected by the clock offset; without feeds that tell no time",
    labels: feed,
    read: perFeedDistribution(({ exchangeMs }) => exchangeMs),
  },
  {
    type: 'gauge',
    name: 'crossbook_clock_offset_seconds',
    help: "The exchange's clock minus this machine's; absent before the first measurement",
    labels: ['exchange'],
    read: perExchange(({ clockOffsetMs }) => secondsOf(clockOffsetMs)),
  },
  {
    type: 'gauge',
    name: 'crossbook_instruments_listed',
    help: 'Instruments in the list of an exchange',
    labels: ['exchange'],
    read: perExchange(({ instruments }) => instruments),
  },
  {
    type: 'gauge',
    name: 'crossbook_instruments_watched',
    help: 'Instruments watched at an exchange',
    labels: ['exchange'],
    read: perExchange(({ watched }) => watched),
  },
  {
    type: 'counter',
    name: 'crossbook_trades_repeated_total',
    help: 'Public trades that an exchange sent again and that were dropped',
    labels: ['exchange'],
    read: ({ sessions }) => sessions.map(({ exchange, repeatedTrades }) => [[exchange], repeatedTrades]),
  },
  {
    type: 'counter',
    name: 'crossbook_rest_requests_total',
    help: 'REST requests by outcome: ok, or why they failed',
    labels: ['exchange', 'outcome'],
    read: ({ sessions }) =>
      sessions.flatMap(({ exchange, rest }) =>
        [...rest.attempts].map(([outcome, count]): Reading => [[exchange, outcome], count]),
      ),
  },
  {
    type: 'histogram',
    name: 'crossbook_rest_latency_seconds',
    help: "From a REST request to its reply's head",
    labels: ['exchange'],
    read: ({ sessions }) => sessions.map(({ exchange, rest }) => [[exchange], rest.latencyMs, ms]),
  },
  {
    type: 'gauge',
    name: 'crossbook_rest_weight_used',
    help: "Weight of a pool spent within its interval, by our count and the exchange's",
    labels: pool,
    read: perPool(({ used }) => used),
  },
  {
    type: 'gauge',
    name: 'crossbook_rest_weight_limit',
    help: 'Weight of a pool that may be spent within its interval',
    labels: pool,
    read: perPool(({ limit }) => limit),
  },
  {
    type: 'gauge',
    name: 'crossbook_rest_blocked_seconds',
    help: 'How long a pool still has to wait because the exchange said so; 0: it need not',
    labels: pool,
    read: perPool(({ blockedUntil }, now) => (blockedUntil === null ? 0 : Math.max(0, (blockedUntil - now) * ms))),
  },
  {
    type: 'counter',
    name: 'crossbook_rest_weight_spent_total',
    help: 'Weight granted from a pool',
    labels: pool,
    read: ({ sessions }) =>
      sessions.flatMap(({ exchange, rest }) => rest.pools.map((of): Reading => [[exchange, of.pool], of.weight])),
  },
  {
    type: 'counter',
    name: 'crossbook_rest_wait_seconds_total',
    help: 'Time that requests waited for weight',
    labels: pool,
    read: ({ sessions }) =>
      sessions.flatMap(({ exchange, rest }) =>
        rest.pools.map((of): Reading => [[exchange, of.pool], secondsOf(of.waitedMs)]),
      ),
  },
  {
    type: 'gauge',
    name: 'crossbook_rest_waiting_requests',
    help: 'Requests that wait for weight now',
    labels: [...pool, 'priority'],
    read: ({ sessions }) =>
      sessions.flatMap(({ exchange, rest }) =>
        rest.pools.flatMap((of): Reading[] => [
          [[exchange, of.pool, 'interactive'], of.waiting.interactive],
          [[exchange, of.pool, 'history'], of.waiting.history],
        ]),
      ),
  },
  {
    type: 'counter',
    name: 'crossbook_history_candles_total',
    help: 'Candles downloaded from an exchange',
    labels: ['exchange'],
    read: ({ sessions }) => sessions.map(({ exchange, historyCandles }) => [[exchange], historyCandles]),
  },
  {
    type: 'counter',
    name: 'crossbook_history_failures_total',
    help: 'Downloads of candles that failed for good',
    labels: ['exchange'],
    read: ({ sessions }) => sessions.map(({ exchange, historyFailures }) => [[exchange], historyFailures]),
  },
  {
    type: 'gauge',
    name: 'crossbook_account_state',
    help: 'The state of an account: 1 for the state that holds',
    labels: [...account, 'state'],
    read: ({ accounts }) => accounts.flatMap(({ exchange, id, state }) => states([exchange, id], accountStates, state)),
  },
  {
    type: 'gauge',
    name: 'crossbook_account_streams_down',
    help: 'WebSockets of an account that are not live',
    labels: account,
    read: perAccount(({ streams }) => streams.filter(({ state }) => state !== 'live').length),
  },
  {
    type: 'gauge',
    name: 'crossbook_account_polls_failing',
    help: 'What an account could not be asked for the last time',
    labels: account,
    read: perAccount(({ polls }) => polls.filter(({ state }) => state === 'failed').length),
  },
  {
    type: 'gauge',
    name: 'crossbook_account_open_drifts',
    help: "Differences between what is shown and the exchange's own word that are not settled",
    labels: account,
    read: perAccount(({ openDrifts }) => openDrifts),
  },
  {
    type: 'counter',
    name: 'crossbook_account_frames_rejected_total',
    help: 'Messages of private streams that were not understood',
    labels: account,
    read: perAccount(({ rejected }) => rejected.reduce((sum, { count }) => sum + count, 0)),
  },
]
