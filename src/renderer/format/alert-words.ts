/** What alerts and rules are called, and a rule's condition in one line. */
import type { AlertRule, AlertRuleKind, AlertRuleState, AlertSound } from '../../shared/alert-rules.ts'
import type { Alert } from '../../shared/domain/index.ts'
import { textsOf } from '../i18n.ts'
import { exchangeTitle, formatKey, formatSymbol, splitKey, splitSymbol, type Tone } from './names.ts'
import { numberText } from './number.ts'

const t = textsOf('format')

export const severityWords: Readonly<
  Record<Alert['severity'], { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  info: { sign: 'ℹ', text: t('severities.info'), className: 'text-accent' },
  warning: { sign: '▲', text: t('severities.warning'), className: 'text-warn' },
  error: { sign: '✕', text: t('severities.error'), className: 'text-down' },
}

/** Of alerts, by their rule. */
export const alertKinds: Readonly<Record<Alert['rule'], string>> = {
  opportunity: t('alertKinds.opportunity'),
  wide_spread: t('alertKinds.wide_spread'),
  thin_book: t('alertKinds.thin_book'),
  slow_feed: t('alertKinds.slow_feed'),
  missed_snapshot: t('alertKinds.missed_snapshot'),
  storage: t('alertKinds.storage'),
  connection: t('alertKinds.connection'),
  fill: t('alertKinds.fill'),
  account: t('alertKinds.account'),
  drift: t('alertKinds.drift'),
  disk: t('alertKinds.disk'),
  backup: t('alertKinds.backup'),
  redis: t('alertKinds.redis'),
  gap: t('alertKinds.gap'),
  webhook: t('alertKinds.webhook'),
  net_spread: t('alertKinds.net_spread'),
  price: t('alertKinds.price'),
  spread_width: t('alertKinds.spread_width'),
  funding: t('alertKinds.funding'),
  balance_drop: t('alertKinds.balance_drop'),
  order_fill: t('alertKinds.order_fill'),
  feed_down: t('alertKinds.feed_down'),
}

/** What each kind of rule watches. */
export const ruleMeanings: Readonly<Record<AlertRuleKind, string>> = {
  net_spread: t('ruleMeanings.net_spread'),
  price: t('ruleMeanings.price'),
  spread_width: t('ruleMeanings.spread_width'),
  funding: t('ruleMeanings.funding'),
  balance_drop: t('ruleMeanings.balance_drop'),
  order_fill: t('ruleMeanings.order_fill'),
  feed_down: t('ruleMeanings.feed_down'),
  drift: t('ruleMeanings.drift'),
  disk: t('ruleMeanings.disk'),
}

export const ruleStates: Readonly<Record<AlertRuleState, { readonly text: string; readonly tone: Tone }>> = {
  off: { text: t('ruleStates.off'), tone: 'idle' },
  quiet: { text: t('ruleStates.quiet'), tone: 'good' },
  holding: { text: t('ruleStates.holding'), tone: 'warning' },
  fired: { text: t('ruleStates.fired'), tone: 'bad' },
  cooling: { text: t('ruleStates.cooling'), tone: 'warning' },
  waiting: { text: t('ruleStates.waiting'), tone: 'warning' },
}

export const soundWords: Readonly<Record<AlertSound, string>> = {
  none: t('sounds.none'),
  chime: t('sounds.chime'),
  ping: t('sounds.ping'),
  alarm: t('sounds.alarm'),
}

/** An instrument, a pair (`buy>sell`), an exchange, an account with a symbol, or a part of the program. */
export function subjectText(subject: string): string {
  if (subject.includes('>')) return pairText(subject.split('>'))
  return subject.includes(':') ? formatKey(subject) : exchangeTitle(subject)
}

/** `Gate → OKX perp BTC/USDT`: both legs have one base and one quote. */
function pairText(keys: readonly string[]): string {
  const legs = keys.map((key) => ({ ...splitKey(key), ...splitSymbol(splitKey(key).symbol) }))
  const names = legs.map(({ exchange, isPerpetual }) => `${exchangeTitle(exchange)}${isPerpetual ? ' perp' : ''}`)
  return `${names.join(' → ')} ${legs[0]?.base ?? ''}/${legs[0]?.quote ?? ''}`
}

/** `BTC/USDT above 0.2 % net` */
export function conditionText(rule: AlertRule): string {
  switch (rule.kind) {
    case 'net_spread':
      return rule.symbol === null
        ? t('conditions.netSpread.any', { percent: numberText(rule.abovePercent) })
        : t('conditions.netSpread.one', { symbol: formatSymbol(rule.symbol), percent: numberText(rule.abovePercent) })
    case 'price':
      return t(`conditions.price.${rule.side}`, {
        instrument: formatKey(rule.instrument),
        price: numberText(rule.price),
      })
    case 'spread_width':
      return t('conditions.spreadWidth', {
        instrument: formatKey(rule.instrument),
        percent: numberText(rule.abovePercent),
      })
    case 'funding':
      return t(`conditions.funding.${rule.when}`, {
        instrument: formatKey(rule.instrument),
        percent: numberText(rule.percent),
      })
    case 'balance_drop': {
      const { asset, account, withinMinutes } = rule
      const drop = `${numberText(rule.drop)} ${rule.unit === 'percent' ? '%' : asset}`
      return account === null
        ? t('conditions.balanceDrop.any', { asset, drop, minutes: withinMinutes })
        : t('conditions.balanceDrop.one', { asset, account, drop, minutes: withinMinutes })
    }
    case 'order_fill':
      return orderFillText(rule.symbol === null ? null : formatSymbol(rule.symbol), rule.account)
    case 'feed_down':
      return rule.exchange === null ? t('conditions.feedDown.any') : exchangeTitle(rule.exchange)
    case 'drift':
      return rule.account ?? t('conditions.drift.any')
    case 'disk':
      return t('conditions.disk', { gigabytes: rule.belowGigabytes })
  }
}

/** null: any. */
function orderFillText(symbol: string | null, account: string | null): string {
  if (symbol === null)
    return account === null ? t('conditions.orderFill.any') : t('conditions.orderFill.account', { account })
  return account === null
    ? t('conditions.orderFill.symbol', { symbol })
    : t('conditions.orderFill.one', { symbol, account })
}

/** `30 s`, `5 min`, `2 h`; 0 is `–`. */
export function secondsText(seconds: number): string {
  if (seconds === 0) return '–'
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 6) / 10} min` : `${Math.round(seconds / 360) / 10} h`
}
