import { useStore } from 'zustand'
import { formatCount } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('data')

interface WorkProgressProps {
  /** What the hub calls such work. */
  readonly id: string
  /** Said while the hub tells nothing of how far it is. */
  readonly fallback: string
}

/** How far a long piece of work is, and the way to end it where it can be ended. */
export function WorkProgress({ id, fallback }: WorkProgressProps) {
  const { status, api, shell } = useStores()
  const work = useStore(status, ({ progress }) => progress.find((one) => one.id === id && one.state === 'running'))
  if (!work)
    return (
      <span role="status" className="text-2xs text-muted">
        {fallback}
      </span>
    )
  const cancel = async () => {
    const reply = await api.call('progress.cancel', { id })
    if (!reply.ok) shell.getState().tell(reply.message)
  }
  return (
    <span className="flex min-w-0 items-center gap-2 text-2xs text-muted">
      <span className="truncate" title={work.detail ?? undefined}>
        {work.title}{' '}
        {work.total === 100
          ? `${work.done} %`
          : t('progress.of', { done: formatCount(work.done), total: formatCount(work.total) })}
      </span>
      <progress className="meter h-1.5 w-24" value={work.done} max={Math.max(1, work.total)} aria-label={work.title} />
      {work.canCancel && (
        <Button
          kind="quiet"
          className="h-6!"
          aria-label={t('progress.cancel.label', { title: work.title })}
          onClick={() => void cancel()}
        >
          {t('progress.cancel.text')}
        </Button>
      )}
    </span>
  )
}
