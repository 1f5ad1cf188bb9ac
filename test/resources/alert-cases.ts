/** For each alert rule: series under which it fires and what it then says, and series that look alike and are all right. */

/** Prometheus' own notation: a series, and its values a minute apart (`0+6x40`: 0, then 40 times 6 more). */
export type Series = Readonly<Record<string, string>>

export interface AlertCase {
  readonly alert: string
  readonly fires: {
    readonly series: Series
    readonly at: string
    /** Besides alert name and severity. */
    readonly labels: Readonly<Record<string, string>>
    readonly summary: string
    readonly description: string
  }
  readonly quiet: readonly { readonly why: string; readonly series: Series; readonly at: string }[]
}

const hub = 'instance="hub:7373",job="crossbook"'
const scraped = { instance: 'hub:7373', job: 'crossbook' }
const latency = (le: string) =>
  `crossbook_exchange_latency_seconds_bucket{${hub},exchange="gate",feed="spot",le="${le}"}`
const reading = (le: string) => `crossbook_receive_to_bus_seconds_bucket{${hub},exchange="gate",feed="spot",le="${le}"}`
const state = (value: string) =>
  `crossbook_connection_state{${hub},exchange="okx",connection="public#1",state="${value}"}`
const gaps = (what: 'found' | 'filled', kind: string, cause: string) =>
  `crossbook_gaps_${what}_total{${hub},kind="${kind}",cause="${cause}"}`
const weight = (what: string) => `crossbook_rest_weight_${what}{${hub},exchange="mexc",pool="ip"}`
const quotes = (truth: string) => `crossbook_quotes{${hub},exchange="gate",truth="${truth}"}`

export const alertCases: readonly AlertCase[] = [
  {
    alert: 'CrossbookDown',
    fires: {
      series: { [`up{${hub}}`]: '1 1 0x10' },
      at: '4m',
      labels: scraped,
      summary: 'Crossbook does not answer',
      description: 'Prometheus cannot read hub:7373: the program has ended, hangs, or refuses the scrape.',
    },
    quiet: [
      { why: 'one scrape failed', series: { [`up{${hub}}`]: '1 1 0 1x10' }, at: '3m' },
      { why: 'another program is down', series: { 'up{job="node"}': '0x10' }, at: '5m' },
    ],
  },
  {
    alert: 'CrossbookFeedDown',
    fires: {
      series: { [state('waiting')]: '0 1x10', [state('live')]: '1 0x10' },
      at: '4m',
      labels: { exchange: 'okx', connection: 'public#1', state: 'waiting' },
      summary: 'okx public#1 is down',
      description:
        'The connection has been waiting for two minutes: its quotes do not count, nothing of it is recorded.',
    },
    quiet: [
      { why: 'it is back within a minute', series: { [state('waiting')]: '0 1 0x10' }, at: '4m' },
      { why: 'it is switched off', series: { [state('stopped')]: '1x10', [state('live')]: '0x10' }, at: '5m' },
    ],
  },
  {
    alert: 'CrossbookNoMessages',
    fires: {
      series: {
        [`crossbook_frames_total{${hub},exchange="mexc",feed="spot"}`]: '0+500x5 2500x20',
        [`crossbook_instruments_watched{${hub},exchange="mexc"}`]: '8x25',
      },
      at: '12m',
      labels: { exchange: 'mexc' },
      summary: 'Nothing comes from mexc',
      description: 'Instruments are watched there, yet no message came for minutes.',
    },
    quiet: [
      {
        why: 'messages come',
        series: {
          [`crossbook_frames_total{${hub},exchange="mexc",feed="spot"}`]: '0+500x25',
          [`crossbook_instruments_watched{${hub},exchange="mexc"}`]: '8x25',
        },
        at: '12m',
      },
      {
        why: 'nothing is watched there',
        series: {
          [`crossbook_frames_total{${hub},exchange="mexc",feed="spot"}`]: '0x25',
          [`crossbook_instruments_watched{${hub},exchange="mexc"}`]: '0x25',
        },
        at: '12m',
      },
    ],
  },
  {
    alert: 'CrossbookReconnecting',
    fires: {
      series: { [`crossbook_reconnects_total{${hub},exchange="gate",feed="spot"}`]: '0+1x40' },
      at: '40m',
      labels: { exchange: 'gate', feed: 'spot' },
      summary: 'gate spot keeps reconnecting',
      description: '30 reconnects within half an hour: each is a hole of some seconds.',
    },
    quiet: [
      {
        why: 'it happens now and then',
        series: { [`crossbook_reconnects_total{${hub},exchange="gate",feed="spot"}`]: '0x10 1x20 2x20' },
        at: '40m',
      },
    ],
  },
  {
    alert: 'CrossbookExchangeSlow',
    fires: {
      series: { [latency('1.6')]: '0+50x30', [latency('5')]: '0+100x30', [latency('+Inf')]: '0+100x30' },
      at: '20m',
      labels: { exchange: 'gate', feed: 'spot' },
      summary: 'Quotes of gate spot are late',
      description:
        'One in a hundred is more than 4.932s old when it arrives: spreads against it may not exist any more.',
    },
    quiet: [
      {
        why: 'few are late',
        series: { [latency('1.6')]: '0+1000x30', [latency('5')]: '0+1001x30', [latency('+Inf')]: '0+1001x30' },
        at: '20m',
      },
    ],
  },
  {
    alert: 'CrossbookProcessingSlow',
    fires: {
      series: { [reading('0.01')]: '0+90x30', [reading('0.025')]: '0+100x30', [reading('+Inf')]: '0+100x30' },
      at: '20m',
      labels: { exchange: 'gate' },
      summary: 'Reading messages of gate is slow',
      description: 'One in a hundred takes more than 23.5ms from its arrival to the bus.',
    },
    quiet: [
      {
        why: 'nearly all are quick',
        series: { [reading('0.01')]: '0+1000x30', [reading('0.025')]: '0+1002x30', [reading('+Inf')]: '0+1002x30' },
        at: '20m',
      },
    ],
  },
  {
    alert: 'CrossbookFramesRejected',
    fires: {
      series: { [`crossbook_frames_rejected_total{${hub},exchange="okx",reason="schema"}`]: '0+3x20' },
      at: '15m',
      labels: { exchange: 'okx', reason: 'schema' },
      summary: 'Messages of okx are not understood (schema)',
      description: '30 within ten minutes: what they said is missing.',
    },
    quiet: [
      {
        why: 'a handful, once',
        series: { [`crossbook_frames_rejected_total{${hub},exchange="okx",reason="schema"}`]: '0x5 4x20' },
        at: '12m',
      },
    ],
  },
  {
    alert: 'CrossbookClockOff',
    fires: {
      series: { [`crossbook_clock_offset_seconds{${hub},exchange="okx"}`]: '-2.5x20' },
      at: '15m',
      labels: { ...scraped, exchange: 'okx' },
      summary: "This machine's clock and okx's differ",
      description: 'By 2.5 s: ages of quotes look wrong, signed requests may be refused.',
    },
    quiet: [
      { why: 'a little', series: { [`crossbook_clock_offset_seconds{${hub},exchange="okx"}`]: '0.4x20' }, at: '15m' },
    ],
  },
  {
    alert: 'CrossbookRestWeightHigh',
    fires: {
      series: { [weight('used')]: '570x20', [weight('limit')]: '600x20' },
      at: '10m',
      labels: { ...scraped, exchange: 'mexc', pool: 'ip' },
      summary: 'The REST budget of mexc (ip) is nearly used up',
      description: '95% of it for five minutes: downloads wait, and another program on this address may get it banned.',
    },
    quiet: [
      {
        why: 'a download takes its share',
        series: { [weight('used')]: '420x20', [weight('limit')]: '600x20' },
        at: '10m',
      },
      { why: 'a peak', series: { [weight('used')]: '10x5 590x2 10x10', [weight('limit')]: '600x20' }, at: '7m' },
    ],
  },
  {
    alert: 'CrossbookRestBlocked',
    fires: {
      series: { [`crossbook_rest_blocked_seconds{${hub},exchange="mexc",pool="ip"}`]: '120x5' },
      at: '3m',
      labels: { ...scraped, exchange: 'mexc', pool: 'ip' },
      summary: 'mexc has told us to wait (ip)',
      description: 'For another 2m 0s nothing is asked there; streams go on.',
    },
    quiet: [
      {
        why: 'a second',
        series: { [`crossbook_rest_blocked_seconds{${hub},exchange="mexc",pool="ip"}`]: '0 1 0x5' },
        at: '1m',
      },
    ],
  },
  {
    alert: 'CrossbookGapsGrowing',
    fires: {
      series: { [gaps('found', 'book_ticker', 'busy')]: '0+1x60' },
      at: '50m',
      labels: { kind: 'book_ticker' },
      summary: 'Holes in recorded book_tickers keep coming',
      description: 'Some were found in every ten minutes of the last half hour.',
    },
    quiet: [
      { why: 'one disconnect', series: { [gaps('found', 'book_ticker', 'disconnect')]: '0x10 13x60' }, at: '50m' },
      { why: 'the computer sleeps', series: { [gaps('found', 'book_ticker', 'sleep')]: '0+1x60' }, at: '50m' },
    ],
  },
  {
    alert: 'CrossbookGapsNotFilled',
    fires: {
      series: {
        [gaps('found', 'kline', 'disconnect')]: '0x10 8x200',
        [gaps('filled', 'kline', 'disconnect')]: '0x10 2x200',
      },
      at: '100m',
      labels: { kind: 'kline' },
      summary: 'Holes in klines are not filled',
      description: 'About 6 of those found within two hours are still open.',
    },
    quiet: [
      {
        why: 'all are filled',
        series: {
          [gaps('found', 'kline', 'disconnect')]: '0x10 8x200',
          [gaps('filled', 'kline', 'disconnect')]: '0x12 8x200',
        },
        at: '100m',
      },
      {
        why: 'quotes cannot be',
        series: {
          [gaps('found', 'book_ticker', 'disconnect')]: '0x10 8x200',
          [gaps('filled', 'book_ticker', 'disconnect')]: '0x210',
        },
        at: '100m',
      },
    ],
  },
  {
    alert: 'CrossbookNotRecording',
    fires: {
      series: { [`crossbook_recording{${hub}}`]: '1 0x10' },
      at: '5m',
      labels: scraped,
      summary: 'Nothing is recorded',
      description: 'The database cannot be written. Quotes of this time are lost for good.',
    },
    quiet: [{ why: 'a moment', series: { [`crossbook_recording{${hub}}`]: '1 0 1x10' }, at: '3m' }],
  },
  {
    alert: 'CrossbookSnapshotsMissed',
    fires: {
      series: { [`crossbook_snapshots_missed_total{${hub}}`]: '0+2x20' },
      at: '15m',
      labels: scraped,
      summary: 'Seconds are missing in the recording',
      description: '20 snapshots within ten minutes.',
    },
    quiet: [{ why: 'one', series: { [`crossbook_snapshots_missed_total{${hub}}`]: '0x5 1x20' }, at: '12m' }],
  },
  {
    alert: 'CrossbookWriteQueueLong',
    fires: {
      series: {
        [`crossbook_storage_queue_depth{${hub},kind="snapshot"}`]: '90x10',
        [`crossbook_storage_queue_depth{${hub},kind="other"}`]: '2x10',
        [`crossbook_storage_queue_limit{${hub}}`]: '120x10',
      },
      at: '5m',
      labels: scraped,
      summary: 'The disk does not keep up',
      description: '75% of the queue of snapshots is full; when it is, the oldest are dropped.',
    },
    quiet: [
      {
        why: 'a short queue',
        series: {
          [`crossbook_storage_queue_depth{${hub},kind="snapshot"}`]: '3x10',
          [`crossbook_storage_queue_depth{${hub},kind="other"}`]: '100x10',
          [`crossbook_storage_queue_limit{${hub}}`]: '120x10',
        },
        at: '5m',
      },
    ],
  },
  {
    alert: 'CrossbookDiskLow',
    fires: {
      series: { [`crossbook_disk_free_bytes{${hub}}`]: '2147483648x20' },
      at: '10m',
      labels: scraped,
      summary: 'The disk is nearly full',
      description: '2GiB are free where the database lies. When nothing is, recording stops.',
    },
    quiet: [{ why: 'room enough', series: { [`crossbook_disk_free_bytes{${hub}}`]: '20000000000x20' }, at: '10m' }],
  },
  {
    alert: 'CrossbookDiskFillsUp',
    fires: {
      // 100 MB a minute: 144 GB a day.
      series: { [`crossbook_disk_free_bytes{${hub}}`]: '200000000000-100000000x600' },
      at: '480m',
      labels: scraped,
      summary: 'The disk will be full within three days',
      description: 'At the pace of the last six hours.',
    },
    quiet: [
      { why: 'slowly', series: { [`crossbook_disk_free_bytes{${hub}}`]: '200000000000-1000000x600' }, at: '480m' },
    ],
  },
  {
    alert: 'CrossbookEventLoopSlow',
    fires: {
      series: { [`crossbook_event_loop_delay_seconds{${hub},percentile="99"}`]: '0.25x20' },
      at: '10m',
      labels: { ...scraped, percentile: '99' },
      summary: 'The program comes round late',
      description: 'One in a hundred turns is 250ms late: quotes wait, snapshots slip.',
    },
    quiet: [
      {
        why: 'only its slowest turn',
        series: {
          [`crossbook_event_loop_delay_seconds{${hub},percentile="99"}`]: '0.004x20',
          [`crossbook_event_loop_delay_seconds{${hub},percentile="100"}`]: '0.5x20',
        },
        at: '10m',
      },
    ],
  },
  {
    alert: 'CrossbookQuotesDoubtful',
    fires: {
      series: {
        [quotes('live')]: '9x10',
        [quotes('suspect')]: '1x10',
        [quotes('stale')]: '2x10',
        [quotes('gap')]: '0x10',
      },
      at: '6m',
      labels: { exchange: 'gate' },
      summary: 'Many quotes of gate cannot be relied on',
      description: 'Of 25% of its instruments the quote is stale or contradicts itself, the clock or the order book.',
    },
    quiet: [
      { why: 'one of twelve', series: { [quotes('live')]: '11x10', [quotes('stale')]: '1x10' }, at: '8m' },
      { why: 'the feed is down, which another rule tells', series: { [quotes('gap')]: '12x10' }, at: '8m' },
    ],
  },
  {
    alert: 'CrossbookMemoryHigh',
    fires: {
      series: {
        [`crossbook_memory_bytes{${hub},kind="heap_used"}`]: '1900000000x20',
        [`crossbook_memory_bytes{${hub},kind="rss"}`]: '2500000000x20',
        [`crossbook_heap_limit_bytes{${hub}}`]: '2000000000x20',
      },
      at: '15m',
      labels: scraped,
      summary: 'The program needs much memory',
      description: 'More than 85 % of what the heap may grow to, or more than 3 GB in all.',
    },
    quiet: [
      {
        why: 'as usual',
        series: {
          [`crossbook_memory_bytes{${hub},kind="heap_used"}`]: '200000000x20',
          [`crossbook_memory_bytes{${hub},kind="rss"}`]: '500000000x20',
          [`crossbook_heap_limit_bytes{${hub}}`]: '2000000000x20',
        },
        at: '15m',
      },
    ],
  },
  {
    alert: 'CrossbookAccountNotLive',
    fires: {
      series: { [`crossbook_account_state{${hub},exchange="okx",account="okx-main",state="rejected"}`]: '0 1x20' },
      at: '10m',
      labels: { exchange: 'okx', account: 'okx-main', state: 'rejected' },
      summary: 'Account okx-main is rejected',
      description: 'Its orders, fills and balances may be out of date.',
    },
    quiet: [
      {
        why: 'it was switched off',
        series: { [`crossbook_account_state{${hub},exchange="okx",account="okx-main",state="stopped"}`]: '1x20' },
        at: '10m',
      },
    ],
  },
  {
    alert: 'CrossbookDriftOpen',
    fires: {
      series: { [`crossbook_account_open_drifts{${hub},exchange="okx",account="okx-main"}`]: '2x20' },
      at: '15m',
      labels: { ...scraped, exchange: 'okx', account: 'okx-main' },
      summary: 'Account okx-main differs from what its exchange says',
      description: '2 differences have been open for ten minutes.',
    },
    quiet: [
      {
        why: 'settled within minutes',
        series: { [`crossbook_account_open_drifts{${hub},exchange="okx",account="okx-main"}`]: '0x8 1x3 0x20' },
        at: '15m',
      },
    ],
  },
  {
    alert: 'CrossbookRedisDown',
    fires: {
      series: { [`crossbook_redis_state{${hub},state="waiting"}`]: '0 1x10' },
      at: '5m',
      labels: { state: 'waiting' },
      summary: 'Redis is not connected',
      description: 'Bots get nothing; orders, fills, alerts and opportunities are kept for them until it is back.',
    },
    quiet: [{ why: 'it is switched off', series: { [`crossbook_redis_state{${hub},state="off"}`]: '1x10' }, at: '5m' }],
  },
  {
    alert: 'CrossbookRedisLosing',
    fires: {
      series: { [`crossbook_redis_lost_happenings_total{${hub}}`]: '0x5 3x10' },
      at: '8m',
      labels: scraped,
      summary: 'Happenings for bots are lost',
      description: 'Neither memory nor disk had room for them while Redis was away.',
    },
    quiet: [{ why: 'none is', series: { [`crossbook_redis_lost_happenings_total{${hub}}`]: '3x15' }, at: '12m' }],
  },
  {
    alert: 'CrossbookApiRefusing',
    fires: {
      series: { [`crossbook_api_refused_total{${hub}}`]: '0+120x20' },
      at: '15m',
      labels: scraped,
      summary: 'The local API refuses many requests',
      description: '2.0 a second: a bot with a wrong token, over its limit, or somebody who has no business there.',
    },
    quiet: [{ why: 'a typing mistake', series: { [`crossbook_api_refused_total{${hub}}`]: '0x5 4x20' }, at: '15m' }],
  },
]
