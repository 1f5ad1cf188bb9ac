import { useStore } from 'zustand'
import { formatCount } from '../../format/number.ts'
import { useStores } from '../../ui/StoresContext.tsx'

interface WorkProgressProps {
  /** Beginnings of the ids that the hub gives such work. */
  readonly ids: readonly string[]
  /** Said while the hub tells nothing of how far it is. */
  readonly fallback: string
}

/** How far a long piece of work is. */
export function WorkProgress({ ids, fallback }: WorkProgressProps) {
  const { status } = useStores()
  const running = useStore(status, ({ progress }) =>
    progress.find(({ id, state }) => state === 'running' && ids.some((begin) => id.startsWith(begin))),
  )
  if (!running)
    return (
      <span role="status" className="text-2xs text-muted">
        {fallback}
      </span>
    )
  return (
    <span className="flex min-w-0 items-center gap-2 text-2xs text-muted">
      <span className="truncate" title={running.detail ?? undefined}>
        {running.title} {formatCount(running.done)} of {formatCount(running.total)}
      </span>
      <progress
        className="meter h-1.5 w-24"
        value={running.done}
        max={Math.max(1, running.total)}
        aria-label={running.title}
      />
    </span>
  )
}
