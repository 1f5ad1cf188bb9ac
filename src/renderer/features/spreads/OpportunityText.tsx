import type { Opportunity } from '../../../shared/domain/index.ts'
import { exchangeTitle, splitKey, splitSymbol } from '../../format/names.ts'
import { rejectionWords, verdictWords } from '../../format/spread-words.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'

const t = textsOf('spreads')

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
      {symbol.endsWith('_PERP') && <span className="ml-1 text-2xs text-muted">{t('perpetual')}</span>}
    </>
  )
}

/** `● counted`, `◐ uncertain`; the numbers of it on hover. */
export function Judged({ opportunity }: { readonly opportunity: Pick<Opportunity, 'rejection' | 'rejectionWords'> }) {
  const { rejection, rejectionWords: words } = opportunity
  if (rejection === null)
    return (
      <span>
        <StateMark tone="good" /> {t('opportunities.counted')}
      </span>
    )
  const tone = rejection === 'unprofitable' || rejection === 'unexecutable' ? 'idle' : verdictWords[rejection].tone
  return (
    <span className="text-muted" title={words ?? undefined}>
      <StateMark tone={tone} /> {rejectionWords[rejection]}
    </span>
  )
}

/** Of both books walked at its best moment; of the top of both where it was stored before books were walked. */
export const profitOf = ({ best, bestProfit }: Pick<Opportunity, 'best' | 'bestProfit'>): number | null =>
  best === null ? bestProfit : best.executableProfit
