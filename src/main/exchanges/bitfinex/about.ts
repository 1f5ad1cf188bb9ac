/** What a trader should know of Bitfinex, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Spot, and perpetuals settled in Tether (`tBTCF0:USTF0`). `UST` is USDT, and other codes of its own are read from its table of aliases; `DOGUSD` is mDOGE, a thousand DOGE. Paper trading is left out.',
  'Quotes come from an order book of one level, since its ticker comes every 15 s. While a level is under way from one price to another nothing is told.',
  'Order books are 250 levels a side. Every frame of a socket is numbered: where one is missing, books are built anew and the connection is replaced. A checksum of the best 25 levels comes every 2.5 s.',
  'Minutes without a trade have no candle. A candle is closed by the next one, or by history; its volume in quote asset is not told.',
  'Its clock is told in whole seconds: known to half a second.',
  'Requests are counted for each endpoint, 30 to 90 a minute; one too many, and the address is blocked for a minute.',
  'Every private request must bear a higher number than the one before, so that they go one at a time: make a key for Crossbook alone.',
  "No fees since 17 December 2025; an account's own are read.",
  'Margin trading in spot pairs is left out: its orders, trades and positions. What a margin wallet holds is shown with futures.',
  'What moves between accounts of one user (sub-accounts) is shown as a withdrawal of one and a deposit of the other.',
  "A position's profit is Bitfinex's, which takes off what closing it would cost.",
  'Not told: networks of assets, funding rates that were paid, planned maintenance, and what trades in perpetuals realised, so that their collateral is not checked against trades.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  "Frames of accounts' sockets beyond the documented samples.",
  'The words of ledger entries: from which wallet a move came, and of which contract funding was paid. An entry that names none is counted as not understood.',
  "Whether a withdrawal's amount leaves its fee out.",
  "Whether an account's rate for makers of perpetuals, which Bitfinex calls a rebate, is paid or received: it is taken for paid.",
  'To which minute its current funding rate belongs: it is taken for the rate due at the next funding event.',
  'How a book without any level begins.',
]
