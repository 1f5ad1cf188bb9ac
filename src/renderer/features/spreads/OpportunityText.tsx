import { exchangeTitle, splitKey, splitSymbol } from '../../format/names.ts'

export function SymbolText({ symbol }: { readonly symbol: string }) {
  const { base, quote } = splitSymbol(symbol)
  return (
    <>
      <span className="font-semibold text-strong">{base}</span>
      <span className="ml-1 text-2xs text-muted">{quote}</span>
    </>
  )
}

/** `Binance → OKX perp` */
export function Route({ buy, sell }: { readonly buy: string; readonly sell: string }) {
  return (
    <>
      <Side instrument={buy} /> <span className="text-faint">→</span> <Side instrument={sell} />
    </>
  )
}

function Side({ instrument }: { readonly instrument: string }) {
  const { exchange, symbol } = splitKey(instrument)
  return (
    <>
      {exchangeTitle(exchange)}
      {symbol.endsWith('_PERP') && <span className="ml-1 text-2xs text-muted">perp</span>}
    </>
  )
}
