import { useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { Backup } from '../../../shared/data.ts'
import { backupReasons, backupStates, formatBackupAge } from '../../format/data-words.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
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

const t = textsOf('data')

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
    return <Unread what={t('backups.unread')} problem={problem} retry={retry} />
  return (
    <div className="relative h-full overflow-y-auto">
      <StaleLine problem={problem} retry={retry}>
        {t('stale')}
      </StaleLine>
      <div className="flex flex-col gap-3 p-3">
        <BackupList backups={backups} onAsk={setAsked} />
        <Panel title={t('schedule.title')} className="max-w-4xl">
          <div className="px-3">
            <NumberSetting
              path={['backup', 'everyHours']}
              title={t('schedule.every.title')}
              hint={t('schedule.every.hint')}
              unit={t('schedule.every.unit')}
              value={settings.backup.everyHours}
            />
            <NumberSetting
              path={['backup', 'keep']}
              title={t('schedule.keep.title')}
              hint={t('schedule.keep.hint')}
              unit={t('schedule.keep.unit')}
              value={settings.backup.keep}
            />
            <WideTextSetting
              path={['backup', 'folder']}
              title={t('schedule.folder.title')}
              hint={t('schedule.folder.hint')}
              isOptional
              placeholder={t('schedule.folder.standard')}
              value={settings.backup.folder}
            />
          </div>
        </Panel>
      </div>
      {asked?.wish === 'restore' && <RestoreDialog backup={asked.backup} onClose={close} />}
      {asked?.wish === 'remove' && (
        <ConfirmDialog
          title={t('backups.remove.title')}
          confirmText={t('backups.remove.confirm')}
          cancelText={t('backups.remove.cancel')}
          testId="backup-remove"
          onClose={close}
          confirm={async () => {
            const reply = await api.call('backups.remove', { id: asked.backup.id })
            if (!reply.ok) return reply.message
            await load()
            return null
          }}
        >
          <p>{t('backups.remove.effect', { at: formatDateTime(asked.backup.at), count: rowsOf(asked.backup) })}</p>
          <PathText path={asked.backup.file} what={t('backups.fileCopied')} />
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
      title={t('backups.title')}
      testId="backups"
      end={
        <>
          <span className="min-w-0 flex-1 truncate" data-testid="backups-summary">
            {newest === undefined ? (
              <span className="text-warn">
                <StateMark tone="warning" /> {t('backups.none')}
              </span>
            ) : (
              <>
                <StateMark tone="good" />{' '}
                <Trans
                  t={t}
                  i18nKey="backups.newest"
                  components={{ age: <span className="text-strong" /> }}
                  values={{ age: formatBackupAge(now - newest.at) }}
                />
              </>
            )}
          </span>
          {isCreating && <WorkProgress id="backup" fallback={t('backups.working')} />}
          <Button kind="primary" disabled={isCreating} data-testid="backup-now" onClick={() => void create()}>
            {isCreating ? t('backups.busy') : t('backups.now')}
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
          <Empty title={t('backups.empty')}>
            <p>{t('backups.why')}</p>
          </Empty>
        </div>
      ) : (
        <BackupTable backups={backups} now={now} onAsk={onAsk} />
      )}
      {folder !== null && (
        <p className="flex items-center gap-2 border-t border-line px-3 py-1.5 text-2xs text-muted">
          {t('backups.in')} <PathText path={folder} what={t('backups.folderCopied')} />
        </p>
      )}
    </Panel>
  )
}

const BackupTable = ({ backups, now, onAsk }: BackupListProps & { readonly now: number }) => (
  <div className="overflow-x-auto">
    <table className="w-full text-left" aria-label={t('backups.title')} data-testid="backups-table">
      <thead className="text-2xs text-muted">
        <tr className="h-7 [&>th]:px-3 [&>th]:font-normal">
          <th scope="col">{t('backups.columns.made')}</th>
          <th scope="col" className="text-right">
            {t('backups.columns.age')}
          </th>
          <th scope="col">{t('backups.columns.state')}</th>
          <th scope="col">{t('backups.columns.reason')}</th>
          <th scope="col">{t('backups.columns.mode')}</th>
          <th scope="col" className="text-right">
            {t('backups.columns.rows')}
          </th>
          <th scope="col" className="text-right">
            {t('backups.columns.size')}
          </th>
          <th scope="col">
            <span className="sr-only">{t('backups.columns.actions')}</span>
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
        {mode === null ? <span className="text-muted">{t('backups.modes.unknown')}</span> : t(`backups.modes.${mode}`)}
      </td>
      <td className="text-right">{formatCount(rowsOf(backup))}</td>
      <td className="text-right whitespace-nowrap">{formatBytes(bytes)}</td>
      <td className="text-right whitespace-nowrap">
        {state !== 'failed' && (
          <Button
            className="h-6!"
            aria-label={t('backups.restore.label', { at: made })}
            data-testid={`restore-${id}`}
            onClick={() => onAsk({ wish: 'restore', backup })}
          >
            {t('backups.restore.text')}
          </Button>
        )}{' '}
        <Button
          kind="danger"
          className="h-6!"
          aria-label={t('backups.remove.label', { at: made })}
          data-testid={`remove-${id}`}
          onClick={() => onAsk({ wish: 'remove', backup })}
        >
          {t('backups.remove.text')}
        </Button>
      </td>
    </tr>
  )
}
