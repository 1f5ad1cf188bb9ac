import { useEffect, useId } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { ExchangeStatus, RateLimitBudget, RejectedFrames } from '../../../shared/domain/index.ts'
import { connectionStates, exchangeTitle } from '../../format/names.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatDuration, formatMilliseconds } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { CardTitle } from '../../ui/CardTitle.tsx'
import { classes } from '../../ui/classes.ts'
import { Button, Empty, Keys, Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOpenCards } from '../../ui/useOpenCards.ts'
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

/** Trouble stands in an exchange's head: none is opened for it. */
const noneStuck: ReadonlySet<string> = new Set()

function ConnectionsNow() {
  const { status, shell } = useStores()
  const connections = useStore(status, (state) => state.connections)
  const now = useNow(1_000)
  const cards = useOpenCards(
    (connections ?? []).map(({ exchange }) => exchange),
    noneStuck,
  )
  return (
    <ScrollArea label={t('area')} className="min-h-0 flex-1 p-3">
      {!connections ? (
        <Empty title={t('loading')} busy />
      ) : connections.length === 0 ? (
        <Empty title={t('empty.title')}>
          <Button onClick={() => shell.getState().go('settings')}>{t('empty.choose')}</Button>
        </Empty>
      ) : (
        <div className="flex flex-col gap-2">
          <div className="mb-1 flex items-center gap-3">
            <p className="mr-auto text-muted" data-testid="connections-summary">
              {summaryOf(connections)}
            </p>
            <Button kind="quiet" onClick={cards.toggleAll} data-testid="connections-all">
              {t(cards.opensAll ? 'openAll' : 'closeAll')}
            </Button>
            <CheckConnections />
          </div>
          <NetworkPanel />
          {connections.map((status) => (
            <ExchangeCard
              key={status.exchange}
              status={status}
              now={now}
              isOpen={cards.isOpen(status.exchange)}
              onToggle={() => cards.toggle(status.exchange)}
            />
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

interface ExchangeCardProps {
  readonly status: ExchangeStatus
  readonly now: number
  readonly isOpen: boolean
  onToggle(): void
}

function ExchangeCard({ status, now, isOpen, onToggle }: ExchangeCardProps) {
  const { exchange, state, reason, sockets, budgets, rejected, notes } = status
  const words = connectionStates[state]
  const id = useId()
  return (
    <article
      aria-label={exchangeTitle(exchange)}
      data-testid={`connection-${exchange}`}
      className="overflow-hidden rounded-md border border-line bg-panel"
    >
      <header
        className={classes(
          'flex flex-wrap items-center gap-x-4 gap-y-1 px-3',
          isOpen ? 'border-b border-line py-2' : 'py-1',
        )}
      >
        <CardTitle
          className="w-28"
          isOpen={isOpen}
          controls={id}
          testId={`connection-${exchange}-toggle`}
          onToggle={onToggle}
        >
          {exchangeTitle(exchange)}
        </CardTitle>
        <p data-testid={`connection-${exchange}-state`} className="min-w-20">
          <StateMark tone={words.tone} /> <span className="font-medium text-strong">{words.text}</span>
          {reason !== null && <span className="ml-2 text-muted">{reason}</span>}
        </p>
        {!isOpen && <Noteworthy status={status} now={now} />}
        <dl className="ml-auto flex flex-wrap gap-x-5 gap-y-1">
          <Figure title={t('figures.messages')} value={formatRate(status.messagesPerSecond)} className="min-w-11" />
          <Figure title={t('figures.frames')} value={formatCount(status.frames)} className="min-w-20" />
          <Figure title={t('figures.reconnects')} value={formatCount(status.reconnects)} className="min-w-4" />
          <Figure
            title={t('figures.restLatency')}
            value={formatMilliseconds(status.restLatencyMs)}
            className="min-w-18"
          />
          <Figure title={t('figures.clock')} value={offsetText(status.clockOffsetMs)} className="min-w-25" />
          <Figure
            title={t('figures.watched')}
            value={t('of', { part: status.watched, whole: status.instruments })}
            className="min-w-16"
          />
        </dl>
      </header>
      {status.trouble !== null && <TroubleLine trouble={status.trouble} now={now} testId={`trouble-${exchange}`} />}
      {isOpen && (
        <div id={id} className="grid grid-cols-[minmax(0,1fr)_18rem] max-lg:grid-cols-1">
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
      )}
    </article>
  )
}

/** What a closed card would hide: notes, frames that were not understood, sockets that are not live, requests that wait. */
function Noteworthy({ status, now }: { readonly status: ExchangeStatus; readonly now: number }) {
  const down = status.sockets.filter(({ state }) => state !== 'live').length
  const rejected = status.rejected.reduce((sum, { count }) => sum + count, 0)
  const isWaiting = status.budgets.some(({ blockedUntil }) => (blockedUntil ?? 0) > now)
  const texts = [
    ...(down > 0 ? [t('hidden.sockets', { count: status.sockets.length, down })] : []),
    ...(isWaiting ? [t('hidden.waiting')] : []),
    ...(rejected > 0 ? [t('hidden.rejected', { count: rejected })] : []),
    ...(status.notes.length > 0 ? [t('hidden.notes', { count: status.notes.length })] : []),
  ]
  if (texts.length === 0) return null
  return (
    <p className="text-warn" title={status.notes.join('\n')}>
      <StateMark tone="warning" /> {texts.join(' · ')}
    </p>
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

interface FigureProps {
  readonly title: string
  readonly value: string
  /** Its least width: the figures of one exchange stand below those of another. */
  readonly className: string
}

function Figure({ title, value, className }: FigureProps) {
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-2xs text-muted">{title}</dt>
      <dd className={classes('text-right font-medium text-text tabular-nums', className)}>{value}</dd>
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
