import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Button } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { DatabaseBanner } from './DatabaseBanner.tsx'

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
      aria-label="Demo mode"
      data-testid="demo-banner"
      className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-warnwash px-3"
    >
      <strong className="rounded-sm border border-warn px-1.5 text-2xs leading-4 tracking-wide text-warn">DEMO</strong>
      <span className="truncate">Simulated exchanges on this machine. No price here is real.</span>
      <Button className="ml-auto h-6" onClick={() => shell.getState().show('goLive')} data-testid="go-live">
        Go live…
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
  if (state !== 'lost' && state !== 'refused') return null
  const seconds = nextAttemptAt === null ? null : Math.max(0, Math.ceil((nextAttemptAt - now) / 1_000))
  return (
    <div
      role="alert"
      data-testid="link-banner"
      className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-downwash px-3"
    >
      <strong className="text-down">{state === 'lost' ? 'Connection to Crossbook lost' : 'Access refused'}</strong>
      <span className="truncate">
        {state === 'lost' ? 'What you see is from before and counts as stale.' : problem}
        {seconds !== null && ` Trying again in ${seconds} s.`}
      </span>
      {state === 'lost' && (
        <Button className="ml-auto h-6" onClick={retryLink}>
          Try now
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
