import type { SocketStatus } from '../../../shared/domain/index.ts'
import { connectionStates } from '../../format/names.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatAge, formatDuration, formatMilliseconds } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'

const t = textsOf('connections')

interface SocketTableProps {
  readonly exchange: string
  readonly sockets: readonly SocketStatus[]
  readonly now: number
}

export function SocketTable({ exchange, sockets, now }: SocketTableProps) {
  if (sockets.length === 0) return <p className="p-3 text-muted">{t('sockets.none')}</p>
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left" aria-label={t('sockets.label', { exchange })}>
        <thead className="text-2xs text-muted">
          <tr className="h-7 [&>th]:px-3 [&>th]:font-normal">
            <th scope="col">{t('sockets.socket')}</th>
            <th scope="col">{t('sockets.state')}</th>
            <th scope="col" className="text-right">
              {t('sockets.topics')}
            </th>
            <th scope="col" className="text-right">
              {t('sockets.latency')}
            </th>
            <th scope="col" className="text-right">
              {t('sockets.messages')}
            </th>
            <th scope="col" className="text-right">
              {t('sockets.lastFrame')}
            </th>
            <th scope="col" className="text-right">
              {t('sockets.reconnects')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sockets.map((socket) => (
            <tr
              key={socket.name}
              className="h-7 border-t border-line align-top [&>td]:px-3 [&>td]:py-1 [&>th]:px-3 [&>th]:py-1"
            >
              <th scope="row" className="font-medium whitespace-nowrap text-strong">
                {socket.name}
              </th>
              <td>
                <StateMark tone={connectionStates[socket.state].tone} /> {connectionStates[socket.state].text}
                <span className="text-muted"> {t('since', { time: formatDuration(now - socket.since) })}</span>
                {socket.reason !== null && <span className="block text-muted select-text">{socket.reason}</span>}
                {socket.nextAttemptAt !== null && (
                  <span className="block text-warn">
                    {socket.nextAttemptAt > now
                      ? t('sockets.nextAttempt', { seconds: Math.ceil((socket.nextAttemptAt - now) / 1_000) })
                      : t('sockets.trying')}
                  </span>
                )}
              </td>
              <td className="text-right whitespace-nowrap">
                {t('of', { part: socket.acknowledged, whole: socket.topics })}
              </td>
              <td className="text-right whitespace-nowrap">{formatMilliseconds(socket.latencyMs)}</td>
              <td className="text-right">{formatRate(socket.messagesPerSecond)}</td>
              <td className="text-right whitespace-nowrap">
                {socket.lastFrameAt === null
                  ? t('sockets.noFrame')
                  : t('sockets.ago', { age: formatAge(now - socket.lastFrameAt) })}
              </td>
              <td className="text-right">{formatCount(socket.reconnects)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
