/** What a trader should know of Gate, for docs/exchanges.md. */

/** What cannot be seen elsewhere, a point each. */
export const quirks: readonly string[] = [
  'Sizes of perpetuals are contracts at the exchange, base asset in Crossbook. The step of those that trade in fractions is not told.',
  'Perpetuals settled in USDT are listed; inverse and dated contracts, stocks, metals and indices are not.',
  'Fees may be paid in GT or in points: then the fee is shown in GT or POINT.',
  'Futures orders and fills reach back six months; orders cancelled without a fill are forgotten after some ten minutes.',
  'What a fill of a perpetual realised comes from the account book, a minute later. Balances of a unified account (margin mode 1 to 3) do not tell what is held there, and are refused.',
  'A futures account that was never opened is left out.',
  'A side of a contract held in cross and in isolated margin at once (hedge split mode) is shown as one position, without the price at which it would be liquidated, and is asked for when the stream says that it changed.',
  "Base fees in Gate's own lists (0.2 %, -0.01 %) are paid by nobody and are not used.",
]

/** What could not be verified against the exchange itself, and what Crossbook does meanwhile. */
export const unverified: readonly string[] = [
  "The standard maker fee of perpetuals, 0.02 %: the long-standing one, not confirmed by Gate's fee page.",
  'By which permission a key may withdraw: one that may write to the wallet counts as one.',
  'In which words a key of a sub-account is refused the list of moves to and from the main account: refused, it is left out.',
  'Whether transfers to and from other users (by UID) are told among deposits and withdrawals: their own list is not asked for.',
  'That the amount of a withdrawal includes its fee, as others found: the fee is taken off.',
  'Whether a deposit in the state BLOCKED can still arrive: it counts as not over yet.',
  'How far back pages of fills reach (taken as 100,000 rows): fuller windows are halved.',
  'The form of spot order books (`spot.obu`) and of sizes as text in futures frames: from documents, not from recordings.',
]
