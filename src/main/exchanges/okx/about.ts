/** What a trader should know of OKX, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'The checksum of its order books is fixed at 0 since June 2026: their ids alone tell that nothing is missing.',
  'Candles older than the newest 1,440 come from another endpoint, which is not promised to have the newest.',
  'Coin-margined and dated contracts, and swaps on stocks, commodities, currencies and bonds, are not listed.',
  'Swaps count contracts at the exchange, base asset in Crossbook. A cross and an isolated position in one swap are shown as one.',
  'Orders cancelled without a fill are forgotten after two hours; orders and fills reach back three months.',
  'The funding wallet has no stream: its balances are asked for. What moved between it and sub-accounts is told for a month.',
  'Networks of assets tell six characters of a contract and no more.',
  'OKX calls every order that ended unfilled cancelled: one that the trader did not cancel is shown as expired.',
  "Keys of one regional OKX do not work at another's address.",
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'That a call brings 300 candles of history, as documents say since August 2025; before it was 100.',
  'Which ends of a range of orders, fills and transfers count: a little more is asked for.',
  'Withdrawals of status 19 are taken for waiting.',
]
