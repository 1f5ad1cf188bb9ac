import { useEffect, useId, useRef, useState } from 'react'
import { Trans } from 'react-i18next'
import type { AccountStatus, Drift } from '../../../shared/domain/index.ts'
import { accountStates, feeText, keySources } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { CardTitle } from '../../ui/CardTitle.tsx'
import { classes } from '../../ui/classes.ts'
import { Button } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { RemoveDialog, RenameDialog } from './AccountDialogs.tsx'
import { DriftTable } from './DriftTable.tsx'
import { Permissions } from './Permissions.tsx'
import { PollTable, StreamTable } from './StreamTable.tsx'

const t = textsOf('accounts')

interface AccountCardProps {
  readonly account: AccountStatus
  readonly drifts: readonly Drift[]
  /** It was asked for: brought into view and into focus. */
  readonly isAsked: boolean
  readonly isOpen: boolean
  onToggle(): void
  /** The link to the hub is up: what it says is the state now. */
  readonly isLinked: boolean
  readonly now: number
}

/** It waits for somebody to do something. */
export const isStuck = (state: AccountStatus['state']): boolean =>
  state === 'rejected' || state === 'no_key' || state === 'stopped'

export function AccountCard({ account, drifts, isAsked, isOpen, onToggle, isLinked, now }: AccountCardProps) {
  const { id, exchange, label } = account
  const name = `${exchangeTitle(exchange)} ${label}`
  const ref = useRef<HTMLElement>(null)
  const details = useId()
  useEffect(() => {
    if (!isAsked) return
    ref.current?.scrollIntoView({ block: 'start' })
    ref.current?.focus({ preventScroll: true })
  }, [isAsked])
  return (
    <article
      ref={ref}
      tabIndex={-1}
      aria-label={name}
      data-testid={`account-${id}`}
      className={classes('scroll-mt-3 rounded-md border bg-panel', isAsked ? 'border-accent' : 'border-line')}
    >
      <CardHeader
        account={account}
        isLinked={isLinked}
        now={now}
        isOpen={isOpen}
        details={details}
        onToggle={onToggle}
      />
      {isOpen && <CardDetails id={details} account={account} drifts={drifts} isLinked={isLinked} now={now} />}
    </article>
  )
}

interface CardDetailsProps extends Pick<AccountCardProps, 'account' | 'drifts' | 'isLinked' | 'now'> {
  readonly id: string
}

function CardDetails({ id: detailsId, account, drifts, isLinked, now }: CardDetailsProps) {
  const { id, exchange, label, streams, polls, permissions, fees, rejected, notes } = account
  const name = `${exchangeTitle(exchange)} ${label}`
  const counted = rejected.filter(({ count }) => count > 0)
  return (
    <div id={detailsId}>
      <div className="grid grid-cols-2">
        <div className="min-w-0">
          <StreamTable account={name} streams={streams} now={now} />
          <section aria-label={t('card.key')} className="border-t border-line px-3 pb-2">
            <h3 className="flex items-baseline gap-2 text-2xs leading-6 text-muted">
              {keySources[account.keySource]}
              {permissions === null && <span>{t('card.keyUnknown')}</span>}
            </h3>
            {permissions !== null && <Permissions permissions={permissions} now={now} />}
            {fees.length > 0 && (
              <p
                data-testid={`account-${id}-fees`}
                className="mt-0.5 grid grid-cols-[4.75rem_1fr] select-text"
                title={t('card.feesHint')}
              >
                <span className="text-muted">{t('card.fees')}</span>
                <span className="tabular-nums">{fees.map(feeText).join(' · ')}</span>
              </p>
            )}
          </section>
          {(notes.length > 0 || counted.length > 0) && (
            <ul aria-label={t('card.notes')} className="flex flex-col gap-1 border-t border-line px-3 py-1.5">
              {notes.map((note) => (
                <li key={note} className="text-muted select-text">
                  {note}
                </li>
              ))}
              {counted.map(({ reason, count, sample }) => (
                <li key={reason}>
                  <details>
                    <summary className="text-warn">{t('card.notUnderstood', { count, reason })}</summary>
                    <pre className="mt-1 max-h-24 overflow-auto rounded bg-base p-2 font-mono text-2xs break-all whitespace-pre-wrap select-text">
                      {sample}
                    </pre>
                  </details>
                </li>
              ))}
            </ul>
          )}
        </div>
        <div className="min-w-0 border-l border-line">
          <PollTable account={name} polls={polls} now={now} />
        </div>
      </div>
      <DriftTable account={name} drifts={drifts} isCompared={isLinked && account.state === 'live'} now={now} />
    </div>
  )
}

/** A reason names its account, as it must in a log; under the account's own name that is said already. */
function withoutName(reason: string, exchange: string, label: string): string {
  const name = `${exchangeTitle(exchange)} '${label}': `
  return reason.startsWith(name) ? reason.slice(name.length) : reason
}

interface CardHeaderProps extends Pick<AccountCardProps, 'account' | 'isLinked' | 'now' | 'isOpen' | 'onToggle'> {
  /** The id of what it opens. */
  readonly details: string
}

function CardHeader({ account, isLinked, now, isOpen, details, onToggle }: CardHeaderProps) {
  const { api, shell } = useStores()
  const { id, exchange, label, state, reason, since } = account
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null)
  const [busy, setBusy] = useState<'refresh' | 'restart' | null>(null)
  const words = accountStates[state]
  const send = async (wish: 'refresh' | 'restart') => {
    setBusy(wish)
    const reply = await api.call(wish === 'refresh' ? 'accounts.refresh' : 'accounts.restart', { id })
    setBusy(null)
    shell.getState().tell(reply.ok ? null : reply.message)
  }
  const close = () => setDialog(null)
  return (
    <header
      className={classes(
        'flex flex-wrap items-center gap-x-5 gap-y-1 px-3',
        isOpen ? 'border-b border-line py-2' : 'py-1',
      )}
    >
      <CardTitle
        className="min-w-48"
        isOpen={isOpen}
        controls={details}
        testId={`account-${id}-toggle`}
        onToggle={onToggle}
      >
        {exchangeTitle(exchange)} <span className="font-normal text-muted">{label}</span>
      </CardTitle>
      <p data-testid={`account-${id}-state`} className="min-w-0 flex-1 select-text">
        <StateMark tone={isLinked ? words.tone : 'idle'} />{' '}
        <Trans
          t={t}
          i18nKey={isLinked ? 'card.state' : 'card.lastState'}
          values={{ state: words.text, duration: formatDuration(now - since) }}
          components={{
            state: <span className="font-medium text-strong" />,
            since: <span className="text-muted" />,
          }}
        />
        {reason !== null && (
          <span className={classes('ml-2', words.tone === 'bad' ? 'text-down' : 'text-text')}>
            {withoutName(reason, exchange, label)}
          </span>
        )}
      </p>
      <div className="ml-auto flex gap-1.5">
        {isStuck(state) ? (
          <Button
            kind="primary"
            disabled={busy !== null}
            data-testid={`account-${id}-restart`}
            title={t('card.restartHint')}
            onClick={() => void send('restart')}
          >
            {t(busy === 'restart' ? 'card.restarting' : 'card.restart')}
          </Button>
        ) : (
          <Button
            disabled={busy !== null}
            data-testid={`account-${id}-refresh`}
            title={t('card.refreshHint')}
            onClick={() => void send('refresh')}
          >
            {t(busy === 'refresh' ? 'card.refreshing' : 'card.refresh')}
          </Button>
        )}
        {account.keySource !== 'demo' && (
          <>
            <Button onClick={() => setDialog('rename')} data-testid={`account-${id}-rename`}>
              {t('rename.open')}
            </Button>
            <Button kind="danger" onClick={() => setDialog('remove')} data-testid={`account-${id}-remove`}>
              {t('remove.open')}
            </Button>
          </>
        )}
      </div>
      {dialog === 'rename' && <RenameDialog account={account} onClose={close} />}
      {dialog === 'remove' && <RemoveDialog account={account} onClose={close} />}
    </header>
  )
}
