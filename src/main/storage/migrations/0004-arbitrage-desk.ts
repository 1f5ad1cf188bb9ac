import type { Database } from 'better-sqlite3'
import type { Migration } from '../migrate.ts'

/** What the arbitrage desk keeps. One entry per subject, in the order in which they run. */
const steps: readonly ((database: Database) => void)[] = [keepAlerts, keepEquity]

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
