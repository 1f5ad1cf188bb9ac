import { useState } from 'react'
import { useStore } from 'zustand'
import type { Backup } from '../../../shared/data.ts'
import { backupReasons, backupStates, formatBackupAge } from '../../format/data-words.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { PathText } from '../../ui/CopyButton.tsx'
import { classes } from '../../ui/classes.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOnLink } from '../../ui/useOnLink.ts'
import { NumberSetting } from '../settings/fields.tsx'
import { WideTextSetting } from '../settings/WideTextSetting.tsx'
import { RestoreDialog } from './RestoreDialog.tsx'
import { WorkProgress } from './WorkProgress.tsx'

/** Rows of all tables together. */
export const rowsOf = ({ rows }: Pick<Backup, 'rows'>): number =>
  Object.values(rows).reduce((sum, count) => sum + count, 0)

type Asked = { readonly wish: 'restore' | 'remove'; readonly backup: Backup }

export function BackupsPart() {
  const { backups: store, settings: settingsStore, api } = useStores()
  const { backups, problem, load } = useStore(store)
  const settings = useStore(settingsStore, (state) => state.settings)
  const [asked, setAsked] = useState<Asked | null>(null)
  useOnLink(() => void load())
  const close = () => setAsked(null)
  const retry = () => void load()
  if (backups === null || settings === null)
    return <Unread what="the list of backups" problem={problem} retry={retry} />
  return (
    <div className="relative h-full overflow-y-auto">
      <StaleLine problem={problem} retry={retry}>
        This is from an earlier reading.
      </StaleLine>
      <div className="flex flex-col gap-3 p-3">
        <BackupList backups={backups} onAsk={setAsked} />
        <Panel title="Schedule" className="max-w-4xl">
          <div className="px-3">
            <NumberSetting
              path={['backup', 'everyHours']}
              title="Back up every"
              hint="0: only when asked"
              unit="hours"
              value={settings.backup.everyHours}
            />
            <NumberSetting
              path={['backup', 'keep']}
              title="Keep the newest"
              hint="Of scheduled ones; older ones go once a newer is verified"
              unit="verified backups"
              value={settings.backup.keep}
            />
            <WideTextSetting
              path={['backup', 'folder']}
              title="Folder"
              hint="Best on another disk than the database"
              isOptional
              placeholder="backups in the data folder"
              value={settings.backup.folder}
            />
          </div>
        </Panel>
      </div>
      {asked?.wish === 'restore' && <RestoreDialog backup={asked.backup} onClose={close} />}
      {asked?.wish === 'remove' && (
        <ConfirmDialog
          title="Remove this backup?"
          confirmText="Remove it"
          cancelText="Keep it"
          testId="backup-remove"
          onClose={close}
          confirm={async () => {
            const reply = await api.call('backups.remove', { id: asked.backup.id })
            if (!reply.ok) return reply.message
            await load()
            return null
          }}
        >
          <p>
            Of {formatDateTime(asked.backup.at)}, {formatCount(rowsOf(asked.backup))} rows. Its file goes for good:
          </p>
          <PathText path={asked.backup.file} what="the path of the backup" />
        </ConfirmDialog>
      )}
    </div>
  )
}

interface BackupListProps {
  readonly backups: readonly Backup[]
  onAsk(asked: Asked): void
}

function BackupList({ backups, onAsk }: BackupListProps) {
  const { backups: store } = useStores()
  const { folder, isCreating, createProblem, create } = useStore(store)
  const now = useNow(10_000)
  const newest = backups.find(({ state }) => state === 'verified')
  return (
    <Panel
      title="Backups"
      testId="backups"
      end={
        <>
          <span className="min-w-0 flex-1 truncate" data-testid="backups-summary">
            {newest === undefined ? (
              <span className="text-warn">
                <StateMark tone="warning" /> No verified backup yet
              </span>
            ) : (
              <>
                <StateMark tone="good" /> Newest verified one is{' '}
                <span className="text-strong">{formatBackupAge(now - newest.at)}</span> old
              </>
            )}
          </span>
          {isCreating && <WorkProgress id="backup" fallback="Copying and checking…" />}
          <Button kind="primary" disabled={isCreating} data-testid="backup-now" onClick={() => void create()}>
            {isCreating ? 'Backing up…' : 'Back up now'}
          </Button>
        </>
      }
    >
      {createProblem !== null && (
        <p role="alert" className="border-b border-line px-3 py-1.5 text-down select-text">
          {createProblem.charAt(0).toUpperCase() + createProblem.slice(1)}
        </p>
      )}
      {backups.length === 0 ? (
        <div className="h-40">
          <Empty title="No backup yet">
            <p>A backup is one file: a copy of the whole database, opened and checked before it counts.</p>
          </Empty>
        </div>
      ) : (
        <BackupTable backups={backups} now={now} onAsk={onAsk} />
      )}
      {folder !== null && (
        <p className="flex items-center gap-2 border-t border-line px-3 py-1.5 text-2xs text-muted">
          In <PathText path={folder} what="the path of the folder" />
        </p>
      )}
    </Panel>
  )
}

const BackupTable = ({ backups, now, onAsk }: BackupListProps & { readonly now: number }) => (
  <div className="overflow-x-auto">
    <table className="w-full text-left" aria-label="Backups" data-testid="backups-table">
      <thead className="text-2xs text-muted">
        <tr className="h-7 [&>th]:px-3 [&>th]:font-normal">
          <th scope="col">Made</th>
          <th scope="col" className="text-right">
            Age
          </th>
          <th scope="col">State</th>
          <th scope="col">Why</th>
          <th scope="col">Of</th>
          <th scope="col" className="text-right">
            Rows
          </th>
          <th scope="col" className="text-right">
            Size
          </th>
          <th scope="col">
            <span className="sr-only">What to do with it</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {backups.map((backup) => (
          <BackupRow key={backup.id} backup={backup} now={now} onAsk={onAsk} />
        ))}
      </tbody>
    </table>
  </div>
)

interface BackupRowProps {
  readonly backup: Backup
  readonly now: number
  onAsk(asked: Asked): void
}

function BackupRow({ backup, now, onAsk }: BackupRowProps) {
  const { id, at, state, problem, reason, mode, bytes } = backup
  const words = backupStates[state]
  const made = formatDateTime(at)
  return (
    <tr
      className="h-8 border-t border-line align-top [&>td]:px-3 [&>td]:py-1.5 [&>th]:px-3 [&>th]:py-1.5"
      data-testid={`backup-${id}`}
    >
      <th scope="row" className="font-normal whitespace-nowrap text-strong" title={backup.file}>
        {made}
      </th>
      <td className="text-right whitespace-nowrap">{formatBackupAge(now - at)}</td>
      <td title={words.hint}>
        <StateMark tone={words.tone} /> {words.text}
        {problem !== null && (
          <span className={classes('block text-2xs select-text', state === 'failed' ? 'text-down' : 'text-warn')}>
            {problem}
          </span>
        )}
      </td>
      <td className="whitespace-nowrap text-muted">{backupReasons[reason]}</td>
      <td className="whitespace-nowrap">
        {mode === null ? <span className="text-muted">not known</span> : mode === 'demo' ? 'Demo' : 'Live'}
      </td>
      <td className="text-right">{formatCount(rowsOf(backup))}</td>
      <td className="text-right whitespace-nowrap">{formatBytes(bytes)}</td>
      <td className="text-right whitespace-nowrap">
        {state !== 'failed' && (
          <Button
            className="h-6!"
            aria-label={`Restore the backup of ${made}`}
            data-testid={`restore-${id}`}
            onClick={() => onAsk({ wish: 'restore', backup })}
          >
            Restore…
          </Button>
        )}{' '}
        <Button
          kind="danger"
          className="h-6!"
          aria-label={`Remove the backup of ${made}`}
          data-testid={`remove-${id}`}
          onClick={() => onAsk({ wish: 'remove', backup })}
        >
          Remove…
        </Button>
      </td>
    </tr>
  )
}
