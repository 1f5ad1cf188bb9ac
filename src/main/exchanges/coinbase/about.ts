/** What a trader should know of Coinbase, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Order books come by Advanced Trade, whose frames are numbered, so that a lost one shows; quotes are the best of the same books, since its ticker tells them with trades only. The whole book of BTC-USD is some 4 MB, read in about 40 ms whenever its stream begins.',
  'Trades come by the public feed of Coinbase Exchange, numbered without holes: where it dropped some, the next heartbeat of their product counts as not understood, and their second as a gap of recorded trades.',
  'Only candles of 5 minutes stream; those of other periods appear once they have ended, by REST. Candles in which nothing was traded are left out.',
  'BTC-USDC is another name of the book BTC-USD, and so are others of its kind: they are not listed, and orders and fills in them are named, not shown.',
  'The private stream tells neither fills nor balances: REST is asked for them whenever an order moved.',
  'A key is shown one portfolio; orders of the simple app are not told.',
  'Fills that take back or correct others (REVERSAL, CORRECTION, SYNTHETIC) are named, not counted: nothing says what they undo. The balance then differs, and says so.',
  'Rewards, interest and what the simple app bought, sold or converted are named, not kept: the balances differ by them, and say so.',
  'A refused token is told in one sentence for every cause: first the clock is measured, then the key is blamed.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  "Standard fees (below 1,000 USD in 30 days), which are shown to signed-in users only: the account's own are asked for.",
  "How often it may be asked: 10 public and 30 private calls a second stand on no page of today's documents.",
  'What becomes of a request of which one product does not exist: ten books at most share one.',
]
