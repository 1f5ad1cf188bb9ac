import type { Migration } from '../migrate.ts'

/**
 * The trader's own accounts. Amounts are TEXT, as the exchange sent them; times are epoch ms.
 * - Every table that grows is a rowid table with an `id`: rows are appended in the order they came, whatever their key, and a
 *   batch touches the last pages; the key stands beside it as a unique index.
 * - `orders_by_time`, `fills_by_time`, `transfers_by_time` hold every column that a list is filtered by, so that a page is found
 *   in the index alone, also when nothing matches (test/bench/storage.ts). `search` is what the text filter looks in.
 * - `fills_by_symbol` holds all that profit and loss and the ledger add up, in the order they need: by time, and within one
 *   millisecond by trade number (which is text: the longer number is the later one).
 * - Rows do not refer to `accounts`: a batch must not be refused because a label is not stored yet.
 */
const tables = `
CREATE TABLE accounts (
  id TEXT PRIMARY KEY NOT NULL,
  exchange TEXT NOT NULL,
  label TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  symbol TEXT NOT NULL,
  exchange_order_id TEXT NOT NULL,
  client_order_id TEXT,
  side TEXT NOT NULL,
  type TEXT NOT NULL,
  time_in_force TEXT,
  price TEXT,
  stop_price TEXT,
  quantity TEXT,
  quote_quantity TEXT,
  filled_quantity TEXT NOT NULL,
  average_price TEXT,
  status TEXT NOT NULL,
  exchange_status TEXT NOT NULL,
  reduce_only INTEGER,
  created_at INTEGER,
  updated_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  raw TEXT NOT NULL,
  placed_at INTEGER AS (coalesce(created_at, first_at)) VIRTUAL,
  search TEXT AS (symbol || char(10) || exchange_order_id || char(10) || coalesce(client_order_id, '')) VIRTUAL,
  UNIQUE (account, symbol, exchange_order_id)
) STRICT;

CREATE INDEX orders_by_time ON orders (placed_at, id, account, exchange, side, status, search);
CREATE INDEX orders_open ON orders (account) WHERE status IN ('NEW', 'PARTIALLY_FILLED');

CREATE TABLE order_events (
  id INTEGER PRIMARY KEY,
  order_row INTEGER NOT NULL REFERENCES orders (id),
  status TEXT NOT NULL,
  exchange_status TEXT NOT NULL,
  filled_quantity TEXT NOT NULL,
  price TEXT,
  updated_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  source TEXT NOT NULL
) STRICT;

CREATE INDEX order_events_by_order ON order_events (order_row, updated_at);

CREATE TABLE fills (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  symbol TEXT NOT NULL,
  trade_id TEXT NOT NULL,
  exchange_order_id TEXT NOT NULL,
  side TEXT NOT NULL,
  price TEXT NOT NULL,
  quantity TEXT NOT NULL,
  fee TEXT,
  fee_asset TEXT,
  liquidity TEXT,
  realised_pnl TEXT,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  raw TEXT NOT NULL,
  search TEXT AS (symbol || char(10) || trade_id || char(10) || exchange_order_id) VIRTUAL,
  UNIQUE (account, symbol, trade_id, exchange_order_id)
) STRICT;

CREATE INDEX fills_by_time ON fills (at, id, account, exchange, side, search);
CREATE INDEX fills_by_symbol ON fills (
  account, symbol, at, length(trade_id), trade_id, exchange_order_id, side, price, quantity, fee, fee_asset, realised_pnl
);

CREATE TABLE balances (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  wallet TEXT NOT NULL,
  asset TEXT NOT NULL,
  free TEXT,
  locked TEXT,
  total TEXT NOT NULL,
  exchange_at INTEGER,
  received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX balances_by_key ON balances (account, wallet, asset);
CREATE INDEX balances_by_time ON balances (account, wallet, asset, received_at);

CREATE TABLE daily_balances (
  day TEXT NOT NULL,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  wallet TEXT NOT NULL,
  asset TEXT NOT NULL,
  free TEXT,
  locked TEXT,
  total TEXT NOT NULL,
  exchange_at INTEGER,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (day, account, wallet, asset)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_openings (
  account TEXT PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  totals TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE positions (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  symbol TEXT NOT NULL,
  side TEXT NOT NULL,
  quantity TEXT NOT NULL,
  entry_price TEXT,
  mark_price TEXT,
  unrealised_pnl TEXT,
  liquidation_price TEXT,
  leverage TEXT,
  margin_mode TEXT,
  settle_asset TEXT NOT NULL,
  exchange_at INTEGER,
  received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX positions_by_key ON positions (account, symbol, side);

CREATE TABLE transfers (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  transfer_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  fee TEXT,
  fee_asset TEXT,
  network TEXT,
  address TEXT,
  transaction_id TEXT,
  from_wallet TEXT,
  to_wallet TEXT,
  status TEXT NOT NULL,
  exchange_status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER,
  received_at INTEGER NOT NULL,
  raw TEXT NOT NULL,
  search TEXT AS (asset || char(10) || transfer_id || char(10) || coalesce(transaction_id, '') || char(10)
    || coalesce(address, '') || char(10) || coalesce(network, '')) VIRTUAL,
  UNIQUE (account, kind, transfer_id)
) STRICT;

CREATE INDEX transfers_by_time ON transfers (created_at, id, account, exchange, kind, status, search);

CREATE TABLE transfer_events (
  id INTEGER PRIMARY KEY,
  transfer_row INTEGER NOT NULL REFERENCES transfers (id),
  status TEXT NOT NULL,
  exchange_status TEXT NOT NULL,
  updated_at INTEGER,
  received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX transfer_events_by_transfer ON transfer_events (transfer_row);

CREATE TABLE funding_payments (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  exchange TEXT NOT NULL,
  symbol TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  asset TEXT NOT NULL,
  amount TEXT NOT NULL,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (account, symbol, payment_id)
) STRICT;

CREATE INDEX funding_payments_by_time ON funding_payments (at, id, account);

CREATE TABLE funding_rates (
  id INTEGER PRIMARY KEY,
  exchange TEXT NOT NULL,
  symbol TEXT NOT NULL,
  rate TEXT NOT NULL,
  next_funding_at INTEGER,
  interval_hours REAL,
  mark_price TEXT,
  exchange_at INTEGER,
  received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX funding_rates_by_symbol ON funding_rates (exchange, symbol);

CREATE TABLE drift (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  subject TEXT NOT NULL,
  item TEXT NOT NULL,
  field TEXT NOT NULL,
  expected TEXT,
  got TEXT,
  since INTEGER,
  found_at INTEGER NOT NULL,
  resolved_at INTEGER,
  resolution TEXT
) STRICT;

CREATE INDEX drift_open ON drift (account) WHERE resolved_at IS NULL;
`

const iso = (column: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`
/** `time` for the eye beside `time_ms`. */
const time = (name: string, column: string): string => `${iso(column)} AS ${name}, ${column} AS ${name}_ms`
/** The label, and the id where no label is stored. */
const named = (alias: string): string =>
  `coalesce(a.label, ${alias}.account) AS account, ${alias}.account AS account_id`
const join = (alias: string): string => `LEFT JOIN accounts a ON a.id = ${alias}.account`

const views = `
CREATE VIEW v_accounts AS
SELECT id AS account_id, label AS account, exchange FROM accounts;

CREATE VIEW v_orders AS
SELECT ${time('time', 'o.placed_at')}, ${named('o')}, o.exchange AS exchange, o.symbol AS symbol, o.side AS side, o.type AS type,
       o.status AS status, o.price AS price, o.quantity AS quantity, o.filled_quantity AS filled_quantity,
       o.average_price AS average_price, o.stop_price AS stop_price, o.quote_quantity AS quote_quantity,
       o.time_in_force AS time_in_force, o.reduce_only AS reduce_only, o.exchange_status AS exchange_status,
       o.exchange_order_id AS exchange_order_id, o.client_order_id AS client_order_id,
       ${time('updated_time', 'o.updated_at')}, ${time('received_time', 'o.received_at')}, o.raw AS raw
FROM orders o ${join('o')};

CREATE VIEW v_order_events AS
SELECT ${time('time', 'e.updated_at')}, ${named('o')}, o.exchange AS exchange, o.symbol AS symbol,
       o.exchange_order_id AS exchange_order_id, e.status AS status, e.exchange_status AS exchange_status,
       e.filled_quantity AS filled_quantity, e.price AS price, e.source AS source, ${time('received_time', 'e.received_at')}
FROM order_events e JOIN orders o ON o.id = e.order_row ${join('o')};

CREATE VIEW v_fills AS
SELECT ${time('time', 'f.at')}, ${named('f')}, f.exchange AS exchange, f.symbol AS symbol, f.side AS side, f.price AS price,
       f.quantity AS quantity, f.fee AS fee, f.fee_asset AS fee_asset, f.liquidity AS liquidity,
       f.realised_pnl AS realised_pnl, f.trade_id AS trade_id, f.exchange_order_id AS exchange_order_id,
       ${time('received_time', 'f.received_at')}, f.raw AS raw
FROM fills f ${join('f')};

CREATE VIEW v_balances AS
SELECT ${time('time', 'b.received_at')}, ${named('b')}, b.exchange AS exchange, b.wallet AS wallet, b.asset AS asset,
       b.free AS free, b.locked AS locked, b.total AS total, ${time('exchange_time', 'b.exchange_at')}
FROM balances b ${join('b')};

CREATE VIEW v_daily_balances AS
SELECT b.day AS day, ${named('b')}, b.exchange AS exchange, b.wallet AS wallet, b.asset AS asset, b.free AS free,
       b.locked AS locked, b.total AS total, ${time('time', 'b.received_at')}, ${time('exchange_time', 'b.exchange_at')}
FROM daily_balances b ${join('b')};

CREATE VIEW v_ledger_openings AS
SELECT ${time('time', 'o.at')}, ${named('o')}, t.key AS asset, t.value AS total
FROM ledger_openings o JOIN json_each(o.totals) t ${join('o')};

CREATE VIEW v_positions AS
SELECT ${time('time', 'p.received_at')}, ${named('p')}, p.exchange AS exchange, p.symbol AS symbol, p.side AS side,
       p.quantity AS quantity, p.entry_price AS entry_price, p.mark_price AS mark_price, p.unrealised_pnl AS unrealised_pnl,
       p.liquidation_price AS liquidation_price, p.leverage AS leverage, p.margin_mode AS margin_mode,
       p.settle_asset AS settle_asset, ${time('exchange_time', 'p.exchange_at')}
FROM positions p ${join('p')};

CREATE VIEW v_transfers AS
SELECT ${time('time', 't.created_at')}, ${named('t')}, t.exchange AS exchange, t.kind AS kind, t.asset AS asset,
       t.amount AS amount, t.fee AS fee, t.fee_asset AS fee_asset, t.status AS status, t.exchange_status AS exchange_status,
       t.network AS network, t.address AS address, t.transaction_id AS transaction_id, t.from_wallet AS from_wallet,
       t.to_wallet AS to_wallet, t.transfer_id AS transfer_id, ${time('updated_time', 't.updated_at')},
       ${time('received_time', 't.received_at')}, t.raw AS raw
FROM transfers t ${join('t')};

CREATE VIEW v_transfer_events AS
SELECT ${time('time', 'e.updated_at')}, ${named('t')}, t.exchange AS exchange, t.kind AS kind, t.transfer_id AS transfer_id,
       t.asset AS asset, t.amount AS amount, e.status AS status, e.exchange_status AS exchange_status,
       ${time('received_time', 'e.received_at')}
FROM transfer_events e JOIN transfers t ON t.id = e.transfer_row ${join('t')};

CREATE VIEW v_funding_payments AS
SELECT ${time('time', 'p.at')}, ${named('p')}, p.exchange AS exchange, p.symbol AS symbol, p.asset AS asset,
       p.amount AS amount, p.payment_id AS payment_id, ${time('received_time', 'p.received_at')}
FROM funding_payments p ${join('p')};

CREATE VIEW v_funding_rates AS
SELECT ${time('time', 'received_at')}, exchange, symbol, rate, ${time('next_funding_time', 'next_funding_at')}, interval_hours,
       mark_price, ${time('exchange_time', 'exchange_at')}
FROM funding_rates;

CREATE VIEW v_drift AS
SELECT d.id AS id, ${time('time', 'd.found_at')}, ${named('d')}, a.exchange AS exchange, d.subject AS subject, d.item AS item,
       d.field AS field, d.expected AS expected, d.got AS got, ${time('since_time', 'd.since')},
       ${time('resolved_time', 'd.resolved_at')}, d.resolution AS resolution
FROM drift d ${join('d')};
`

export const migration: Migration = {
  version: 2,
  purpose: 'accounts',
  up: (database) => {
    database.exec(tables)
    database.exec(views)
  },
}
