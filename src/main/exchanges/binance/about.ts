/** What a trader should know of Binance, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Orders and fills are answered for one symbol at a time: a symbol that was traded elsewhere is found once a balance or a stream names it.',
  'Best bid and ask of the spot market bear no time of the exchange: how old one is counts from its arrival.',
  'What smart order routing (SOR) trades on other books comes as allocations: they are told while Crossbook runs, and not downloaded afterwards.',
  'Order books begin with the best 1,000 levels a side; levels beyond are learned when they change.',
  'Conditional orders of futures (stop, take profit, trailing) are left out until they trigger; from then on they are orders like any other.',
  'A move into or out of the futures wallet does not name the other wallet: it is taken for the spot wallet. The funding wallet is not watched, and moves between it, margin or sub-accounts and the spot wallet are not told.',
  'Rebates, rewards and what a liquidation costs beside its fills change the futures wallet and are not told: the books of the asset show the difference.',
  'What of the futures wallet is locked is not told.',
  'Perpetuals on stocks and commodities, and dated futures, are not listed. 1000PEPE is an asset of its own, as Binance names it.',
  'Maintenance is told while it lasts, not ahead, and without its end.',
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  'The limits of wallet calls (12,000 a minute for an address, 180,000 for an account) stand in no document; replies tell how much is used.',
  'How often one may connect to the futures streams: the limit of spot, 300 times in five minutes, is kept there too.',
  "The sign of a taker's commission on futures, which documents and accounts show differently: a taker's counts as paid either way.",
  'Deposits of status 2 are taken for failed.',
  'What a key that may only read is shown of futures: the account asks, and leaves them out where it is refused from the beginning.',
]
