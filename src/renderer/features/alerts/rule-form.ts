/** A rule as it is being written: texts until it is sent. Pure. */
import type { core } from 'zod'
import { AlertRule, type AlertRuleKind, type AlertSound } from '../../../shared/alert-rules.ts'
import type { Alert } from '../../../shared/domain/index.ts'
import { numberText, parseNumber } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('alerts')

/** Every field that some kind of rule has; each kind takes its own, and '' stands for "any" or nothing. */
export interface RuleForm {
  readonly kind: AlertRuleKind
  readonly name: string
  readonly severity: Alert['severity']
  readonly holdSeconds: string
  readonly coolDownSeconds: string
  readonly sound: AlertSound
  readonly notification: boolean
  readonly redis: boolean
  readonly webhook: boolean
  readonly symbol: string
  readonly abovePercent: string
  readonly instrument: string
  readonly side: 'above' | 'below'
  readonly price: string
  readonly when: 'beyond' | 'positive' | 'negative'
  readonly percent: string
  readonly account: string
  readonly asset: string
  readonly unit: 'percent' | 'amount'
  readonly drop: string
  readonly withinMinutes: string
  readonly exchange: string
  readonly belowGigabytes: string
}
export type RuleField = keyof RuleForm

export const emptyRule: RuleForm = {
  kind: 'net_spread',
  name: '',
  severity: 'warning',
  holdSeconds: '0',
  coolDownSeconds: '60',
  sound: 'none',
  notification: true,
  redis: true,
  webhook: false,
  symbol: '',
  abovePercent: '0.2',
  instrument: '',
  side: 'above',
  price: '',
  when: 'beyond',
  percent: '0.05',
  account: '',
  asset: 'USDT',
  unit: 'percent',
  drop: '10',
  withinMinutes: '60',
  exchange: '',
  belowGigabytes: '10',
}

/** What a kind asks for beside what every rule has, in the order in which it is asked. */
export const conditionFields: Readonly<Record<AlertRuleKind, readonly RuleField[]>> = {
  net_spread: ['symbol', 'abovePercent'],
  price: ['instrument', 'side', 'price'],
  spread_width: ['instrument', 'abovePercent'],
  funding: ['instrument', 'when', 'percent'],
  balance_drop: ['account', 'asset', 'unit', 'drop', 'withinMinutes'],
  order_fill: ['account', 'symbol'],
  feed_down: ['exchange'],
  drift: ['account'],
  disk: ['belowGigabytes'],
}

const common = [
  'name',
  'severity',
  'holdSeconds',
  'coolDownSeconds',
  'sound',
  'notification',
  'redis',
  'webhook',
] as const
const numbers: ReadonlySet<RuleField> = new Set([
  ...(['holdSeconds', 'coolDownSeconds', 'abovePercent', 'price', 'percent', 'drop', 'withinMinutes'] as const),
  'belowGigabytes',
])
/** Where nothing written means any. */
const nullable: ReadonlySet<RuleField> = new Set(['symbol', 'account', 'exchange'])

export type ParsedRule =
  | { readonly rule: AlertRule; readonly problems: null }
  | { readonly rule: null; readonly problems: Readonly<Partial<Record<RuleField, string>>> }

function writtenValue(form: RuleForm, field: RuleField): unknown {
  const value = form[field]
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (numbers.has(field)) return parseNumber(text) ?? Number.NaN
  return text === '' && nullable.has(field) ? null : text
}

/** What is wrong with a field, in words; of fields that are chosen from a list as the schema says it. */
function problemText(form: RuleForm, field: RuleField, issue: core.$ZodIssue): string {
  if (field === 'name') return t('problems.name')
  if (numbers.has(field) && Number.isNaN(writtenValue(form, field))) return t('problems.number')
  switch (issue.code) {
    case 'too_small':
      return t(issue.inclusive ? 'problems.atLeast' : 'problems.moreThan', { limit: String(issue.minimum) })
    case 'too_big':
      return t('problems.atMost', { limit: String(issue.maximum) })
    case 'invalid_type':
      return t('problems.whole')
    default:
  }
  if (field === 'symbol' || field === 'asset') return t(`problems.${field}`)
  if (field === 'instrument') return form.kind === 'funding' ? t('problems.perpetual') : t('problems.instrument')
  return field === 'holdSeconds' ? t('problems.moment') : issue.message
}

/** The rule that is written, switched on; else what is wrong with which field. */
export function parseRule(form: RuleForm): ParsedRule {
  const fields = [...common, ...conditionFields[form.kind]]
  const written = Object.fromEntries(fields.map((field) => [field, writtenValue(form, field)]))
  const parsed = AlertRule.safeParse({ kind: form.kind, ...written })
  if (parsed.success) return { rule: parsed.data, problems: null }
  const problems: Partial<Record<RuleField, string>> = {}
  for (const issue of parsed.error.issues) {
    const field = fields.find((one) => one === issue.path[0])
    if (field === undefined || problems[field] !== undefined) continue
    problems[field] = problemText(form, field, issue)
  }
  return { rule: null, problems }
}

/** A rule to be changed or copied. */
export function formOf(rule: AlertRule): RuleForm {
  const texts = Object.entries(rule).map(([field, value]) => [
    field,
    typeof value === 'number' ? numberText(value) : (value ?? ''),
  ])
  return { ...emptyRule, ...Object.fromEntries(texts) }
}

const longestId = 40

/** A key for the file, made of the name: `btc-spread`, and with a number where that is taken. */
export function ruleIdOf(name: string, taken: readonly string[]): string {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
  const base = words === '' ? 'rule' : words
  for (let number = 1; ; number++) {
    const end = number === 1 ? '' : `-${number}`
    const id = `${base.slice(0, longestId - end.length)}${end}`
    if (!taken.includes(id)) return id
  }
}
