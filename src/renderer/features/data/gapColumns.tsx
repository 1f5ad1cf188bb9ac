import type { Gap, GapCause, GapKind } from '../../../shared/domain/index.ts'
import { gapCauses, gapKinds } from '../../format/data-words.ts'
import { exchangeTitle, formatKey } from '../../format/names.ts'
import { formatDateTime, formatDuration, formatWhen } from '../../format/time.ts'
import { SymbolName } from '../../ui/marks.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import type { Column } from '../../ui/table.ts'

export const keyOfGap = ({ id }: Gap): string => String(id)

export interface GapChoice {
  readonly text: string
  /** '' asks for all, here and below. */
  readonly kind: GapKind | ''
  readonly cause: GapCause | ''
}

/** Gaps that carry every word of the text in what is shown of them, in any case and order. */
export function filterGaps(gaps: readonly Gap[], { text, kind, cause }: GapChoice): readonly Gap[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return gaps.filter((gap) => {
    if ((kind !== '' && gap.kind !== kind) || (cause !== '' && gap.cause !== cause)) return false
    if (words.length === 0) return true
    const shown = [
      gap.instrument,
      formatKey(gap.instrument),
      gapKinds[gap.kind],
      gap.period ?? '',
      gapCauses[gap.cause].text,
      gap.detail,
      gap.whyNotFilled ?? '',
    ]
      .join(' ')
      .toLowerCase()
    return words.every((word) => shown.includes(word))
  })
}

/** A list in pages has one order only, newest first: no column sorts. */
export function gapColumns(now: number): readonly Column<Gap>[] {
  return [
    {
      id: 'instrument',
      title: 'Instrument',
      width: 'minmax(170px,1fr)',
      cell: ({ exchange, symbol }) => (
        <>
          <span className="text-muted">{exchangeTitle(exchange)}</span> <SymbolName symbol={symbol} />
        </>
      ),
    },
    {
      id: 'kind',
      title: 'Of',
      width: '92px',
      cell: ({ kind, period }) => `${gapKinds[kind]}${period === null ? '' : ` ${period}`}`,
    },
    {
      id: 'from',
      title: 'From',
      width: '112px',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ from }) => <span title={formatDateTime(from)}>{formatWhen(from, now)}</span>,
    },
    {
      id: 'to',
      title: 'To',
      width: '112px',
      className: 'small',
      cell: ({ to }) =>
        to === null ? (
          <span className="text-warn">
            <StateMark tone="warning" /> still open
          </span>
        ) : (
          <span title={formatDateTime(to)}>{formatWhen(to, now)}</span>
        ),
    },
    {
      id: 'length',
      title: 'Length',
      width: '96px',
      isNumber: true,
      cell: ({ from, to }) => <span className="text-strong">{formatDuration((to ?? now) - from)}</span>,
    },
    {
      id: 'cause',
      title: 'Cause',
      width: 'minmax(190px,1.3fr)',
      isFirstOfGroup: true,
      cell: ({ cause, detail }) => (
        <span title={detail === '' ? gapCauses[cause].hint : `${gapCauses[cause].hint}: ${detail}`}>
          {gapCauses[cause].text}
          {detail !== '' && <span className="text-muted"> · {detail}</span>}
        </span>
      ),
    },
    {
      id: 'filled',
      title: 'Filled',
      hint: 'Candles and trades can be fetched later, quotes cannot',
      width: 'minmax(190px,1.3fr)',
      isFirstOfGroup: true,
      cell: ({ filledAt, whyNotFilled, to }) =>
        filledAt !== null ? (
          <span title={formatDateTime(filledAt)}>
            <StateMark tone="good" /> Filled <span className="text-muted">{formatWhen(filledAt, now)}</span>
          </span>
        ) : whyNotFilled !== null ? (
          <span title={whyNotFilled}>
            <StateMark tone="idle" /> No: <span className="text-muted">{whyNotFilled}</span>
          </span>
        ) : (
          <span className="text-muted">
            <StateMark tone="warning" /> {to === null ? 'Not over yet' : 'Not yet'}
          </span>
        ),
    },
  ]
}
