import { useState } from 'react'
import { useStore } from 'zustand'
import type { DatabaseStatus, SalvageReport } from '../../../shared/data.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { PathText } from '../../ui/CopyButton.tsx'
import { Button } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { RestoreDialog } from '../data/RestoreDialog.tsx'
import { WorkProgress } from '../data/WorkProgress.tsx'

const t = textsOf('shell')

type Asked = 'restore' | 'salvage' | 'beginAnew'

const titles: Readonly<Record<Exclude<DatabaseStatus['state'], 'ok'>, string>> = {
  damaged: t('database.states.damaged'),
  locked: t('database.states.locked'),
  readonly: t('database.states.readonly'),
  full: t('database.states.full'),
  newer: t('database.states.newer'),
  other: t('database.states.other'),
}

/** Says that the database cannot be used as it is, and offers the ways out of a damaged one; none of them deletes anything. */
export function DatabaseBanner() {
  const { status } = useStores()
  const database = useStore(status, (state) => state.database)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [report, setReport] = useState<SalvageReport | null>(null)
  const [isHidden, setHidden] = useState(false)
  if (database === null) return null
  const { state, setAside, newestBackup, canSalvage } = database
  const isShown = state !== 'ok' || (setAside !== null && !isHidden)
  const title = state === 'ok' ? t('database.states.setAside') : titles[state]
  return (
    <>
      {isShown && (
        <section
          role="alert"
          aria-label={title}
          data-testid="database-banner"
          className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-downwash px-3 py-1"
        >
          <strong className="text-down">{title}</strong>
          <span className="min-w-0 flex-1 basis-80 select-text" title={database.words ?? undefined}>
            {state === 'ok' ? t('database.keptAs', { file: setAside ?? '' }) : t('database.notRecorded')}{' '}
            {database.lost ?? database.words}
          </span>
          <WorkProgress id="salvage" fallback="" />
          {canSalvage && (
            <span className="flex gap-2">
              {newestBackup !== null && (
                <Button className="h-6" data-testid="database-restore" onClick={() => setAsked('restore')}>
                  {t('database.restore')}
                </Button>
              )}
              <Button className="h-6" data-testid="database-salvage" onClick={() => setAsked('salvage')}>
                {t('database.salvage')}
              </Button>
              {state === 'damaged' ? (
                <Button className="h-6" data-testid="database-begin-anew" onClick={() => setAsked('beginAnew')}>
                  {t('database.beginAnew')}
                </Button>
              ) : (
                <Button kind="quiet" className="h-6" onClick={() => setHidden(true)}>
                  {t('database.notNow')}
                </Button>
              )}
            </span>
          )}
        </section>
      )}
      {asked === 'restore' && newestBackup !== null && (
        <RestoreDialog backup={newestBackup} onClose={() => setAsked(null)} />
      )}
      {asked === 'salvage' && <SalvageDialog database={database} onDone={setReport} onClose={() => setAsked(null)} />}
      {asked === 'beginAnew' && <BeginAnewDialog database={database} onClose={() => setAsked(null)} />}
      {report !== null && <ReportDialog report={report} onClose={() => setReport(null)} />}
    </>
  )
}

interface DialogProps {
  readonly database: DatabaseStatus
  onClose(): void
}

function SalvageDialog({ database, onDone, onClose }: DialogProps & { onDone(report: SalvageReport): void }) {
  const { api } = useStores()
  const { newestBackup, setAside, file } = database
  return (
    <ConfirmDialog
      title={t('salvage.title')}
      confirmText={t('salvage.confirm')}
      cancelText={t('database.notNow')}
      testId="database-salvage-dialog"
      onClose={onClose}
      confirm={async () => {
        const reply = await api.call('database.salvage', {})
        if (!reply.ok) return reply.message
        const { report, setAside: kept } = reply.value
        // The file that was in use has another name now.
        onDone({ ...report, file: report.file === file ? (kept ?? file) : report.file })
        return null
      }}
    >
      <p>{t('salvage.how')}</p>
      <PathText path={setAside ?? file} what={t('database.path')} />
      {newestBackup === null ? (
        <p className="text-warn">{t('salvage.noBackup')}</p>
      ) : (
        <p>{t('salvage.compared', { at: formatDateTime(newestBackup.at), size: formatBytes(newestBackup.bytes) })}</p>
      )}
      {setAside !== null && <p>{t('salvage.since')}</p>}
      <WorkProgress id="salvage" fallback="" />
    </ConfirmDialog>
  )
}

function BeginAnewDialog({ database, onClose }: DialogProps) {
  const { api } = useStores()
  return (
    <ConfirmDialog
      title={t('beginAnew.title')}
      confirmText={t('beginAnew.confirm')}
      cancelText={t('database.notNow')}
      testId="database-begin-anew-dialog"
      onClose={onClose}
      confirm={async () => {
        const reply = await api.call('database.beginAnew', {})
        return reply.ok ? null : reply.message
      }}
    >
      <p>{t('beginAnew.how')}</p>
      <PathText path={database.file} what={t('database.path')} />
    </ConfirmDialog>
  )
}

function ReportDialog({ report, onClose }: { readonly report: SalvageReport; onClose(): void }) {
  const lossy = report.tables.filter((table) => table.lostPages + table.doubtfulRows + table.fromBackup > 0)
  const rows = report.tables.reduce((sum, table) => sum + table.rows, 0)
  return (
    <Dialog label={t('report.label')} onClose={onClose} className="w-[38rem]" testId="salvage-report">
      <div className="flex flex-col gap-3 p-5">
        <h2 className="text-base font-semibold text-strong">{t('report.title', { count: rows })}</h2>
        {lossy.length === 0 ? (
          <p>{t('report.whole')}</p>
        ) : (
          <table className="w-full text-left">
            <thead className="text-muted">
              <tr>
                <th>{t('report.columns.table')}</th>
                <th className="text-right">{t('report.columns.rows')}</th>
                <th className="text-right">{t('report.columns.lostPages')}</th>
                <th className="text-right">{t('report.columns.doubtful')}</th>
                <th className="text-right">{t('report.columns.fromBackup')}</th>
              </tr>
            </thead>
            <tbody>
              {lossy.map((table) => (
                <tr key={table.table}>
                  <td>{table.table}</td>
                  <td className="text-right">{formatCount(table.rows)}</td>
                  <td className="text-right">{formatCount(table.lostPages)}</td>
                  <td className="text-right">{formatCount(table.doubtfulRows)}</td>
                  <td className="text-right">{formatCount(table.fromBackup)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {report.unreadPages > 0 && <p>{t('report.unread', { count: report.unreadPages })}</p>}
        {!report.comparedWithBackup && <p className="text-warn">{t('report.noBackup')}</p>}
        <p>{t('report.kept')}</p>
        <PathText path={report.file} what={t('database.path')} />
        <div className="flex justify-end">
          <Button kind="primary" data-autofocus onClick={onClose}>
            {t('close')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
