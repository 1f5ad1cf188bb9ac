import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { DatabaseBanner } from './DatabaseBanner.tsx'

const t = textsOf('shell')

/** What must not be overlooked: that prices are simulated, that the connection is lost, that something failed. */
export function Banners() {
  return (
    <>
      <DemoBanner />
      <LinkBanner />
      <DatabaseBanner />
      <Notice />
    </>
  )
}

function DemoBanner() {
  const { status, shell } = useStores()
  const isDemo = useStore(status, ({ info }) => info?.mode === 'demo')
  if (!isDemo) return null
  return (
    <aside
      aria-label={t('demo.label')}
      data-testid="demo-banner"
      className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-warnwash px-3"
    >
      <strong className="rounded-sm border border-warn px-1.5 text-2xs leading-4 tracking-wide text-warn">
        {t('mode.demo')}
      </strong>
      <span className="truncate">{t('demo.why')}</span>
      <Button className="ml-auto h-6" onClick={() => shell.getState().show('goLive')} data-testid="go-live">
        {t('demo.goLive')}
      </Button>
    </aside>
  )
}

function LinkBanner() {
  const { link, retryLink } = useStores()
  const { state, problem, nextAttemptAt } = useStore(link)
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (state !== 'lost') return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [state])
  if (state === 'open' || state === 'connecting') return null
  const seconds = nextAttemptAt === null ? null : Math.max(0, Math.ceil((nextAttemptAt - now) / 1_000))
  return (
    <div
      role="alert"
      data-testid="link-banner"
      className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-downwash px-3"
    >
      <strong className="text-down">{t(`link.${state}`)}</strong>
      <span className="truncate">
        {state === 'refused' ? problem : t('link.stale')}
        {seconds !== null && ` ${t('link.next', { seconds })}`}
      </span>
      {state === 'lost' && (
        <Button className="ml-auto h-6" onClick={retryLink}>
          {t('link.retry')}
        </Button>
      )}
    </div>
  )
}

const noticeMs = 6_000

function Notice() {
  const { shell } = useStores()
  const notice = useStore(shell, (state) => state.notice)
  useEffect(() => {
    if (notice === null) return
    const timer = setTimeout(() => shell.getState().tell(null), noticeMs)
    return () => clearTimeout(timer)
  }, [notice, shell])
  return (
    <div role="status" data-testid="notice">
      {notice !== null && (
        <p className="fixed right-4 bottom-10 z-50 max-w-md rounded border border-line bg-raised px-3 py-2 text-strong shadow-xl">
          {notice}
        </p>
      )}
    </div>
  )
}
