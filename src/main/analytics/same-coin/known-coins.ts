/**
 * What is known of tickers without asking anybody, from `resources/same-coin.json`: a list that people maintain, with a source for each
 * entry. It is read once, at the start.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const source = z.string().min(1)
/** An exchange's id; the list may know exchanges that this build does not. */
const exchange = z.string().regex(/^[a-z]+$/, 'an exchange such as binance')
const asset = z.string().regex(/^[^\s_:]+$/, 'an asset such as BTC')

const CoinFile = z.strictObject({
  /** What the file is, for people. */
  about: z.array(z.string()),
  /** Month in which the list was last gone through. */
  checked: z.string().regex(/^\d{4}-\d{2}$/),
  /** The exchanges on which those in `same` were looked at. */
  exchanges: z.array(exchange).min(1),
  /** Tickers that mean the same asset on all of `exchanges`, but for those in `except`. */
  same: z.array(z.strictObject({ asset, coin: z.string(), except: z.array(exchange).optional(), source })),
  /** Tickers of several assets: which, and where it is known, on which exchange. */
  different: z.array(
    z.strictObject({ asset, means: z.array(z.string()).min(2), on: z.record(exchange, z.string()), source }),
  ),
  /** Tickers that meant another asset or unit before. */
  renamed: z.array(z.strictObject({ asset, words: z.string(), since: z.string(), source })),
  /** Tickers whose price follows something else's, wherever they come from: prices prove nothing of them. */
  pegged: z.array(z.strictObject({ asset, words: z.string(), source })),
  /** Ends of names of tokens that each exchange issues itself. */
  ownTokens: z.strictObject({ endings: z.array(z.string().min(2)), words: z.string(), source }),
})
export type CoinFile = Readonly<z.infer<typeof CoinFile>>

export interface KnownAnswer {
  readonly says: 'same' | 'different' | 'nothing'
  readonly words: string
  /** In words, why prices can prove nothing of this ticker; null: they can. */
  readonly pricesProveNothing: string | null
}

const silent: KnownAnswer = { says: 'nothing', words: 'not in the list of known tickers', pricesProveNothing: null }

export class KnownCoins {
  readonly file: CoinFile
  private readonly same: ReadonlyMap<string, CoinFile['same'][number]>
  private readonly different: ReadonlyMap<string, CoinFile['different'][number]>
  private readonly renamed: ReadonlyMap<string, CoinFile['renamed'][number]>
  private readonly pegged: ReadonlyMap<string, CoinFile['pegged'][number]>

  constructor(file: CoinFile) {
    this.file = file
    this.same = new Map(file.same.map((entry) => [entry.asset, entry]))
    this.different = new Map(file.different.map((entry) => [entry.asset, entry]))
    this.renamed = new Map(file.renamed.map((entry) => [entry.asset, entry]))
    this.pegged = new Map(file.pegged.map((entry) => [entry.asset, entry]))
  }

  /** Throws where the file is missing or not what it should be: it is part of the program. */
  static read(path: string): KnownCoins {
    const parsed = CoinFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`)
    return new KnownCoins(parsed.data)
  }

  /** Of one ticker on two exchanges, which may be the same one. */
  ask(ticker: string, first: string, second: string): KnownAnswer {
    const clash = this.different.get(ticker)
    if (clash !== undefined) return clashAnswer(clash, first, second)
    const { exchanges, checked } = this.file
    const known = this.same.get(ticker)
    const isKnownAt = (exchange: string) => exchanges.includes(exchange) && !known?.except?.includes(exchange)
    if (known !== undefined && isKnownAt(first) && isKnownAt(second)) {
      const words = `${known.coin} on both, says the list of known tickers (${checked})`
      return { says: 'same', words, pricesProveNothing: null }
    }
    if (first === second) return silent
    const peg = this.pegged.get(ticker)
    if (peg !== undefined) return { ...silent, pricesProveNothing: peg.words }
    const { endings, words } = this.file.ownTokens
    const isOwn = endings.some((ending) => ticker.length > ending.length + 1 && ticker.endsWith(ending))
    if (isOwn) return { ...silent, pricesProveNothing: words }
    const before = this.renamed.get(ticker)
    return before === undefined
      ? silent
      : { ...silent, words: `the ticker changed hands: ${before.words} (${before.since})` }
  }
}

function clashAnswer(
  { asset: ticker, means, on }: CoinFile['different'][number],
  first: string,
  second: string,
): KnownAnswer {
  const [one, other] = [on[first], on[second]]
  const pricesProveNothing = `${ticker} is a ticker of several assets`
  if (first === second) return { ...silent, pricesProveNothing: null }
  if (one !== undefined && other !== undefined && one !== other) {
    return { says: 'different', words: `${one} and ${other}, says the list of known tickers`, pricesProveNothing }
  }
  const words = `${pricesProveNothing}: ${means.join(', ')}`
  return { says: 'nothing', words, pricesProveNothing }
}
