import type { Database } from 'better-sqlite3'
import type { Migration } from '../migrate.ts'

/** What the arbitrage desk keeps. One entry per subject, in the order in which they run. */
const steps: readonly ((database: Database) => void)[] = [
  keepAlerts,
  keepEquity,
  judgeOpportunities,
  keepDepth,
  keepExchangeHours,
]

export const migration: Migration = {
  version: 4,
  purpose: 'the arbitrage desk',
  up: (database) => {
    for (const step of steps) step(database)
  },
}

/** Alerts as they were raised. The index knows those that ask to be acknowledged and are not: its words are those of `alerts.ts`. */
function keepAlerts(database: Database): void {
  const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
  database.exec(`
    CREATE TABLE alerts (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      severity TEXT NOT NULL,
      rule TEXT NOT NULL,
      rule_id TEXT,
      subject TEXT NOT NULL,
      message TEXT NOT NULL,
      acknowledged_at INTEGER
    ) STRICT;

    CREATE INDEX alerts_unacknowledged ON alerts (id)
      WHERE acknowledged_at IS NULL AND (severity <> 'info' OR rule_id IS NOT NULL);

    CREATE VIEW v_alerts AS
    SELECT id, ${iso('at')} AS time, at AS time_ms, severity, rule, rule_id, subject, message,
           ${iso('acknowledged_at')} AS acknowledged_time, acknowledged_at AS acknowledged_time_ms
    FROM alerts;
  `)
}

/** What each account was worth, every five minutes, and the way to the opportunities of one pair. */
function keepEquity(database: Database): void {
  const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
  database.exec(`
    CREATE TABLE equity_samples (
      id INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      time INTEGER NOT NULL,
      currency TEXT NOT NULL,
      value TEXT NOT NULL,
      left_out TEXT NOT NULL,
      old_prices TEXT NOT NULL,
      UNIQUE (time, account)
    ) STRICT;

    CREATE INDEX opportunities_by_pair ON opportunities (buy, sell, opened_at);

    CREATE VIEW v_equity_samples AS
    SELECT ${iso('e.time')} AS time, e.time AS time_ms, coalesce(a.label, e.account) AS account, e.account AS account_id,
           e.currency AS currency, e.value AS value, e.left_out AS left_out, e.old_prices AS old_prices
    FROM equity_samples e LEFT JOIN accounts a ON a.id = e.account;
  `)
}

/** What spoke for and against each opportunity, when it opened and at its best moment. */
function judgeOpportunities(database: Database): void {
  const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
  const real = (before: string, names: readonly string[]) => names.map((name) => `${before}${name} REAL`)
  const moment = (before: string) => [
    `${before}verdict TEXT`,
    ...real(before, [
      'low_net_percent',
      'high_net_percent',
      'executable_quantity',
      'executable_profit',
      'funding_percent',
    ]),
    ...['buy_book_version', 'sell_book_version', 'buy_age_ms', 'sell_age_ms'].map((name) => `${before}${name} INTEGER`),
  ]
  const opening = ['gross_percent', 'net_percent', 'buy_price', 'sell_price', 'quantity', 'profit']
  const columns = [
    ...['rejection TEXT', 'rejection_words TEXT', 'buy_fee REAL', 'sell_fee REAL'],
    ...[...moment('open_'), ...real('open_', opening), ...moment('best_')],
  ]
  for (const column of columns) database.exec(`ALTER TABLE opportunities ADD COLUMN ${column}`)
  const names = columns.map((column) => column.split(' ')[0])
  database.exec(`
    -- Rows of before have fewer fields until they are written again, and a salvage knows a row by the number of its fields.
    UPDATE opportunities SET rejection = NULL;

    DROP VIEW v_opportunities;

    CREATE VIEW v_opportunities AS
    SELECT id, kind, symbol, substr(buy, 1, instr(buy, ':') - 1) AS buy_exchange, substr(buy, instr(buy, ':') + 1) AS buy_symbol,
           substr(sell, 1, instr(sell, ':') - 1) AS sell_exchange, substr(sell, instr(sell, ':') + 1) AS sell_symbol,
           ${iso('opened_at')} AS time, opened_at AS time_ms, ${iso('closed_at')} AS closed_time, closed_at AS closed_time_ms,
           duration_ms, close_reason, ${iso('best_at')} AS best_time, best_at AS best_time_ms, best_gross_percent, best_net_percent,
           best_buy_price, best_sell_price, best_quantity, best_profit, ${names.join(', ')}
    FROM opportunities;
  `)
}

/** What order books held: one row per instrument and five minutes. docs/database.md has the format. */
function keepDepth(database: Database): void {
  const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
  database.exec(`
    CREATE TABLE depth_chunks (
      instrument_id INTEGER NOT NULL REFERENCES instruments (id),
      from_time INTEGER NOT NULL,
      to_time INTEGER NOT NULL,
      column_ms INTEGER NOT NULL,
      column_count INTEGER NOT NULL,
      bucket_size REAL NOT NULL,
      format INTEGER NOT NULL,
      data BLOB NOT NULL,
      bytes INTEGER AS (length(data)) VIRTUAL,
      PRIMARY KEY (instrument_id, from_time)
    ) STRICT;

    CREATE INDEX depth_chunks_by_time ON depth_chunks (from_time);

    CREATE VIEW v_depth_chunks AS
    SELECT ${iso('c.from_time')} AS time, c.from_time AS time_ms, ${iso('c.to_time')} AS end_time, c.to_time AS end_time_ms,
           i.exchange AS exchange, i.symbol AS symbol, c.column_ms AS column_ms, c.column_count AS column_count,
           c.bucket_size AS bucket_size, c.format AS format, c.bytes AS bytes
    FROM depth_chunks c JOIN instruments i ON i.id = c.instrument_id;
  `)
}

/** What each exchange was like, hour by hour; `since` tells runs of one hour apart. */
function keepExchangeHours(database: Database): void {
  const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
  database.exec(`
    CREATE TABLE exchange_hours (
      exchange TEXT NOT NULL,
      hour INTEGER NOT NULL,
      since INTEGER NOT NULL,
      observed_minutes INTEGER NOT NULL,
      live_minutes INTEGER NOT NULL,
      messages INTEGER NOT NULL,
      rejected INTEGER NOT NULL,
      reconnects INTEGER NOT NULL,
      gaps INTEGER NOT NULL,
      resyncs INTEGER NOT NULL,
      delay_p50_ms REAL,
      delay_p99_ms REAL,
      delay_counts TEXT NOT NULL,
      clock_offset_ms REAL,
      clock_minutes INTEGER NOT NULL,
      PRIMARY KEY (hour, exchange, since)
    ) STRICT;

    CREATE VIEW v_exchange_hours AS
    SELECT ${iso('hour')} AS time, hour AS time_ms, exchange, ${iso('since')} AS since_time, since AS since_time_ms,
           observed_minutes, live_minutes, messages, rejected, reconnects, gaps,
           CASE WHEN messages > 0 THEN gaps * 1e6 / messages END AS gaps_per_million, resyncs, delay_p50_ms, delay_p99_ms,
           delay_counts, clock_offset_ms, clock_minutes
    FROM exchange_hours;
  `)
}
