import { useEffect } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { ExchangeStatus, RateLimitBudget, RejectedFrames } from '../../../shared/domain/index.ts'
import { connectionStates, exchangeTitle } from '../../format/names.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatDuration, formatMilliseconds } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys, Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { oneOf, usePaneState } from '../../ui/usePaneState.ts'
import { LeaguePart } from '../health/LeaguePart.tsx'
import { MarketsPart } from '../health/MarketsPart.tsx'
import { CheckConnections, NetworkPanel, TroubleLine } from './NetworkPanel.tsx'
import { SocketTable } from './SocketTable.tsx'

const t = textsOf('connections')

const parts = [
  { value: 'now', text: t('parts.now') },
  { value: 'league', text: t('parts.league') },
  { value: 'markets', text: t('parts.markets') },
] as const
type Part = (typeof parts)[number]['value']
const partState = oneOf(parts)

/** How the exchanges and their markets do: at this moment, and over time. */
export function ConnectionsScreen() {
  const [part, setPart] = usePaneState<Part>('part', partState, 'now')
  const pane = usePane()
  const asked = useStore(useStores().shell, (state) => state.asked)
  useEffect(() => {
    const found =
      asked?.screen === 'connections' && pane === null ? parts.find(({ value }) => value === asked.part) : undefined
    if (found) setPart(found.value)
  }, [asked, pane, setPart])
  const next = () => setPart(parts[(parts.findIndex(({ value }) => value === part) + 1) % parts.length]?.value ?? 'now')
  useScreenKeys([['v', next]])
  return (
    <section aria-label={t('title')} className="flex h-full flex-col" data-testid="screen-connections">
      <div className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-2">
        <Segmented<Part> label={t('parts.label')} value={part} options={parts} onChange={setPart} />
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
    <ScrollArea label={t('area')} className="min-h-0 flex-1 p-3">
      {!connections ? (
        <Empty title={t('loading')} busy />
      ) : connections.length === 0 ? (
        <Empty title={t('empty.title')}>
          <Button onClick={() => shell.getState().go('settings')}>{t('empty.choose')}</Button>
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
  const acknowledged = sum(sockets.map((socket) => socket.acknowledged))
  const topics = sum(sockets.map((socket) => socket.topics))
  const rate = formatRate(sum(connections.map((status) => status.messagesPerSecond)))
  return [
    t('summary.exchanges', { count: connections.length, live }),
    t('summary.topics', { count: topics, acknowledged }),
    t('summary.messages', { rate }),
  ].join(' · ')
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
          <Figure title={t('figures.messages')} value={formatRate(status.messagesPerSecond)} />
          <Figure title={t('figures.frames')} value={formatCount(status.frames)} />
          <Figure title={t('figures.reconnects')} value={formatCount(status.reconnects)} />
          <Figure title={t('figures.restLatency')} value={formatMilliseconds(status.restLatencyMs)} />
          <Figure title={t('figures.clock')} value={offsetText(status.clockOffsetMs)} />
          <Figure title={t('figures.watched')} value={t('of', { part: status.watched, whole: status.instruments })} />
        </dl>
      </header>
      {status.trouble !== null && <TroubleLine trouble={status.trouble} now={now} testId={`trouble-${exchange}`} />}
      <div className="grid grid-cols-[minmax(0,1fr)_18rem] max-lg:grid-cols-1">
        <SocketTable sockets={sockets} now={now} exchange={exchangeTitle(exchange)} />
        <div className="flex flex-col gap-3 border-line p-3 lg:border-l">
          <Budgets budgets={budgets} now={now} />
          <Rejected rejected={rejected} />
          {notes.length > 0 && (
            <section aria-label={t('notes')}>
              <h3 className="mb-1 text-2xs text-muted">{t('notes')}</h3>
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
  return Math.abs(offsetMs) < 0.05
    ? t('clock.inStep')
    : t(offsetMs > 0 ? 'clock.ahead' : 'clock.behind', { time: text })
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
    <section aria-label={t('budgets.title')}>
      <h3 className="mb-1 text-2xs text-muted">{t('budgets.title')}</h3>
      {idle > 0 && (
        <p className="text-muted" title={budgets.map(({ pool }) => pool).join(', ')}>
          {t(busy.length === 0 ? 'budgets.allUnused' : 'budgets.moreUnused', { count: idle })}
        </p>
      )}
      <ul className="flex flex-col gap-1.5">
        {busy.map(({ pool, used, limit, intervalMs, blockedUntil }) => (
          <li key={pool}>
            <div className="flex justify-between">
              <span>{pool}</span>
              <span>
                <Trans
                  t={t}
                  i18nKey="budgets.used"
                  components={{ per: <span className="text-muted" /> }}
                  values={{ used, limit, interval: formatInterval(intervalMs) }}
                />
              </span>
            </div>
            <progress
              className="meter h-1 w-full"
              data-level={used / limit > 0.8 ? 'high' : undefined}
              value={used}
              max={limit}
              aria-label={t('budgets.meter', { pool })}
            />
            {blockedUntil !== null && blockedUntil > now && (
              <p className="text-warn">{t('budgets.wait', { time: formatDuration(blockedUntil - now) })}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

const formatInterval = (ms: number): string =>
  ms === 60_000 ? 'min' : ms === 1_000 ? 's' : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`

function Rejected({ rejected }: { readonly rejected: readonly RejectedFrames[] }) {
  const counted = rejected.filter(({ count }) => count > 0)
  return (
    <section aria-label={t('rejected.title')}>
      <h3 className="mb-1 text-2xs text-muted">{t('rejected.title')}</h3>
      {counted.length === 0 ? (
        <p>{t('rejected.none')}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {counted.map(({ reason, count, sample }) => (
            <li key={reason}>
              <details>
                <summary>
                  <span className="font-medium text-warn">{formatCount(count)}</span> {t(`rejected.reason.${reason}`)}
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
