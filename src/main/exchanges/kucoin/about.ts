/** What a trader should know of KuCoin, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Its classic API: accounts of the unified "Pro" mode are another one, which is not spoken. Dated and inverse contracts are left out.',
  'Futures call bitcoin XBT (`XBTUSDTM` is `BTC_USDT_PERP`) and count lots, which are multiplied out. Renamed coins keep their old symbol (`BCHSV-USDT`), here too.',
  'Order books are the best 50 levels a side, whole ten times a second, so that none can be missed for long.',
  'Candles bear no closed flag: the next one closes one. Funding rates are asked for once a minute.',
  'Orders and fills of spot are asked symbol by symbol, those of futures together.',
  'Fills on the stream have no fee: REST is asked for it seconds later.',
  'What a trade of perpetuals realised is told nowhere, so that the futures balance is not checked against trades.',
  "A move between two of your accounts is two rows, one from each account's ledger.",
  'Spot fees are 0.1, 0.2 or 0.3 % by the class of a pair: without an account 0.1 % is assumed.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'Which ends of a range count: candles are asked for to within the last one, lists in windows that meet in a millisecond.',
  'By which time closed spot orders are found: a week more is asked for.',
  'How many paid funding rates one reply holds, and whether the current rate is always the one due next.',
  'The longest windows of deposits and withdrawals (taken as seven days) and of ledgers (one day).',
  'That the futures balance leaves unrealised profit out in REST as it does in the stream.',
  'Its words for an order that does not exist, and its code for too many frames.',
]
