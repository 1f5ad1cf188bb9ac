import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { ExchangeStatus, RateLimitBudget, RejectedFrames, RejectReason } from '../../../shared/domain/index.ts'
import { connectionStates, exchangeTitle } from '../../format/names.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatDuration, formatMilliseconds } from '../../format/time.ts'
import { Button, Empty, Keys, Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { LeaguePart } from '../health/LeaguePart.tsx'
import { MarketsPart } from '../health/MarketsPart.tsx'
import { CheckConnections, NetworkPanel, TroubleLine } from './NetworkPanel.tsx'
import { SocketTable } from './SocketTable.tsx'

const parts = [
  { value: 'now', text: 'Now' },
  { value: 'league', text: 'Exchanges over time' },
  { value: 'markets', text: 'Markets' },
] as const
type Part = (typeof parts)[number]['value']

/** How the exchanges and their markets do: at this moment, and over time. */
export function ConnectionsScreen() {
  const [part, setPart] = useState<Part>('now')
  const pane = usePane()
  const asked = useStore(useStores().shell, (state) => state.asked)
  useEffect(() => {
    const found =
      asked?.screen === 'connections' && pane === null ? parts.find(({ value }) => value === asked.part) : undefined
    if (found) setPart(found.value)
  }, [asked, pane])
  const next = () => setPart(parts[(parts.findIndex(({ value }) => value === part) + 1) % parts.length]?.value ?? 'now')
  useScreenKeys([['v', next]])
  return (
    <section aria-label="Connections" className="flex h-full flex-col" data-testid="screen-connections">
      <div className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-2">
        <Segmented<Part> label="View" value={part} options={parts} onChange={setPart} />
        <Keys>v</Keys>
      </div>
      {part === 'now' ? <ConnectionsNow /> : part === 'league' ? <LeaguePart /> : <MarketsPart />}
    </section>
  )
}

function ConnectionsNow() {
  const { status, shell } = useStores()
  const connections = useStore(status, (state) => state.connections)
  const now = useNow(1_000)
  return (
    <ScrollArea label="Connections of the exchanges" className="min-h-0 flex-1 p-3">
      {!connections ? (
        <Empty title="Asking for the state of the connections…" busy />
      ) : connections.length === 0 ? (
        <Empty title="No exchange is switched on">
          <Button onClick={() => shell.getState().go('settings')}>Choose exchanges…</Button>
        </Empty>
      ) : (
        <div className="flex flex-col gap-3">
          <div className="flex items-center gap-3">
            <p className="text-muted" data-testid="connections-summary">
              {summaryOf(connections)}
            </p>
            <CheckConnections />
          </div>
          <NetworkPanel />
          {connections.map((exchange) => (
            <ExchangeCard key={exchange.exchange} status={exchange} now={now} />
          ))}
        </div>
      )}
    </ScrollArea>
  )
}

/** `4 of 4 exchanges live · 304 of 304 topics · 612 messages/s` */
function summaryOf(connections: readonly ExchangeStatus[]): string {
  const sockets = connections.flatMap((status) => status.sockets)
  const live = connections.filter(({ state }) => state === 'live').length
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  const acknowledged = formatCount(sum(sockets.map((socket) => socket.acknowledged)))
  const topics = formatCount(sum(sockets.map((socket) => socket.topics)))
  const messages = formatRate(sum(connections.map((status) => status.messagesPerSecond)))
  return `${live} of ${connections.length} exchanges live · ${acknowledged} of ${topics} topics · ${messages} messages/s`
}

function ExchangeCard({ status, now }: { readonly status: ExchangeStatus; readonly now: number }) {
  const { exchange, state, reason, sockets, budgets, rejected, notes } = status
  const words = connectionStates[state]
  return (
    <article
      aria-label={exchangeTitle(exchange)}
      data-testid={`connection-${exchange}`}
      className="overflow-hidden rounded-md border border-line bg-panel"
    >
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-3 py-2">
        <h2 className="min-w-24 text-sm font-semibold text-strong">{exchangeTitle(exchange)}</h2>
        <p data-testid={`connection-${exchange}-state`} className="min-w-36">
          <StateMark tone={words.tone} /> <span className="font-medium text-strong">{words.text}</span>
          {reason !== null && <span className="ml-2 text-muted">{reason}</span>}
        </p>
        <dl className="ml-auto flex flex-wrap gap-x-6 gap-y-1">
          <Figure title="Messages/s" value={formatRate(status.messagesPerSecond)} />
          <Figure title="Frames" value={formatCount(status.frames)} />
          <Figure title="Reconnects" value={formatCount(status.reconnects)} />
          <Figure title="REST round trip" value={formatMilliseconds(status.restLatencyMs)} />
          <Figure title="Exchange clock" value={offsetText(status.clockOffsetMs)} />
          <Figure title="Watched" value={`${formatCount(status.watched)} of ${formatCount(status.instruments)}`} />
        </dl>
      </header>
      {status.trouble !== null && <TroubleLine trouble={status.trouble} now={now} testId={`trouble-${exchange}`} />}
      <div className="grid grid-cols-[minmax(0,1fr)_18rem] max-lg:grid-cols-1">
        <SocketTable sockets={sockets} now={now} exchange={exchangeTitle(exchange)} />
        <div className="flex flex-col gap-3 border-line p-3 lg:border-l">
          <Budgets budgets={budgets} now={now} />
          <Rejected rejected={rejected} />
          {notes.length > 0 && (
            <section aria-label="Notes">
              <h3 className="mb-1 text-2xs text-muted">Notes</h3>
              <ul className="flex flex-col gap-1">
                {notes.map((note) => (
                  <li key={note} className="text-warn select-text">
                    {note}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      </div>
    </article>
  )
}

/** `ahead` and `behind` say which way without a sign convention to remember. */
function offsetText(offsetMs: number | null): string {
  if (offsetMs === null) return formatMilliseconds(null)
  const text = formatMilliseconds(Math.abs(offsetMs))
  return Math.abs(offsetMs) < 0.05 ? 'in step' : `${text} ${offsetMs > 0 ? 'ahead' : 'behind'}`
}

function Figure({ title, value }: { readonly title: string; readonly value: string }) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-2xs text-muted">{title}</dt>
      <dd className="font-medium text-text">{value}</dd>
    </div>
  )
}

function Budgets({ budgets, now }: { readonly budgets: readonly RateLimitBudget[]; readonly now: number }) {
  // Some exchanges count every endpoint by itself: those at rest are only counted.
  const busy = budgets.filter(({ used, blockedUntil }) => used > 0 || (blockedUntil ?? 0) > now)
  const idle = budgets.length - busy.length
  return (
    <section aria-label="Request budgets">
      <h3 className="mb-1 text-2xs text-muted">Request budgets</h3>
      {idle > 0 && (
        <p className="text-muted" title={budgets.map(({ pool }) => pool).join(', ')}>
          {busy.length === 0 ? `All ${idle} unused right now` : `${idle} more unused`}
        </p>
      )}
      <ul className="flex flex-col gap-1.5">
        {busy.map(({ pool, used, limit, intervalMs, blockedUntil }) => (
          <li key={pool}>
            <div className="flex justify-between">
              <span>{pool}</span>
              <span>
                {formatCount(used)} of {formatCount(limit)}
                <span className="text-muted"> per {formatInterval(intervalMs)}</span>
              </span>
            </div>
            <progress
              className="meter h-1 w-full"
              data-level={used / limit > 0.8 ? 'high' : undefined}
              value={used}
              max={limit}
              aria-label={`${pool} used`}
            />
            {blockedUntil !== null && blockedUntil > now && (
              <p className="text-warn">Told to wait: {formatDuration(blockedUntil - now)} left</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

const formatInterval = (ms: number): string =>
  ms === 60_000 ? 'min' : ms === 1_000 ? 's' : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`

const reasonTexts: Readonly<Record<RejectReason, string>> = {
  json: 'not JSON or not decodable',
  schema: 'unexpected shape',
  unknownInstrument: 'unknown instrument',
  unknownChannel: 'unknown channel',
  value: 'impossible value',
}

function Rejected({ rejected }: { readonly rejected: readonly RejectedFrames[] }) {
  const counted = rejected.filter(({ count }) => count > 0)
  return (
    <section aria-label="Frames not understood">
      <h3 className="mb-1 text-2xs text-muted">Frames not understood</h3>
      {counted.length === 0 ? (
        <p>None</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {counted.map(({ reason, count, sample }) => (
            <li key={reason}>
              <details>
                <summary>
                  <span className="font-medium text-warn">{formatCount(count)}</span> {reasonTexts[reason]}
                </summary>
                <pre className="mt-1 max-h-32 overflow-auto rounded bg-base p-2 font-mono text-2xs whitespace-pre-wrap break-all select-text">
                  {sample}
                </pre>
              </details>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
