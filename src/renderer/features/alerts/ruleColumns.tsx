import type { AlertRule, AlertRuleStatus } from '../../../shared/alert-rules.ts'
import { alertKinds, conditionText, ruleStates, secondsText } from '../../format/alert-words.ts'
import { formatCount } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import type { Column } from '../../ui/table.ts'

const t = textsOf('alerts')

export interface RuleRow {
  readonly id: string
  readonly rule: AlertRule
  /** null: not known yet */
  readonly status: AlertRuleStatus | null
}

function waysText({ sound, notification, redis, webhook }: AlertRule): string {
  const ways = [
    notification && t('ways.notification'),
    sound !== 'none' && t(`ways.${sound}`),
    redis && t('ways.redis'),
    webhook && t('ways.webhook'),
  ]
  return ways.filter((way) => way !== false).join(', ') || t('ways.screen')
}

export const ruleColumns = (now: number, toggle: (row: RuleRow) => void): readonly Column<RuleRow>[] => [
  {
    id: 'enabled',
    title: t('ruleColumns.enabled'),
    width: '44px',
    cell: (row) => (
      <input
        type="checkbox"
        className="size-4 accent-accent align-middle"
        aria-label={t('ruleColumns.isOn', { name: row.rule.name })}
        checked={row.rule.enabled}
        onChange={() => toggle(row)}
      />
    ),
  },
  {
    id: 'name',
    title: t('ruleColumns.name'),
    width: 'minmax(130px,1.2fr)',
    sortValue: ({ rule }) => rule.name,
    cell: ({ rule, id }) => (
      <span className="font-medium text-strong" title={`alerts.rules.${id}`}>
        {rule.name}
      </span>
    ),
  },
  {
    id: 'kind',
    title: t('ruleColumns.kind'),
    width: '108px',
    sortValue: ({ rule }) => alertKinds[rule.kind],
    cell: ({ rule }) => alertKinds[rule.kind],
  },
  {
    id: 'condition',
    title: t('ruleColumns.condition'),
    width: 'minmax(190px,1.6fr)',
    cell: ({ rule }) => <span title={conditionText(rule)}>{conditionText(rule)}</span>,
  },
  {
    id: 'hold',
    title: t('ruleColumns.hold'),
    hint: t('ruleColumns.holdHint'),
    width: '64px',
    isNumber: true,
    cell: ({ rule }) => secondsText(rule.holdSeconds),
  },
  {
    id: 'coolDown',
    title: t('ruleColumns.coolDown'),
    hint: t('ruleColumns.coolDownHint'),
    width: '64px',
    isNumber: true,
    cell: ({ rule }) => secondsText(rule.coolDownSeconds),
  },
  {
    id: 'ways',
    title: t('ruleColumns.ways'),
    width: 'minmax(110px,1fr)',
    cell: ({ rule }) => <span title={waysText(rule)}>{waysText(rule)}</span>,
  },
  {
    id: 'state',
    title: t('ruleColumns.state'),
    hint: t('ruleColumns.stateHint'),
    width: 'minmax(110px,1.2fr)',
    isFirstOfGroup: true,
    cell: ({ status }) =>
      status === null ? (
        <span className="text-faint">…</span>
      ) : (
        <span title={status.words ?? undefined} data-testid={`rule-state-${status.id}`}>
          <StateMark tone={ruleStates[status.state].tone} /> {ruleStates[status.state].text}
          {status.words !== null && <span className="ml-1 text-2xs text-muted">{status.words}</span>}
        </span>
      ),
  },
  {
    id: 'fired',
    title: t('ruleColumns.fired'),
    hint: t('ruleColumns.firedHint'),
    width: '132px',
    isNumber: true,
    cell: ({ status }) =>
      status === null || status.lastFiredAt === null ? (
        <span className="text-faint">{status === null ? '…' : '0'}</span>
      ) : (
        <span title={formatDateTime(status.lastFiredAt)}>
          {formatCount(status.fired)} <span className="text-2xs text-muted">{formatWhen(status.lastFiredAt, now)}</span>
        </span>
      ),
  },
]
