import { useState } from 'react'
import { useStore } from 'zustand'
import type { DatabaseStatus, SalvageReport } from '../../../shared/data.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { PathText } from '../../ui/CopyButton.tsx'
import { Button } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { RestoreDialog } from '../data/RestoreDialog.tsx'
import { WorkProgress } from '../data/WorkProgress.tsx'

type Asked = 'restore' | 'salvage' | 'beginAnew'

const titles: Readonly<Record<Exclude<DatabaseStatus['state'], 'ok'>, string>> = {
  damaged: 'The database is damaged',
  locked: 'The database is locked',
  readonly: 'The database cannot be written',
  full: 'The disk is full',
  newer: 'The database is of a newer Crossbook',
  other: 'The database cannot be used',
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
  const title = state === 'ok' ? 'A damaged database was set aside, and a new one begun' : titles[state]
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
            {state === 'ok' ? `It is kept as ${setAside ?? ''}.` : 'The market goes on, and nothing is recorded.'}{' '}
            {database.lost ?? database.words}
          </span>
          <WorkProgress id="salvage" fallback="" />
          {canSalvage && (
            <span className="flex gap-2">
              {newestBackup !== null && (
                <Button className="h-6" data-testid="database-restore" onClick={() => setAsked('restore')}>
                  Restore backup…
                </Button>
              )}
              <Button className="h-6" data-testid="database-salvage" onClick={() => setAsked('salvage')}>
                Salvage…
              </Button>
              {state === 'damaged' ? (
                <Button className="h-6" data-testid="database-begin-anew" onClick={() => setAsked('beginAnew')}>
                  Begin a new one…
                </Button>
              ) : (
                <Button kind="quiet" className="h-6" onClick={() => setHidden(true)}>
                  Not now
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
      title="Salvage what can be read?"
      confirmText="Salvage"
      cancelText="Not now"
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
      <p>
        Every page of the damaged file that is whole is read into a new database, which is checked and then takes its
        place. The damaged file is kept. This takes some minutes for a large one, can be cancelled, and you are told
        what is missing.
      </p>
      <PathText path={setAside ?? file} what="the path of the damaged database" />
      {newestBackup === null ? (
        <p className="text-warn">
          There is no verified backup to compare with: a number that changed inside a readable row cannot be noticed.
        </p>
      ) : (
        <p>
          Rows are compared with the backup of {formatDateTime(newestBackup.at)} ({formatBytes(newestBackup.bytes)}),
          and those that are missing or otherwise come from there.
        </p>
      )}
      {setAside !== null && (
        <p>What was recorded since is kept in a file of its own, and is not in the salvaged one.</p>
      )}
      <WorkProgress id="salvage" fallback="" />
    </ConfirmDialog>
  )
}

function BeginAnewDialog({ database, onClose }: DialogProps) {
  const { api } = useStores()
  return (
    <ConfirmDialog
      title="Begin a new database?"
      confirmText="Begin a new one"
      cancelText="Not now"
      testId="database-begin-anew-dialog"
      onClose={onClose}
      confirm={async () => {
        const reply = await api.call('database.beginAnew', {})
        return reply.ok ? null : reply.message
      }}
    >
      <p>Recording goes on at once into an empty file. The damaged one is kept beside it, and can be salvaged later:</p>
      <PathText path={database.file} what="the path of the damaged database" />
    </ConfirmDialog>
  )
}

function ReportDialog({ report, onClose }: { readonly report: SalvageReport; onClose(): void }) {
  const lossy = report.tables.filter((table) => table.lostPages + table.doubtfulRows + table.fromBackup > 0)
  const rows = report.tables.reduce((sum, table) => sum + table.rows, 0)
  return (
    <Dialog label="Salvaged" onClose={onClose} className="w-[38rem]" testId="salvage-report">
      <div className="flex flex-col gap-3 p-5">
        <h2 className="text-base font-semibold text-strong">{formatCount(rows)} rows were salvaged</h2>
        {lossy.length === 0 ? (
          <p>Nothing is known to be lost.</p>
        ) : (
          <table className="w-full text-left">
            <thead className="text-muted">
              <tr>
                <th>Table</th>
                <th className="text-right">Rows</th>
                <th className="text-right">Pages lost</th>
                <th className="text-right">Left out as doubtful</th>
                <th className="text-right">From the backup</th>
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
        {report.unreadPages > 0 && <p>{formatCount(report.unreadPages)} pages belong to no table that is known.</p>}
        {!report.comparedWithBackup && (
          <p className="text-warn">There was no backup to compare with: a changed number may have gone unnoticed.</p>
        )}
        <p>The damaged file is kept at</p>
        <PathText path={report.file} what="the path of the damaged database" />
        <div className="flex justify-end">
          <Button kind="primary" data-autofocus onClick={onClose}>
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
