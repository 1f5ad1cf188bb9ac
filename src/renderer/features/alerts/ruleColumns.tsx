import type { AlertRule, AlertRuleStatus } from '../../../shared/alert-rules.ts'
import { alertKinds, conditionText, ruleStates, secondsText, soundWords } from '../../format/alert-words.ts'
import { formatCount } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import type { Column } from '../../ui/table.ts'

export interface RuleRow {
  readonly id: string
  readonly rule: AlertRule
  /** null: not known yet */
  readonly status: AlertRuleStatus | null
}

function waysText({ sound, notification, redis, webhook }: AlertRule): string {
  const ways = [
    notification && 'notification',
    sound !== 'none' && soundWords[sound].toLowerCase(),
    redis && 'Redis',
    webhook && 'webhook',
  ]
  return ways.filter((way) => way !== false).join(', ') || 'screen only'
}

export const ruleColumns = (now: number, toggle: (row: RuleRow) => void): readonly Column<RuleRow>[] => [
  {
    id: 'enabled',
    title: 'On',
    width: '44px',
    cell: (row) => (
      <input
        type="checkbox"
        className="size-4 accent-accent align-middle"
        aria-label={`“${row.rule.name}” is on`}
        checked={row.rule.enabled}
        onChange={() => toggle(row)}
      />
    ),
  },
  {
    id: 'name',
    title: 'Name',
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
    title: 'Watches',
    width: '108px',
    sortValue: ({ rule }) => alertKinds[rule.kind],
    cell: ({ rule }) => alertKinds[rule.kind],
  },
  {
    id: 'condition',
    title: 'Condition',
    width: 'minmax(190px,1.6fr)',
    cell: ({ rule }) => <span title={conditionText(rule)}>{conditionText(rule)}</span>,
  },
  {
    id: 'hold',
    title: 'For',
    hint: 'It must hold so long before it fires',
    width: '64px',
    isNumber: true,
    cell: ({ rule }) => secondsText(rule.holdSeconds),
  },
  {
    id: 'coolDown',
    title: 'Silent',
    hint: 'After it fired',
    width: '64px',
    isNumber: true,
    cell: ({ rule }) => secondsText(rule.coolDownSeconds),
  },
  {
    id: 'ways',
    title: 'Told by',
    width: 'minmax(110px,1fr)',
    cell: ({ rule }) => <span title={waysText(rule)}>{waysText(rule)}</span>,
  },
  {
    id: 'state',
    title: 'Now',
    hint: 'What is behind it on hover',
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
    title: 'Fired',
    hint: 'Since Crossbook was started, and when last',
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
