/** What alerts and rules are called, and a rule's condition in one line. */
import type { AlertRule, AlertRuleKind, AlertRuleState, AlertSound } from '../../shared/alert-rules.ts'
import type { Alert } from '../../shared/domain/index.ts'
import { exchangeTitle, formatKey, formatSymbol, splitKey, splitSymbol, type Tone } from './names.ts'

export const severityWords: Readonly<
  Record<Alert['severity'], { readonly sign: string; readonly text: string; readonly className: string }>
> = {
  info: { sign: 'ℹ', text: 'Info', className: 'text-accent' },
  warning: { sign: '▲', text: 'Warning', className: 'text-warn' },
  error: { sign: '✕', text: 'Error', className: 'text-down' },
}

/** Of alerts, by their rule. */
export const alertKinds: Readonly<Record<Alert['rule'], string>> = {
  opportunity: 'Opportunity',
  wide_spread: 'Wide spread',
  thin_book: 'Thin book',
  slow_feed: 'Slow feed',
  missed_snapshot: 'Missed snapshot',
  storage: 'Storage',
  connection: 'Connection',
  fill: 'Fill',
  account: 'Account',
  drift: 'Drift',
  disk: 'Disk',
  backup: 'Backup',
  redis: 'Redis',
  gap: 'Gap',
  webhook: 'Webhook',
  net_spread: 'Net spread',
  price: 'Price',
  spread_width: 'Spread width',
  funding: 'Funding',
  balance_drop: 'Balance drop',
  order_fill: 'Order fill',
  feed_down: 'Feed down',
}

/** What each kind of rule watches. */
export const ruleMeanings: Readonly<Record<AlertRuleKind, string>> = {
  net_spread: 'A pair’s spread after fees; only pairs whose verdict is “counts”',
  price: 'The middle between best bid and best ask',
  spread_width: 'An instrument’s own spread, percent of the middle',
  funding: 'The current funding rate of a perpetual, percent a settlement',
  balance_drop: 'What an account holds of an asset over all its wallets',
  order_fill: 'Own orders, filled in part or whole',
  feed_down: 'An exchange’s public feed that is not live',
  drift: 'A difference between Crossbook and the exchange that stays open',
  disk: 'Free space on the disk of the data folder',
}

export const ruleStates: Readonly<Record<AlertRuleState, { readonly text: string; readonly tone: Tone }>> = {
  off: { text: 'Off', tone: 'idle' },
  quiet: { text: 'Quiet', tone: 'good' },
  holding: { text: 'Holding', tone: 'warning' },
  fired: { text: 'Fired', tone: 'bad' },
  cooling: { text: 'Cooling', tone: 'warning' },
  waiting: { text: 'No live data', tone: 'warning' },
}

export const soundWords: Readonly<Record<AlertSound, string>> = {
  none: 'None',
  chime: 'Chime',
  ping: 'Ping',
  alarm: 'Alarm',
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
      return `${rule.symbol === null ? 'Any symbol' : formatSymbol(rule.symbol)} above ${rule.abovePercent} % net`
    case 'price':
      return `${formatKey(rule.instrument)} ${rule.side} ${rule.price}`
    case 'spread_width':
      return `${formatKey(rule.instrument)} wider than ${rule.abovePercent} %`
    case 'funding': {
      const limit = `${rule.percent} %`
      const words = { beyond: `beyond ±${limit}`, positive: `above ${limit}`, negative: `below −${limit}` }
      return `${formatKey(rule.instrument)} ${words[rule.when]}`
    }
    case 'balance_drop': {
      const by = rule.unit === 'percent' ? `${rule.drop} %` : `${rule.drop} ${rule.asset}`
      return `${rule.asset} of ${rule.account ?? 'any account'} down ${by} within ${rule.withinMinutes} min`
    }
    case 'order_fill':
      return `${rule.symbol === null ? 'Any symbol' : formatSymbol(rule.symbol)} on ${rule.account ?? 'any account'}`
    case 'feed_down':
      return rule.exchange === null ? 'Any exchange' : exchangeTitle(rule.exchange)
    case 'drift':
      return rule.account ?? 'Any account'
    case 'disk':
      return `Less than ${rule.belowGigabytes} GB free`
  }
}

/** `30 s`, `5 min`, `2 h`; 0 is `–`. */
export function secondsText(seconds: number): string {
  if (seconds === 0) return '–'
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 6) / 10} min` : `${Math.round(seconds / 360) / 10} h`
}
