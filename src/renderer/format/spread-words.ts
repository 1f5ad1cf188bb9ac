/** Spreads in words: verdicts, why an opportunity was rejected, what keeps an order from being placed. */
import type { Rejection, SpreadKind, SpreadPair, SpreadVerdict } from '../../shared/domain/index.ts'
import type { OrderProblem } from '../../shared/spreads.ts'
import { textsOf } from '../i18n.ts'
import type { Tone } from './names.ts'
import { exchangeTitle, splitSymbol } from './names.ts'
import { absent, formatAmount, formatQuantity, formatSignedPercent } from './number.ts'

const t = textsOf('format')

export const verdictWords: Readonly<
  Record<SpreadVerdict, { readonly text: string; readonly sign: string; readonly tone: Tone; readonly hint: string }>
> = {
  counts: { text: t('verdicts.counts.text'), sign: '●', tone: 'good', hint: t('verdicts.counts.hint') },
  uncertain: {
    text: t('verdicts.uncertain.text'),
    sign: '◐',
    tone: 'warning',
    hint: t('verdicts.uncertain.hint'),
  },
  unproven: { text: t('verdicts.unproven.text'), sign: '?', tone: 'warning', hint: t('verdicts.unproven.hint') },
  different: { text: t('verdicts.different.text'), sign: '≠', tone: 'bad', hint: t('verdicts.different.hint') },
  muted: { text: t('verdicts.muted.text'), sign: '–', tone: 'idle', hint: t('verdicts.muted.hint') },
  banned: { text: t('verdicts.banned.text'), sign: '✕', tone: 'idle', hint: t('verdicts.banned.hint') },
  absent: { text: t('verdicts.absent.text'), sign: '○', tone: 'idle', hint: t('verdicts.absent.hint') },
}

const loss = {
  text: t('verdicts.loss.text'),
  sign: '○',
  tone: 'idle',
  hint: t('verdicts.loss.hint'),
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
  unprofitable: t('rejections.unprofitable'),
  unexecutable: t('rejections.unexecutable'),
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
      return t('orderProblems.lotSize', { size: `${formatQuantity(limit)} ${base}` })
    case 'minimumQuantity':
      return t('orderProblems.minimum', { exchange, size: `${formatQuantity(limit)} ${base}` })
    case 'minimumNotional':
      return t('orderProblems.minimum', { exchange, size: `${formatAmount(limit)} ${quote}` })
    case 'depth':
      return t('orderProblems.depth', { exchange, size: `${formatQuantity(limit)} ${base}` })
  }
}

/** Painted with every change of a spread: the sentence is asked for once, and filled by hand. */
const interval = t('interval', { low: '{low}', high: '{high}' })

/** `−0.020 to +0.080 %` */
export function formatInterval(low: number, high: number): string {
  if (Number.isNaN(low) || Number.isNaN(high)) return absent
  return interval
    .replace('{low}', formatSignedPercent(low).replace(' %', ''))
    .replace('{high}', formatSignedPercent(high))
}

export const kindWords = (kind: SpreadKind, symbol: string): string =>
  t(kind === 'basis' ? 'spreadKinds.basis' : symbol.endsWith('_PERP') ? 'spreadKinds.perpetual' : 'spreadKinds.spot')
