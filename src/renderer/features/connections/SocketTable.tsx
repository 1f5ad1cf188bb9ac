import type { SocketStatus } from '../../../shared/domain/index.ts'
import { connectionStates } from '../../format/names.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatAge, formatDuration, formatMilliseconds } from '../../format/time.ts'
import { StateMark } from '../../ui/StateMark.tsx'

interface SocketTableProps {
  readonly exchange: string
  readonly sockets: readonly SocketStatus[]
  readonly now: number
}

export function SocketTable({ exchange, sockets, now }: SocketTableProps) {
  if (sockets.length === 0) return <p className="p-3 text-muted">No socket is open.</p>
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left" aria-label={`${exchange} sockets`}>
        <thead className="text-2xs text-muted">
          <tr className="h-7 [&>th]:px-3 [&>th]:font-normal">
            <th scope="col">Socket</th>
            <th scope="col">State</th>
            <th scope="col" className="text-right">
              Topics
            </th>
            <th scope="col" className="text-right">
              Latency
            </th>
            <th scope="col" className="text-right">
              Messages/s
            </th>
            <th scope="col" className="text-right">
              Last frame
            </th>
            <th scope="col" className="text-right">
              Reconnects
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
                <span className="text-muted"> for {formatDuration(now - socket.since)}</span>
                {socket.reason !== null && <span className="block text-muted select-text">{socket.reason}</span>}
                {socket.nextAttemptAt !== null && (
                  <span className="block text-warn">
                    {socket.nextAttemptAt > now
                      ? `Next attempt in ${Math.ceil((socket.nextAttemptAt - now) / 1_000)} s`
                      : 'Trying now'}
                  </span>
                )}
              </td>
              <td className="text-right whitespace-nowrap">
                {formatCount(socket.acknowledged)} of {formatCount(socket.topics)}
              </td>
              <td className="text-right whitespace-nowrap">{formatMilliseconds(socket.latencyMs)}</td>
              <td className="text-right">{formatRate(socket.messagesPerSecond)}</td>
              <td className="text-right whitespace-nowrap">
                {socket.lastFrameAt === null ? 'none yet' : `${formatAge(now - socket.lastFrameAt)} ago`}
              </td>
              <td className="text-right">{formatCount(socket.reconnects)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
