import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { Progress, RecorderStatus } from '../../../shared/contract.ts'
import type { ExchangeStatus } from '../../../shared/domain/index.ts'
import { connectionStates, exchangeTitle } from '../../format/names.ts'
import { absent, formatRate } from '../../format/number.ts'
import { formatClock, formatMilliseconds, zoneName } from '../../format/time.ts'
import { doubtWords } from '../../format/truth-words.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'

const t = textsOf('shell')

/** Along the bottom of every screen: mode, connections, work under way, recorder, message rate, clock. */
export function StatusStrip() {
  return (
    <section
      aria-label={t('status.label')}
      data-testid="status-strip"
      className="flex h-6.5 shrink-0 items-center gap-4 overflow-hidden border-t border-line bg-panel px-3 text-2xs whitespace-nowrap text-muted"
    >
      <Mode />
      <Exchanges />
      <DoubtfulQuotes />
      <RunningWork />
      <div className="flex-1" />
      <Recorder />
      <MessageRate />
      <Clock />
    </section>
  )
}

function Mode() {
  const info = useStore(useStores().status, (state) => state.info)
  if (!info) return <span>{t('status.starting')}</span>
  return (
    <span data-testid="mode" className={info.mode === 'demo' ? 'font-semibold text-warn' : 'font-semibold text-up'}>
      {t(`mode.${info.mode}`)}
      {info.dryRun && <span className="font-normal text-muted"> · {t('mode.dryRun')}</span>}
    </span>
  )
}

/** With the link to the hub down, what it last said of itself is not the state now. */
const useIsLinked = () => useStore(useStores().link, ({ state }) => state === 'open')

function Exchanges() {
  const { status, shell } = useStores()
  const isLinked = useIsLinked()
  const connections = useStore(status, (state) => state.connections)
  if (!connections) return <span>{t('status.connecting')}</span>
  const names = connections.map(({ exchange }) => exchangeTitle(exchange)).join(', ')
  return (
    <button
      type="button"
      className="flex shrink-0 gap-3 hover:text-text"
      title={`${t('status.connections')}: ${names}`}
      onClick={() => shell.getState().go('connections')}
    >
      {connections.length <= mostNamed ? (
        connections.map(({ exchange, state }) => (
          <span key={exchange} data-testid={`status-${exchange}`}>
            <StateMark tone={isLinked ? connectionStates[state].tone : 'idle'} />{' '}
            <span className="text-text">{exchangeTitle(exchange)}</span>{' '}
            {isLinked ? connectionStates[state].word : t('status.unknown')}
          </span>
        ))
      ) : isLinked ? (
        <CountedExchanges connections={connections} />
      ) : (
        <span data-testid="status-exchanges">
          <StateMark tone="idle" /> {t('status.exchanges', { count: connections.length })} {t('status.unknown')}
        </span>
      )}
    </button>
  )
}

/** More exchanges than these are counted, and only those that are not live named. */
const mostNamed = 4

/** `● 9 of 11 exchanges live  ✕ Kraken down  ◐ HTX connecting`; where much is wrong, how many: it is all on Connections. */
function CountedExchanges({ connections }: { readonly connections: readonly ExchangeStatus[] }) {
  const wrong = connections.filter(({ state }) => state !== 'live')
  const live = connections.length - wrong.length
  return (
    <>
      <span data-testid="status-exchanges">
        <StateMark tone={wrong.length === 0 ? 'good' : 'warning'} />{' '}
        <Trans
          t={t}
          i18nKey="status.live"
          count={connections.length}
          values={{ live }}
          components={{ number: <span className="text-text" /> }}
        />
      </span>
      {wrong.slice(0, mostWrongNamed).map(({ exchange, state }) => (
        <span key={exchange} data-testid={`status-${exchange}`}>
          <StateMark tone={connectionStates[state].tone} /> <span className="text-text">{exchangeTitle(exchange)}</span>{' '}
          {connectionStates[state].word}
        </span>
      ))}
      {wrong.length > mostWrongNamed && <span>{t('status.more', { number: wrong.length - mostWrongNamed })}</span>}
    </>
  )
}

const mostWrongNamed = 2

/** `Quotes: 3 suspect, 14 gap`; nothing while every one is live. */
function DoubtfulQuotes() {
  const { quotes, shell } = useStores()
  const isLinked = useIsLinked()
  const table = useStore(quotes, (state) => state.table)
  useNow(1_000)
  const words = isLinked ? doubtWords(table.truth) : ''
  if (words === '') return null
  return (
    <button
      type="button"
      data-testid="status-quotes"
      className="shrink-0 text-warn hover:text-text"
      title={t('status.doubtfulHint')}
      onClick={() => shell.getState().go('markets')}
    >
      <StateMark tone="warning" />{' '}
      <Trans
        t={t}
        i18nKey="status.doubtful"
        components={{ roomy: <span className="max-[1150px]:sr-only" /> }}
        values={{ words }}
      />
    </button>
  )
}

function RunningWork() {
  const { status, api, shell } = useStores()
  const running = useStore(status, ({ progress }) => progress.find(({ state }) => state === 'running'))
  if (!running) return null
  const cancel = ({ id }: Progress) => {
    void api.call('progress.cancel', { id }).then((reply) => shell.getState().tell(reply.ok ? null : reply.message))
  }
  return (
    <span className="flex min-w-0 items-center gap-2" data-testid="progress">
      <span className="truncate" title={running.detail ?? undefined}>
        {t('status.work', { title: running.title, done: running.done, total: running.total })}
      </span>
      <progress
        className="meter h-1.5 w-24"
        value={running.done}
        max={Math.max(1, running.total)}
        aria-label={running.title}
      />
      {running.canCancel && (
        <button type="button" className="text-accent hover:underline" onClick={() => cancel(running)}>
          {t('status.cancel')}
        </button>
      )}
    </span>
  )
}

function Recorder() {
  const recorder = useStore(useStores().status, (state) => state.recorder)
  if (!useIsLinked()) return <span data-testid="recorder">{t('recorder.unknown')}</span>
  if (!recorder) return null
  return (
    <span data-testid="recorder">
      {recorder.recording ? <Recording {...recorder} /> : <NotRecording {...recorder} />}
    </span>
  )
}

const Recording = ({ rowsWritten, lastJitterMs, missedSnapshots }: RecorderStatus) => (
  <>
    <StateMark tone={missedSnapshots > 0 ? 'warning' : 'good'} />{' '}
    <Trans
      t={t}
      i18nKey="recorder.recording"
      count={rowsWritten}
      components={{ number: <span className="text-text" /> }}
      values={{ late: formatMilliseconds(lastJitterMs) }}
    />
    {missedSnapshots > 0 && <span className="text-warn"> · {t('recorder.missed', { count: missedSnapshots })}</span>}
  </>
)

const NotRecording = ({ problem }: RecorderStatus) => (
  <span className="text-warn">
    <StateMark tone="bad" /> {problem === null ? t('recorder.idle') : t('recorder.failed', { problem })}
  </span>
)

function MessageRate() {
  const isLinked = useIsLinked()
  const rate = useStore(useStores().status, ({ connections }) =>
    (connections ?? []).reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0),
  )
  return (
    <span data-testid="message-rate">
      <Trans
        t={t}
        i18nKey="status.messages"
        components={{ number: <span className="text-text" /> }}
        values={{ rate: isLinked ? formatRate(rate) : absent }}
      />
    </span>
  )
}

/** The time, and the zone that all times are in. */
export function Clock() {
  const now = useNow(1_000)
  return (
    <time className="text-text">
      {formatClock(now)} <span className="text-muted">{zoneName(now)}</span>
    </time>
  )
}
