import { Trans } from 'react-i18next'
import type { Gap, GapCause, GapKind } from '../../../shared/domain/index.ts'
import { gapCauses, gapKinds } from '../../format/data-words.ts'
import { exchangeTitle, formatKey } from '../../format/names.ts'
import { formatDateTime, formatDuration, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { SymbolName } from '../../ui/marks.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import type { Column } from '../../ui/table.ts'

const t = textsOf('data')

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
      title: t('gaps.columns.instrument'),
      width: 'minmax(170px,1fr)',
      cell: ({ exchange, symbol }) => (
        <>
          <span className="text-muted">{exchangeTitle(exchange)}</span> <SymbolName symbol={symbol} />
        </>
      ),
    },
    {
      id: 'kind',
      title: t('gaps.columns.kind'),
      width: '92px',
      cell: ({ kind, period }) => `${gapKinds[kind]}${period === null ? '' : ` ${period}`}`,
    },
    {
      id: 'from',
      title: t('gaps.columns.from'),
      width: '112px',
      className: 'small',
      isFirstOfGroup: true,
      cell: ({ from }) => <span title={formatDateTime(from)}>{formatWhen(from, now)}</span>,
    },
    {
      id: 'to',
      title: t('gaps.columns.to'),
      width: '112px',
      className: 'small',
      cell: ({ to }) =>
        to === null ? (
          <span className="text-warn">
            <StateMark tone="warning" /> {t('gaps.open')}
          </span>
        ) : (
          <span title={formatDateTime(to)}>{formatWhen(to, now)}</span>
        ),
    },
    {
      id: 'length',
      title: t('gaps.columns.length'),
      width: '96px',
      isNumber: true,
      cell: ({ from, to }) => <span className="text-strong">{formatDuration((to ?? now) - from)}</span>,
    },
    {
      id: 'cause',
      title: t('gaps.columns.cause'),
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
      title: t('gaps.columns.filled'),
      hint: t('gaps.filledHint'),
      width: 'minmax(190px,1.3fr)',
      isFirstOfGroup: true,
      cell: ({ filledAt, whyNotFilled, to }) =>
        filledAt !== null ? (
          <span title={formatDateTime(filledAt)}>
            <StateMark tone="good" />{' '}
            <Trans
              t={t}
              i18nKey="gaps.filled"
              components={{ at: <span className="text-muted" /> }}
              values={{ at: formatWhen(filledAt, now) }}
            />
          </span>
        ) : whyNotFilled !== null ? (
          <span title={whyNotFilled}>
            <StateMark tone="idle" />{' '}
            <Trans
              t={t}
              i18nKey="gaps.notFilled"
              components={{ reason: <span className="text-muted" /> }}
              values={{ reason: whyNotFilled }}
            />
          </span>
        ) : (
          <span className="text-muted">
            <StateMark tone="warning" /> {to === null ? t('gaps.notOver') : t('gaps.notYet')}
          </span>
        ),
    },
  ]
}
