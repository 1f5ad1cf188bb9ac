import type { Migration } from '../migrate.ts'

/**
 * - `book_ticker_chunks` holds snapshot rows that grew cold, one row per instrument and frame of 720 s (UTC-aligned, so a frame is
 *   either hot or cold, and both only where rows came late). docs/database.md has the format. The index beside the key finds an
 *   instrument's first and last frame, and adds up rows and bytes without touching the chunks themselves.
 * - `trades` is a rowid table: rows are appended in the order they came; the key that keeps a trade from being stored twice stands
 *   beside it.
 * - `gaps` holds what is missing and why.
 */
const tables = `
CREATE TABLE book_ticker_chunks (
  instrument_id INTEGER NOT NULL REFERENCES instruments (id),
  frame_time INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  format INTEGER NOT NULL,
  data BLOB NOT NULL,
  bytes INTEGER AS (length(data)) VIRTUAL,
  PRIMARY KEY (frame_time, instrument_id)
) STRICT;

CREATE INDEX book_ticker_chunks_by_instrument ON book_ticker_chunks (instrument_id, frame_time, row_count, bytes);

CREATE TABLE trades (
  id INTEGER PRIMARY KEY,
  instrument_id INTEGER NOT NULL REFERENCES instruments (id),
  trade_id TEXT,
  price REAL NOT NULL,
  quantity REAL NOT NULL,
  side TEXT NOT NULL,
  exchange_at INTEGER,
  received_at INTEGER NOT NULL,
  time INTEGER AS (coalesce(exchange_at, received_at)) VIRTUAL
) STRICT;

CREATE UNIQUE INDEX trades_by_trade_id ON trades (instrument_id, trade_id) WHERE trade_id IS NOT NULL;
CREATE INDEX trades_by_time ON trades (time, instrument_id);

CREATE TABLE gaps (
  id INTEGER PRIMARY KEY,
  instrument_id INTEGER NOT NULL REFERENCES instruments (id),
  kind TEXT NOT NULL,
  period TEXT,
  from_time INTEGER NOT NULL,
  to_time INTEGER,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL,
  filled_at INTEGER,
  why_not_filled TEXT
) STRICT;

CREATE INDEX gaps_by_instrument ON gaps (instrument_id, kind, from_time);
CREATE INDEX gaps_by_time ON gaps (from_time);
`

const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`

const views = `
CREATE VIEW v_trades AS
SELECT ${iso('t.time')} AS time, t.time AS time_ms, i.exchange AS exchange, i.symbol AS symbol, t.trade_id AS trade_id,
       t.price AS price, t.quantity AS quantity, t.side AS side, ${iso('t.received_at')} AS received_time,
       t.received_at AS received_time_ms
FROM trades t JOIN instruments i ON i.id = t.instrument_id;

CREATE VIEW v_book_ticker_chunks AS
SELECT ${iso('c.frame_time')} AS time, c.frame_time AS time_ms, i.exchange AS exchange, i.symbol AS symbol,
       c.row_count AS row_count, c.format AS format, c.bytes AS bytes
FROM book_ticker_chunks c JOIN instruments i ON i.id = c.instrument_id;

CREATE VIEW v_gaps AS
SELECT ${iso('g.from_time')} AS time, g.from_time AS time_ms, ${iso('g.to_time')} AS end_time, g.to_time AS end_time_ms,
       i.exchange AS exchange, i.symbol AS symbol, g.kind AS kind, g.period AS period, g.cause AS cause, g.detail AS detail,
       ${iso('g.filled_at')} AS filled_time, g.filled_at AS filled_time_ms, g.why_not_filled AS why_not_filled
FROM gaps g JOIN instruments i ON i.id = g.instrument_id;
`

export const migration: Migration = {
  version: 3,
  purpose: 'cold snapshots, public trades and gaps',
  up: (database) => {
    database.exec(tables)
    database.exec(views)
  },
}
