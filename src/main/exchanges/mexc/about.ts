/** What a trader should know of MEXC, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Spot only: its perpetuals are another API. Streams are protobuf, at most 30 topics a socket.',
  'Candles bear no closed flag and are told about once a second: a candle counts as closed when the next one comes, and history is asked for each that ended.',
  'A key that names no IP address ends after 90 days.',
  'What a key may do is told nowhere: it is inferred from what is answered. Whether it may withdraw cannot be found out.',
  'Orders, fills and fees are answered symbol by symbol: orders made in the last 7 days, fills of a month, deposits and withdrawals of 90 days. A symbol that is closed to API keys is named and passed over.',
  'Moves between the spot wallet and that of perpetuals are told to keys with the permission for transfers; the wallet of perpetuals itself is not watched. What is sent to another user of MEXC by e-mail, telephone or number, or comes from one, is not told. Deposits have no id: theirs is made of coin, transaction and time.',
  'A book by REST may be some hundred milliseconds behind the stream; then it is asked for again.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'How often it may be asked: documents say 500 in 10 s for each endpoint, which is kept; others report 300 for an address since 2026.',
  'That the amount of a withdrawal holds its fee: documents are silent, others compared.',
  'Of the states of moves between wallets only SUCCESS is documented. FAILED and WAIT are taken for what they say; a move in any other state is counted as unreadable.',
  "No frame of today's binary streams was recorded: their form comes from the published definitions.",
  "What a socket does when its listen key ends: it is taken to fall silent, and the key's own renewal is what tells.",
]
