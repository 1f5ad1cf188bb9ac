/** What a trader should know of Crypto.com Exchange, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'The Exchange, not the Crypto.com App, whose keys do not work here.',
  'Perpetuals are quoted and settled in USD (`BTCUSD-PERP` is `BTC_USD_PERP`): there are none in USDT, and dollars are not taken for USDT. Dated futures, perpetuals on stocks and commodities, and pairs of other venues are left out.',
  'Best bid and ask come some two times a second of a busy market: what happens between is in the order books only.',
  'Order books are 50 levels a side. Each message names the one before it; its checksum is of no known layout, and not read.',
  'Candles have no closed flag and no volume in quote asset: the next candle closes one.',
  'Nothing tells its time: the newest of all tickers stands for it.',
  'What a key may do is not told: Crossbook cannot warn of one that trades or withdraws.',
  'One margin wallet holds spot and perpetuals. Orders, fills and the journal reach back six months. Fills are answered seven days and 100 rows at a time, once a second, like the order history: a long past takes its time.',
  'Positions of the whole wallet and isolated ones in one market are shown as one; what isolated ones hold is part of the balance, locked.',
  "Not told: what a fill realised; a position's mark and liquidation price and leverage; transaction ids of deposits; contracts of networks. Not read: trigger orders that wait, moves between sub-accounts (whose keys are told of no deposits, withdrawals and networks), deposits and withdrawals of bank money, conversions, interest.",
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'Nothing of this was tried against the exchange itself: frames are documented samples and what others observed in 2026.',
  "The standard fees: the account's own are asked for.",
  'How funding stands in the journal: a row that says otherwise than expected is passed over and named.',
  'That the amount of a withdrawal is without its fee.',
  'By which of its times the order history is asked, and how long a range of it and of the journal may be: they are asked seven days at a time, as fills are.',
  "How exact the tickers' times are as a clock.",
]
