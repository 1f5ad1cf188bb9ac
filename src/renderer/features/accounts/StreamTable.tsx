import type { PollStatus, SocketStatus } from '../../../shared/domain/index.ts'
import { pollStates, pollTitles } from '../../format/account-words.ts'
import { connectionStates } from '../../format/names.ts'
import { absent, formatCount } from '../../format/number.ts'
import { formatAge, formatDateTime, formatDuration, formatMilliseconds } from '../../format/time.ts'
import { StateMark } from '../../ui/StateMark.tsx'

const headClass = 'text-2xs text-muted'
const headRowClass =
  'h-6 [&>th]:px-2 [&>th:first-child]:pl-3 [&>th:last-child]:pr-3 [&>th]:font-normal [&>th]:whitespace-nowrap'
const rowClass =
  'border-t border-line align-top [&>td]:px-2 [&>td]:py-0.5 [&>td:last-child]:pr-3 [&>th]:pr-2 [&>th]:py-0.5 [&>th]:pl-3'

const ago = (at: number | null, now: number) => (at === null ? 'never' : `${formatAge(now - at)} ago`)

interface StreamTableProps {
  readonly account: string
  readonly streams: readonly SocketStatus[]
  readonly now: number
}

export function StreamTable({ account, streams, now }: StreamTableProps) {
  if (streams.length === 0) return <p className="px-3 py-2 text-muted">No stream is open.</p>
  return (
    <table className="w-full text-left" aria-label={`Streams of ${account}`}>
      <thead className={headClass}>
        <tr className={headRowClass}>
          <th scope="col">Stream</th>
          <th scope="col">State</th>
          <th scope="col" className="text-right">
            Heard
          </th>
          <th scope="col" className="text-right">
            Latency
          </th>
          <th scope="col" className="text-right">
            Reconnects
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
                <StateMark tone={connectionStates[stream.state].tone} /> {connectionStates[stream.state].text}
                <span className="text-muted max-xl:hidden"> for {formatDuration(now - stream.since)}</span>
              </span>
              {stream.reason !== null && <span className="block text-muted select-text">{stream.reason}</span>}
              {stream.nextAttemptAt !== null && (
                <span className="block text-warn">
                  {stream.nextAttemptAt > now
                    ? `Next attempt in ${Math.ceil((stream.nextAttemptAt - now) / 1_000)} s`
                    : 'Trying now'}
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
  if (polls.length === 0) return <p className="px-3 py-2 text-muted">Nothing is asked for.</p>
  return (
    <table className="w-full text-left" aria-label={`What is asked of ${account}`}>
      <thead className={headClass}>
        <tr className={headRowClass}>
          <th scope="col">Asked for</th>
          <th scope="col">State</th>
          <th scope="col" className="text-right">
            Last answer
          </th>
          <th scope="col" className="text-right">
            Next
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
  if (state === 'running') return 'now'
  if (nextAt === null) return absent
  return nextAt <= now ? 'now' : `in ${formatAge(nextAt - now)}`
}
