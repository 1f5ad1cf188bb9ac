import { Trans } from 'react-i18next'
import type { PollStatus, SocketStatus } from '../../../shared/domain/index.ts'
import { pollStates, pollTitles } from '../../format/account-words.ts'
import { connectionStates } from '../../format/names.ts'
import { absent, formatCount } from '../../format/number.ts'
import { formatAge, formatDateTime, formatDuration, formatMilliseconds } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'

const t = textsOf('accounts')

const headClass = 'text-2xs text-muted'
const headRowClass =
  'h-6 [&>th]:px-2 [&>th:first-child]:pl-3 [&>th:last-child]:pr-3 [&>th]:font-normal [&>th]:whitespace-nowrap'
const rowClass =
  'border-t border-line align-top [&>td]:px-2 [&>td]:py-0.5 [&>td:last-child]:pr-3 [&>th]:pr-2 [&>th]:py-0.5 [&>th]:pl-3'

const ago = (at: number | null, now: number) =>
  at === null ? t('streams.never') : t('streams.ago', { age: formatAge(now - at) })

interface StreamTableProps {
  readonly account: string
  readonly streams: readonly SocketStatus[]
  readonly now: number
}

export function StreamTable({ account, streams, now }: StreamTableProps) {
  if (streams.length === 0) return <p className="px-3 py-2 text-muted">{t('streams.none')}</p>
  return (
    <table className="w-full text-left" aria-label={t('streams.label', { account })}>
      <thead className={headClass}>
        <tr className={headRowClass}>
          <th scope="col">{t('streams.name')}</th>
          <th scope="col">{t('streams.state')}</th>
          <th scope="col" className="text-right">
            {t('streams.heard')}
          </th>
          <th scope="col" className="text-right">
            {t('streams.latency')}
          </th>
          <th scope="col" className="text-right">
            {t('streams.reconnects')}
          </th>
        </tr>
      </thead>
      <tbody>
        {streams.map((stream) => (
          <tr key={stream.name} className={rowClass}>
            <th scope="row" className="font-medium whitespace-nowrap text-strong">
              {stream.name}
            </th>
            <td>
              <span className="whitespace-nowrap">
                <StateMark tone={connectionStates[stream.state].tone} />{' '}
                <Trans
                  t={t}
                  i18nKey="streams.stateFor"
                  values={{ state: connectionStates[stream.state].text, duration: formatDuration(now - stream.since) }}
                  components={{ since: <span className="text-muted max-xl:hidden" /> }}
                />
              </span>
              {stream.reason !== null && <span className="block text-muted select-text">{stream.reason}</span>}
              {stream.nextAttemptAt !== null && (
                <span className="block text-warn">
                  {stream.nextAttemptAt > now
                    ? t('streams.nextAttempt', { seconds: Math.ceil((stream.nextAttemptAt - now) / 1_000) })
                    : t('streams.trying')}
                </span>
              )}
            </td>
            <td className="text-right whitespace-nowrap">{ago(stream.lastFrameAt, now)}</td>
            <td className="text-right whitespace-nowrap">{formatMilliseconds(stream.latencyMs)}</td>
            <td className="text-right">{formatCount(stream.reconnects)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface PollTableProps {
  readonly account: string
  readonly polls: readonly PollStatus[]
  readonly now: number
}

export function PollTable({ account, polls, now }: PollTableProps) {
  if (polls.length === 0) return <p className="px-3 py-2 text-muted">{t('polls.none')}</p>
  return (
    <table className="w-full text-left" aria-label={t('polls.label', { account })}>
      <thead className={headClass}>
        <tr className={headRowClass}>
          <th scope="col">{t('polls.kind')}</th>
          <th scope="col">{t('polls.state')}</th>
          <th scope="col" className="text-right">
            {t('polls.answer')}
          </th>
          <th scope="col" className="text-right">
            {t('polls.next')}
          </th>
        </tr>
      </thead>
      <tbody>
        {polls.map(({ kind, state, lastSuccessAt, nextAt, problem }) => (
          <tr key={kind} className={rowClass}>
            <th scope="row" className="font-medium whitespace-nowrap text-strong">
              {pollTitles[kind]}
            </th>
            <td>
              <StateMark tone={pollStates[state].tone} /> {pollStates[state].text}
              {problem !== null && <span className="block text-down select-text">{problem}</span>}
            </td>
            <td
              className="text-right whitespace-nowrap"
              title={lastSuccessAt === null ? undefined : formatDateTime(lastSuccessAt)}
            >
              {ago(lastSuccessAt, now)}
            </td>
            <td className="text-right whitespace-nowrap">{nextText(nextAt, state, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function nextText(nextAt: number | null, state: PollStatus['state'], now: number): string {
  if (state === 'running') return t('polls.now')
  if (nextAt === null) return absent
  return nextAt <= now ? t('polls.now') : t('polls.in', { age: formatAge(nextAt - now) })
}
