/** What a trader should know of Kraken, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Spot only: Kraken Futures is another API, and not connected. Dark pools and tokenised shares are left out.',
  'Bitcoin is XBT and Dogecoin XDG in parts of its API: Crossbook shows BTC and DOGE everywhere. Assets that earn (`ETH.F`, `DOT.S`) stand apart.',
  'Messages of order books bear no number: their time orders them, and a checksum of the best ten levels shows one that is missing as soon as it touches them. Below them nothing could show it; and where a quantity has more digits than can be held exactly (some 22 million of an asset counted to 8 decimals) nothing is checked.',
  'Candles reach 720 of a period back, whatever is asked, and bear no closed flag: the next one, or history, closes one. Their volume in quote asset is not told. A connection carries those of one period of a market: each period has connections of its own.',
  'Its time comes in whole seconds: the clock is known to half a second.',
  'The stream of balances knows totals only: what is held for orders is asked for soon after.',
  'Every private call must bear a higher number than the last one of its key: make a key for Crossbook alone. One that another program used with nanoseconds is spent.',
  'Private calls are counted, at most 20 that fall by one every two seconds, and trades count four times: a long past of fills takes its time.',
  'Fees of fills by REST are told in quote asset, whichever they were taken in.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  "The standard fees, 0.25 % and 0.40 %: the account's own are asked for.",
  'That the times of a book never go back; whole books were recorded without one, and are taken with and without.',
  'Whether the amount of a deposit holds its fee.',
  'In what REST counts what was filled of an order over an amount of quote asset (`viqc`): base asset, it is taken, as its newer documents say; older ones said quote.',
  'How the private stream counts its messages: by channel, it is taken; if not, REST is asked more often than needed and nothing is lost.',
  'How a side that nobody quotes stands in its ticker, and its words for unknown orders and for limits.',
]
