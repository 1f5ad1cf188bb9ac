import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOnLink } from '../../ui/useOnLink.ts'
import { ExportFormPanel } from './ExportFormPanel.tsx'
import { ExportJobCard } from './ExportJobCard.tsx'

const t = textsOf('data')

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
      title={t('jobs.title')}
      className="flex min-h-0 flex-col"
      testId="export-jobs"
      end={
        <span className="text-2xs text-muted" aria-live="polite">
          {isLoaded &&
            (running > 0
              ? t('jobs.running', { count: running })
              : jobs.length > 0 && t('jobs.all', { count: jobs.length }))}
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
        <Empty title={t('jobs.unread')}>
          <p role="alert" className="text-down select-text">
            {problem}
          </p>
          <Button onClick={() => void load()}>{t('jobs.retry')}</Button>
        </Empty>
      ) : !isLoaded ? (
        <Empty title={t('jobs.reading')} busy />
      ) : (
        <Empty title={t('jobs.empty')}>
          <p className="max-w-[32rem]">
            <Trans
              t={t}
              i18nKey="jobs.how"
              components={{ folder: <code className="font-mono text-xs break-all select-text" /> }}
              values={{ folder: folder ?? t('jobs.folder') }}
            />
          </p>
          <p className="max-w-[32rem]">
            <Trans
              t={t}
              i18nKey="jobs.terminal"
              components={{ command: <code className="font-mono text-xs select-text" /> }}
            />
          </p>
        </Empty>
      )}
    </Panel>
  )
}
