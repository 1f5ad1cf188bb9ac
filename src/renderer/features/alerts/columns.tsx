import type { Alert } from '../../../shared/domain/index.ts'
import { asksToBeSeen } from '../../../shared/domain/index.ts'
import { alertKinds, severityWords, subjectText } from '../../format/alert-words.ts'
import { csvTime } from '../../format/csv.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import type { Column, FileColumn } from '../../ui/table.ts'

const t = textsOf('alerts')

export const alertColumns = (now: number): readonly Column<Alert>[] => [
  {
    id: 'at',
    title: t('columns.time'),
    width: '110px',
    className: 'small',
    cell: ({ at }) => (
      <span className="text-muted" title={formatDateTime(at)}>
        {formatWhen(at, now)}
      </span>
    ),
  },
  {
    id: 'severity',
    title: t('columns.severity'),
    width: '90px',
    cell: ({ severity }) => (
      <span className={severityWords[severity].className}>
        <span aria-hidden="true">{severityWords[severity].sign}</span> {severityWords[severity].text}
      </span>
    ),
  },
  { id: 'rule', title: t('columns.rule'), width: '118px', cell: ({ rule }) => alertKinds[rule] },
  {
    id: 'subject',
    title: t('columns.subject'),
    width: 'minmax(150px,1fr)',
    cell: ({ subject }) => <span title={subject}>{subjectText(subject)}</span>,
  },
  {
    id: 'message',
    title: t('columns.message'),
    width: 'minmax(260px,4fr)',
    cell: ({ message }) => (
      <span className="select-text" title={message}>
        {message}
      </span>
    ),
  },
  {
    id: 'acknowledged',
    title: t('columns.seen'),
    hint: t('columns.seenHint'),
    width: '112px',
    className: 'small',
    cell: (alert) => <Seen alert={alert} now={now} />,
  },
]

function Seen({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  if (alert.acknowledgedAt !== null)
    return <span className="text-muted">✓ {formatWhen(alert.acknowledgedAt, now)}</span>
  return asksToBeSeen(alert) ? <span className="font-semibold text-warn">● {t('columns.new')}</span> : null
}

export const alertFile: readonly FileColumn<Alert>[] = [
  { id: 'time', csv: ({ at }) => csvTime(at) },
  { id: 'severity', csv: ({ severity }) => severity },
  { id: 'rule', csv: ({ rule }) => rule },
  { id: 'rule_id', csv: ({ ruleId }) => ruleId },
  { id: 'subject', csv: ({ subject }) => subject },
  { id: 'message', csv: ({ message }) => message },
  { id: 'acknowledged_at', csv: ({ acknowledgedAt }) => csvTime(acknowledgedAt) },
]
