import { useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { ExportJob } from '../../../shared/data.ts'
import { describeExport, describeRange, exportStates, formatTitles } from '../../format/data-words.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDuration, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { PathText } from '../../ui/CopyButton.tsx'
import { Button } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { paceOf } from './export-rules.ts'

const t = textsOf('data')

/** One export: what, how far, and once it is done, where it lies and how whole it is. */
export function ExportJobCard({ job, now }: { readonly job: ExportJob; readonly now: number }) {
  const { api, status, shell } = useStores()
  const door = useStore(status, ({ info }) => info?.door ?? null)
  const [isCancelling, setCancelling] = useState(false)
  /** This door has no file manager, though it is a desktop's: the path stands there to be copied. */
  const [cannotReveal, setCannotReveal] = useState(false)
  const words = exportStates[job.state]
  const name = job.file.split(/[/\\]/).at(-1) ?? job.file
  const cancel = async () => {
    setCancelling(true)
    const reply = await api.call('exports.cancel', { id: job.id })
    setCancelling(false)
    if (!reply.ok) shell.getState().tell(reply.message)
  }
  const reveal = async () => {
    const reply = await api.call('exports.reveal', { id: job.id })
    if (reply.ok) return
    if (reply.code === 'unavailable') setCannotReveal(true)
    shell.getState().tell(reply.message)
  }
  return (
    <li className="border-b border-line px-3 py-2.5 last:border-b-0" data-testid={`export-job-${job.id}`}>
      <div className="flex items-center gap-3">
        <p className="min-w-0 flex-1 truncate">
          <span className="font-medium text-strong" title={job.file}>
            {name}
          </span>{' '}
          <span className="text-2xs text-muted">{formatTitles[job.request.format]}</span>
        </p>
        <p className="whitespace-nowrap" data-testid="export-job-state">
          <StateMark tone={words.tone} /> <span className="text-strong">{words.text}</span>
          <span className="text-muted"> {formatWhen(job.finishedAt ?? job.startedAt, now)}</span>
        </p>
        {job.state === 'running' && (
          <Button
            className="h-6!"
            disabled={isCancelling}
            aria-label={t('job.cancel.label', { name })}
            onClick={() => void cancel()}
          >
            {isCancelling ? t('job.cancel.busy') : t('job.cancel.text')}
          </Button>
        )}
        {job.state === 'finished' && door === 'desktop' && !cannotReveal && (
          <Button className="h-6!" aria-label={t('job.reveal.label', { name })} onClick={() => void reveal()}>
            {t('job.reveal.text')}
          </Button>
        )}
      </div>
      <p className="truncate text-2xs text-muted">
        {describeExport(job.request)} · {describeRange(job.request)}
      </p>
      {job.state === 'running' ? <Running job={job} now={now} /> : <Ended job={job} />}
    </li>
  )
}

function Running({ job, now }: { readonly job: ExportJob; readonly now: number }) {
  const { rowsPerSecond, msLeft, part } = paceOf(job, now)
  return (
    <div className="mt-1.5">
      <progress
        className="meter block h-1.5 w-full"
        value={part ?? undefined}
        max={1}
        aria-label={t('job.written')}
        aria-valuetext={part === null ? undefined : `${Math.floor(part * 100)} %`}
      />
      <p className="mt-1 flex flex-wrap gap-x-4 text-2xs text-muted">
        <span>
          <Trans
            t={t}
            i18nKey="job.progress"
            components={{ rows: <span className="text-text" /> }}
            values={{ rows: formatCount(job.rows), total: formatCount(job.totalRows) }}
          />
        </span>
        <span className="text-text">{formatBytes(job.bytes)}</span>
        <span>{t('job.pace', { rate: formatCount(Math.round(rowsPerSecond)) })}</span>
        <span>{msLeft === null ? t('job.reckoning') : t('job.left', { duration: formatDuration(msLeft) })}</span>
      </p>
    </div>
  )
}

function Ended({ job }: { readonly job: ExportJob }) {
  if (job.state === 'failed')
    return (
      <p role="alert" className="mt-1 text-down select-text">
        {job.problem ?? t('job.noReason')} <span className="text-muted">{t('job.noFile')}</span>
      </p>
    )
  if (job.state === 'cancelled') return <p className="mt-1 text-muted">{t('job.cancelled')}</p>
  const ms = job.finishedAt === null ? null : job.finishedAt - job.startedAt
  return (
    <div className="mt-1 flex flex-col gap-0.5">
      <p className="flex flex-wrap gap-x-4 text-2xs text-muted">
        <span>
          <Trans t={t} i18nKey="job.rows" components={{ rows: <span className="text-text" /> }} count={job.rows} />
        </span>
        <span className="text-text">{formatBytes(job.bytes)}</span>
        <span>{t('job.took', { duration: formatDuration(ms) })}</span>
        <Continuity job={job} />
      </p>
      <PathText path={job.file} what={t('job.fileCopied')} />
      {job.gapsFile !== null && <PathText path={job.gapsFile} what={t('job.gapsCopied')} />}
    </div>
  )
}

/** How many of the rows that an unbroken recording would have held are in the file. */
function Continuity({ job }: { readonly job: ExportJob }) {
  const { expectedRows, gaps, rows } = job
  if (expectedRows === null) return null
  const missing = Math.max(0, expectedRows - rows)
  const count = gaps ?? 0
  return (
    <span data-testid="export-continuity">
      {missing === 0 && count === 0 ? (
        <>
          <StateMark tone="good" /> {t('job.unbroken', { count: expectedRows })}
        </>
      ) : (
        <span className="text-warn">
          <StateMark tone="warning" />{' '}
          {t('job.broken', { missing: formatCount(missing), expected: formatCount(expectedRows), count })}
        </span>
      )}
    </span>
  )
}
