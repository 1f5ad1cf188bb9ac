/** Spreads in words: verdicts, why an opportunity was rejected, what keeps an order from being placed. */
import type { Rejection, SpreadKind, SpreadPair, SpreadVerdict } from '../../shared/domain/index.ts'
import type { OrderProblem } from '../../shared/spreads.ts'
import type { Tone } from './names.ts'
import { exchangeTitle, splitSymbol } from './names.ts'
import { absent, formatAmount, formatQuantity, formatSignedPercent } from './number.ts'

export const verdictWords: Readonly<
  Record<SpreadVerdict, { readonly text: string; readonly sign: string; readonly tone: Tone; readonly hint: string }>
> = {
  counts: { text: 'counts', sign: '●', tone: 'good', hint: 'Nothing speaks against the number' },
  uncertain: {
    text: 'uncertain',
    sign: '◐',
    tone: 'warning',
    hint: 'With the ages of the legs and their recent movements it may be a gain or a loss',
  },
  unproven: { text: 'unproven', sign: '?', tone: 'warning', hint: 'Nothing shows that both tickers are one asset' },
  different: { text: 'other coin', sign: '≠', tone: 'bad', hint: 'The two tickers are known to be different assets' },
  muted: { text: 'muted', sign: '–', tone: 'idle', hint: 'You muted these two exchanges for this symbol' },
  banned: { text: 'banned', sign: '✕', tone: 'idle', hint: 'You banned this pair' },
  absent: { text: 'no value', sign: '○', tone: 'idle', hint: 'A leg is not live, not quoted or too old' },
}

const loss = {
  text: 'a loss',
  sign: '○',
  tone: 'idle',
  hint: 'Costs are more than the gross spread, for certain',
} as const

/** A verdict with the number it is about: what counts may be a loss. */
export const verdictText = (verdict: SpreadVerdict, netPercent: number | null) =>
  verdict === 'counts' && netPercent !== null && netPercent <= 0 ? loss : verdictWords[verdict]

/** `uncertain`; why an opportunity is none to act on. */
export const rejectionWords: Readonly<Record<Rejection, string>> = {
  banned: verdictWords.banned.text,
  muted: verdictWords.muted.text,
  different: verdictWords.different.text,
  unproven: verdictWords.unproven.text,
  uncertain: verdictWords.uncertain.text,
  unprofitable: 'costs eat it',
  unexecutable: 'too small',
}

/** `OKX takes no order below 5 USDT` */
export function problemWords(
  { leg, rule, limit }: OrderProblem,
  pair: Pick<SpreadPair, 'symbol'>,
  exchanges: { readonly buy: string; readonly sell: string },
): string {
  const exchange = exchangeTitle(exchanges[leg])
  const { base, quote } = splitSymbol(pair.symbol)
  switch (rule) {
    case 'lotSize':
      return `less than a lot that both take, ${formatQuantity(limit)} ${base}`
    case 'minimumQuantity':
      return `${exchange} takes no order below ${formatQuantity(limit)} ${base}`
    case 'minimumNotional':
      return `${exchange} takes no order below ${formatAmount(limit)} ${quote}`
    case 'depth':
      return `the book of ${exchange} ends at ${formatQuantity(limit)} ${base}`
  }
}

/** `−0.020 to +0.080 %` */
export function formatInterval(low: number, high: number): string {
  if (Number.isNaN(low) || Number.isNaN(high)) return absent
  return `${formatSignedPercent(low).replace(' %', '')} to ${formatSignedPercent(high)}`
}

export const kindWords = (kind: SpreadKind, symbol: string): string =>
  kind === 'basis' ? 'Basis' : symbol.endsWith('_PERP') ? 'Cross, perp' : 'Cross, spot'
