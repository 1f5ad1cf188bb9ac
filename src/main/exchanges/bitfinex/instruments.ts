/** What Bitfinex lists: spot pairs, and perpetuals settled in Tether. Four lists of its configuration in one reply. */
import { parseDecimal } from '../../../shared/decimal.ts'
import { type ListedInstrument, type MarketKind, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { bad, checked, foreign, good, type RowReading, readListing, readRows, withPassedOver } from '../rows.ts'
import { urls } from './endpoints.ts'
import { AliasRow, ListsReply, PairRow } from './schemas.ts'
import { type Aliases, assetOf, codesOf, isDerivative, isPaper } from './symbols.ts'

/** Amounts have eight decimals; prices five significant digits, and so no tick. */
const lotSize = 1e-8
const minimumColumn = 3
/** Collateral of perpetuals; those settled in bitcoin are none of ours. */
const settlement = 'USTF0'

export const instruments = (): readonly RestCall<readonly ListedInstrument[]>[] => [
  { url: urls.lists, query: [], pool: 'conf', weight: 1, parse: readLists },
]

/**
 * In      [[["UST","USDt"],…],["AAVE:USD","BTCUST",…],[["BTCUST",[null,null,null,"0.00004","2000.0",…]],…],[["BTCF0:USTF0",[…]],…]]
 * Out     every pair of the exchange list with what the list of pairs says of it, and every pair of the futures list; not paper trading
 * Passed over: rows that cannot be read, and the second of two pairs that mean one symbol
 */
function readLists(body: unknown): Parsed<readonly ListedInstrument[]> {
  const lists = ListsReply.safeParse(body)
  if (!lists.success) return { ok: false, problem: `conf: ${lists.error.issues[0]?.message}` }
  const [aliasRows, exchangePairs, pairs, futures] = lists.data
  const aliases = readRows('aliases', aliasRows, 0, (json) =>
    checked(AliasRow, json, ([code, asset]) => good([code, asset] as const)),
  )
  if (!aliases.ok) return aliases
  const known: Aliases = new Map(aliases.value)
  const isListed = new Set(exchangePairs)
  const symbols = new Set<string>()
  const read = (kind: MarketKind) => (json: unknown) =>
    checked(PairRow, json, (row) => {
      if (kind === 'spot' && !isListed.has(row[0])) return foreign
      const reading = readPair(row, kind, known)
      if (reading.kind !== 'row') return reading
      const { symbol } = reading.value
      if (symbols.has(symbol)) return bad('pair', row[0], `a second ${symbol}`)
      symbols.add(symbol)
      return reading
    })
  const spot = readListing('pairs', pairs, '0', read('spot'))
  if (!spot.ok) return spot
  const perpetual = readListing('futures pairs', futures, '0', read('perpetual'))
  if (!perpetual.ok) return perpetual
  return withPassedOver([...spot.value, ...perpetual.value], [spot.passedOver, perpetual.passedOver])
}

function readPair([pair, [...columns]]: PairRow, kind: MarketKind, aliases: Aliases): RowReading<ListedInstrument> {
  if (isPaper(pair)) return foreign
  const codes = codesOf(pair)
  if (codes === null) return bad('pair', pair, 'no two codes')
  const [baseCode, quoteCode] = codes
  if (isDerivative(baseCode) !== (kind === 'perpetual')) return foreign
  if (kind === 'perpetual' && quoteCode !== settlement) return foreign
  const [base, quote] = [assetOf(baseCode, aliases), assetOf(quoteCode, aliases)]
  const minimum = columns[minimumColumn] ?? null
  const minimumQuantity = minimum === null ? null : parseDecimal(String(minimum))
  if (minimumQuantity !== null && !(minimumQuantity >= 0)) return bad('MIN_ORDER_SIZE', minimum, 'no size')
  return good({
    exchange: 'bitfinex',
    symbol: symbolOf(base, quote, kind),
    kind,
    base,
    quote,
    nativeName: `t${pair}`,
    tickSize: null,
    lotSize,
    minimumQuantity: minimumQuantity === 0 ? null : minimumQuantity,
    minimumNotional: null,
    contractSize: 1,
    status: 'trading',
  })
}
