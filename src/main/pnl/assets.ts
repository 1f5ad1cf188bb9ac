/** What a symbol says: `BTC_USDT` is spot, `BTC_USDT_PERP` a linear perpetual, settled in its quote asset. */
export interface SymbolAssets {
  readonly base: string
  readonly quote: string
  readonly isPerpetual: boolean
}

export function assetsOf(symbol: string): SymbolAssets {
  const isPerpetual = symbol.endsWith('_PERP')
  const pair = isPerpetual ? symbol.slice(0, -'_PERP'.length) : symbol
  const cut = pair.lastIndexOf('_')
  return { base: pair.slice(0, cut), quote: pair.slice(cut + 1), isPerpetual }
}
