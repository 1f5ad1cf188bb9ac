import { useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { Trouble } from '../../../shared/domain/index.ts'
import { networkEvents, troubleTitles } from '../../format/network-words.ts'
import { formatDateTime, formatDuration, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { checkConnections } from './checkConnections.ts'

const t = textsOf('connections')

interface TroubleLineProps {
  readonly trouble: Trouble
  readonly now: number
  readonly testId: string
}

/** What keeps an exchange from being reached, told apart from a plain fault. */
export function TroubleLine({ trouble: { kind, words, since, until }, now, testId }: TroubleLineProps) {
  const isExpected = kind === 'maintenance' || kind === 'rate_limited'
  return (
    <p
      role="status"
      data-testid={testId}
      className={`border-b border-line px-3 py-1.5 select-text ${isExpected ? 'bg-warnwash' : 'bg-downwash'}`}
    >
      <StateMark tone={isExpected ? 'warning' : 'bad'} /> <strong className="text-strong">{troubleTitles[kind]}</strong>{' '}
      <span>{words}</span>{' '}
      <span className="whitespace-nowrap text-muted" title={formatDateTime(since)}>
        {t('since', { time: formatDuration(Math.max(0, now - since)) })}
        {until !== null && until > now && `, ${t('left', { time: formatDuration(until - now) })}`}
      </span>
    </p>
  )
}

export function CheckConnections() {
  const { api, shell } = useStores()
  const [isBusy, setBusy] = useState(false)
  const check = async () => {
    setBusy(true)
    const told = await checkConnections(api)
    setBusy(false)
    shell.getState().tell(told)
  }
  return (
    <Button data-testid="check-connections" disabled={isBusy} title={t('check.hint')} onClick={() => void check()}>
      {t('check.button')}
    </Button>
  )
}

/** What this machine's network did lately; nothing while all is plain. */
export function NetworkPanel() {
  const { status } = useStores()
  const network = useStore(status, (state) => state.network)
  const now = useNow(1_000)
  if (network === null || (network.trouble === null && network.events.length === 0 && network.proxy === null))
    return null
  const { proxy, trouble, events } = network
  return (
    <Panel
      title={t('network.title')}
      testId="network"
      end={
        <p className="text-muted">
          {proxy === null ? (
            t('network.direct')
          ) : (
            <Trans
              t={t}
              i18nKey="network.proxy"
              components={{ proxy: <code className="select-text" /> }}
              values={{ proxy }}
            />
          )}
        </p>
      }
    >
      {trouble !== null && <TroubleLine trouble={trouble} now={now} testId="network-trouble" />}
      {events.length === 0 ? (
        <p className="px-3 py-2 text-muted">{t('network.quiet')}</p>
      ) : (
        <ul className="max-h-32 overflow-y-auto" data-testid="network-events">
          {events.map(({ at, kind, words }) => (
            <li key={`${at}${kind}${words}`} className="flex gap-3 px-3 py-1">
              <time className="w-20 shrink-0 text-2xs leading-5 text-muted" title={formatDateTime(at)}>
                {formatWhen(at, now)}
              </time>
              <span className="w-36 shrink-0 text-strong">{networkEvents[kind]}</span>
              <span className="min-w-0 select-text">{words}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
