import { useStore } from 'zustand'
import { Button, Empty } from '../../ui/controls.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOnLink } from '../../ui/useOnLink.ts'
import { ExportFormPanel } from './ExportFormPanel.tsx'
import { ExportJobCard } from './ExportJobCard.tsx'

/** What to take out of the database on the left, what was taken out in this run on the right. */
export function ExportPart() {
  const { exports } = useStores()
  useOnLink(() => void exports.jobs.getState().load())
  return (
    <div className="grid h-full grid-cols-[27rem_minmax(0,1fr)] gap-3 overflow-hidden p-3">
      <ExportFormPanel />
      <JobList />
    </div>
  )
}

function JobList() {
  const { exports } = useStores()
  const { rows: jobs, isLoaded, problem, load } = useStore(exports.jobs)
  const folder = useStore(exports.folder, (state) => state.folder)
  const running = jobs.filter(({ state }) => state === 'running').length
  const now = useNow(running > 0 ? 500 : 10_000)
  return (
    <Panel
      title="Exports of this run"
      className="flex min-h-0 flex-col"
      testId="export-jobs"
      end={
        <span className="text-2xs text-muted" aria-live="polite">
          {isLoaded && (running > 0 ? `${running} being written` : jobs.length > 0 && `${jobs.length} in all`)}
        </span>
      }
    >
      {jobs.length > 0 ? (
        <ul className="relative min-h-0 flex-1 overflow-y-auto">
          {jobs.map((job) => (
            <ExportJobCard key={job.id} job={job} now={now} />
          ))}
        </ul>
      ) : problem !== null ? (
        <Empty title="The exports could not be read">
          <p role="alert" className="text-down select-text">
            {problem}
          </p>
          <Button onClick={() => void load()}>Try again</Button>
        </Empty>
      ) : !isLoaded ? (
        <Empty title="Reading exports…" busy />
      ) : (
        <Empty title="Nothing exported yet">
          <p className="max-w-[32rem]">
            Choose what to take out and press Export. Files go to{' '}
            <code className="font-mono text-xs break-all select-text">{folder ?? 'the folder of exports'}</code>; the
            recording goes on meanwhile.
          </p>
          <p className="max-w-[32rem]">
            In a terminal, the same: <code className="font-mono text-xs select-text">crossbook export --help</code>
          </p>
        </Empty>
      )}
    </Panel>
  )
}
