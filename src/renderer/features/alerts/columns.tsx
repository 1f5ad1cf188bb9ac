import type { Alert } from '../../../shared/domain/index.ts'
import { asksToBeSeen } from '../../../shared/domain/index.ts'
import { alertKinds, severityWords, subjectText } from '../../format/alert-words.ts'
import { csvTime } from '../../format/csv.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import type { Column, FileColumn } from '../../ui/table.ts'

export const alertColumns = (now: number): readonly Column<Alert>[] => [
  {
    id: 'at',
    title: 'Time',
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
    title: 'Severity',
    width: '90px',
    cell: ({ severity }) => (
      <span className={severityWords[severity].className}>
        <span aria-hidden="true">{severityWords[severity].sign}</span> {severityWords[severity].text}
      </span>
    ),
  },
  { id: 'rule', title: 'Rule', width: '118px', cell: ({ rule }) => alertKinds[rule] },
  {
    id: 'subject',
    title: 'Subject',
    width: 'minmax(150px,1fr)',
    cell: ({ subject }) => <span title={subject}>{subjectText(subject)}</span>,
  },
  {
    id: 'message',
    title: 'Message',
    width: 'minmax(260px,4fr)',
    cell: ({ message }) => (
      <span className="select-text" title={message}>
        {message}
      </span>
    ),
  },
  {
    id: 'acknowledged',
    title: 'Seen',
    hint: 'When it was acknowledged; what merely informs does not ask for it',
    width: '112px',
    className: 'small',
    cell: (alert) => <Seen alert={alert} now={now} />,
  },
]

function Seen({ alert, now }: { readonly alert: Alert; readonly now: number }) {
  if (alert.acknowledgedAt !== null)
    return <span className="text-muted">✓ {formatWhen(alert.acknowledgedAt, now)}</span>
  return asksToBeSeen(alert) ? <span className="font-semibold text-warn">● new</span> : null
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
