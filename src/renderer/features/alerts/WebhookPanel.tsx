import { useCallback, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { WebhookStatus } from '../../../shared/alert-rules.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { PasswordSetting } from '../settings/PasswordSetting.tsx'
import { WideTextSetting } from '../settings/WideTextSetting.tsx'

const t = textsOf('alerts')

const statusEveryMs = 3_000

/** Where rules that ask for it are posted to. */
export function WebhookPanel() {
  const { api, settings } = useStores()
  const webhook = useStore(settings, (state) => state.settings?.alerts.webhook)
  const [isOpen, setOpen] = useState(false)
  const [status, setStatus] = useState<WebhookStatus | null>(null)
  const [told, setTold] = useState<{ readonly problem: string | null } | null>(null)
  const [isBusy, setBusy] = useState(false)
  const ask = useCallback(async () => {
    const reply = await api.call('alerts.webhook', {})
    if (reply.ok) setStatus(reply.value)
  }, [api])
  useEffect(() => {
    void ask()
    const timer = setInterval(() => void ask(), statusEveryMs)
    return () => clearInterval(timer)
  }, [ask])
  const test = async () => {
    setBusy(true)
    setTold(null)
    const reply = await api.call('alerts.testWebhook', {})
    setBusy(false)
    setTold(reply.ok ? reply.value : { problem: reply.message })
    void ask()
  }
  if (webhook === undefined) return null
  return (
    <section aria-label={t('webhook.title')} className="shrink-0 border-t border-line bg-panel" data-testid="webhook">
      <button
        type="button"
        aria-expanded={isOpen}
        className="flex h-8 w-full items-center gap-2 px-3 text-left hover:bg-hover"
        onClick={() => setOpen(!isOpen)}
      >
        <span aria-hidden="true" className="w-3 text-muted">
          {isOpen ? '▾' : '▸'}
        </span>
        <span className="font-semibold text-strong">{t('webhook.title')}</span>
        <Summary status={status} />
      </button>
      {isOpen && (
        <div className="max-h-[40vh] overflow-y-auto border-t border-line px-4 py-1">
          <WideTextSetting
            path={['alerts', 'webhook', 'url']}
            title={t('webhook.address')}
            hint={t('webhook.addressHint')}
            value={webhook.url}
            placeholder={t('webhook.noAddress')}
            isOptional
          />
          <WideTextSetting
            path={['alerts', 'webhook', 'secretHeader']}
            title={t('webhook.header')}
            hint={t('webhook.headerHint')}
            value={webhook.secretHeader}
            placeholder="Authorization"
          />
          <PasswordSetting
            title={t('webhook.secret')}
            hasPassword={status?.hasSecret ?? null}
            testId="webhook-secret"
            removal={t('webhook.removal')}
            keychainProblem={status?.keychainProblem ?? null}
            send={async (secret) => {
              const reply = await api.call('alerts.setWebhookSecret', { secret })
              void ask()
              return reply.ok ? null : reply.message
            }}
          />
          <div className="flex items-center gap-3 py-2.5">
            <Button disabled={webhook.url === null || isBusy} data-testid="webhook-test" onClick={() => void test()}>
              {isBusy ? t('webhook.testing') : t('webhook.test')}
            </Button>
            <span role="status">
              {told !== null &&
                (told.problem === null ? (
                  <>
                    <StateMark tone="good" /> {t('webhook.taken')}
                  </>
                ) : (
                  <span className="text-down select-text">
                    <StateMark tone="bad" /> {told.problem}
                  </span>
                ))}
            </span>
          </div>
        </div>
      )}
    </section>
  )
}

function Summary({ status }: { readonly status: WebhookStatus | null }) {
  if (status === null) return <span className="text-muted">…</span>
  if (status.target === null) return <span className="text-muted">{t('webhook.off')}</span>
  const { target, sent, lost, waiting, lastSentAt, problem } = status
  return (
    <span className="truncate text-muted">
      <StateMark tone={problem === null ? 'good' : 'bad'} /> {target} ·{' '}
      {lastSentAt === null
        ? t('webhook.sent', { count: sent })
        : t('webhook.sentLast', { count: sent, time: formatDateTime(lastSentAt) })}
      {waiting > 0 && ` · ${t('webhook.waiting', { count: waiting })}`}
      {lost > 0 && <span className="text-down"> · {t('webhook.lost', { count: lost })}</span>}
      {problem !== null && <span className="text-down"> · {problem}</span>}
    </span>
  )
}
