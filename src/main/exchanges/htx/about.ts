/** What a trader should know of HTX, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Formerly Huobi. Spot, and perpetual swaps margined in USDT: two APIs of one dialect. A symbol is named by its assets, which its name may hide (`akrobtc` is KAON to BTC).',
  "Its day begins at 16:00 UTC: Crossbook's days are made of its hours. Candles bear no closed flag and are told about once a second: the next one, or history, closes one, and history is asked for each that ended.",
  'Swaps count contracts, and their trades and candles count buyer and seller both: they are multiplied out and halved.',
  'Maintenance of spot is told, that of swaps is not.',
  "Swaps' streams tell fills without their fees, and positions not at all: both are asked for within seconds.",
  'Fees of swaps are not told: those of the settings, or the standard ones, count. Contracts of tokens are not told with their networks.',
  'A contract held in cross and in isolated margin at once is shown as one position, without the price at which it would be liquidated.',
  'What a swap trade cost is told in USDT, also where it was taken in another coin: then that coin falls by what no fill tells.',
  'How often funding is paid is not told, and stays empty. Paid rates are reckoned for payments every 8 hours: of a contract that pays more often only the newest 50 are found.',
  'Orders cancelled without a fill are forgotten after two hours. More than 500 open spot orders, or 100 of swaps, cannot be listed: then the poll fails rather than leave some out.',
  'A key that names no IP address ends after 90 days.',
  "Signatures name the documented hosts: an origin swapped for another of HTX's own serves public data, but no account.",
  'A refused login is the same for a wrong key and a wrong clock: first the clock is measured, then the key is blamed.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'The whole private side of swaps (API V5) is known from documents and other programs, not from an account: bills (funding, moves), the answer to one order, the words of its stream, error codes of its logins.',
  'Whether fills of swaps are told for three days or for ninety: the documents say both, and ninety are asked for.',
  "Whether a coin's equity in the swap account holds that of isolated positions: it is taken as it is told.",
  'Candles of spot older than the newest 2,000 come from an address that stands in no document.',
  "That swaps' trades always count both sides: every recorded amount was even.",
  'The limit of spot market data (10 a second) and of topics on a socket, which are published nowhere: low ones are kept.',
  'Whether the 100 ms between two requests for whole spot books are counted by socket or by address: every socket keeps them, with half as much more.',
]
