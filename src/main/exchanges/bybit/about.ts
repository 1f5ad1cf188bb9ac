/** What a trader should know of Bybit, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Spot and perpetuals share their names (`BTCUSDT`); perpetuals that settle in USDC are `BTCPERP`. Both are listed, dated and inverse contracts are not.',
  'Order books are 200 levels a side. Nothing but ids that rise by one tells that no message is missing.',
  'Funding rates are asked for once a minute: their stream would repeat prices ten times a second.',
  'Only Unified Trading Accounts are answered. What is borrowed is no holding: balances leave it out.',
  'Orders cancelled without a fill are told for 24 hours; orders and fills reach back two years.',
  'What a fill of a perpetual realised comes with the stream, or later from the transaction log. Perpetuals in USDC settle their profit every eight hours besides, so that no fill of theirs has a profit of its own: it is computed from prices. Fills of spread trading are not read.',
  'A deposit that has not succeeded yet has no time, and is shown once it has one. Deposits and withdrawals between users of Bybit are told, moves between a master account and its sub-accounts, conversions and interest are not.',
  'An address that sends more than 600 requests in 5 s is shut out for ten minutes.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'That the ids of these books rise without holes: Bybit promises it only of its deepest books. Where they did not, books would be built anew again and again.',
  'Whether one wrong topic takes the others of its request with it: they are asked for again in halves.',
  'Whether the times of deposits from other users count seconds, as in the documented sample, or milliseconds: both are taken.',
  'How long deposits, withdrawals and moves are kept, and what more than 200 funding rates between two times bring: the newest are asked for.',
]
