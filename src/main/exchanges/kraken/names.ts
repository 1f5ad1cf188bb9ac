/** Kraken's four spellings of a market and three of an asset. */

/** Codes that Kraken has of its own by REST, beside those everybody uses and WebSocket v2 writes. */
const ownCodes: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }

/** `XBT` to `BTC`, `XDG` to `DOGE`, everything else as it is. */
export const assetOf = (code: string): string => (Object.hasOwn(ownCodes, code) ? ownCodes[code] : undefined) ?? code

/** Assets that are older than the rule that an id stands for itself; by it no more are added. `ZETA` and the like are none of them. */
const oldIds: ReadonlySet<string> = new Set(
  'XETC XETH XICN XLTC XMLN XNMC XREP XXBT XXDG XXLM XXMR XXRP XXVN XZEC ZAUD ZCAD ZEUR ZGBP ZJPY ZKRW ZUSD'.split(' '),
)

/** `ETH` of `XETH`, where no list of assets tells; everything else as it is. */
export const altnameOf = (id: string): string => (oldIds.has(id) ? id.slice(1) : id)

/**
 * What `wsname` of AssetPairs (`XBT/USDT`, the name of WebSocket v1) names; null where it is no pair. WebSocket v2 writes `BTC/USDT` and
 * refuses the other.
 */
export function pairOf(wsname: string): { readonly base: string; readonly quote: string } | null {
  const [base = '', quote = '', ...more] = wsname.split('/')
  return base === '' || quote === '' || more.length > 0 ? null : { base: assetOf(base), quote: assetOf(quote) }
}

/** `BTC/USDT`: the name on sockets, and one that REST takes too. */
export const nativeNameOf = (base: string, quote: string): string => `${base}/${quote}`
