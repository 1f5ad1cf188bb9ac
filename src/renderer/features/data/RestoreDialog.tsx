import { useId, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { type Backup, PrunableTable } from '../../../shared/data.ts'
import { formatBackupAge, tableTitles } from '../../format/data-words.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { PathText } from '../../ui/CopyButton.tsx'
import { Button, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('data')

/** What is to be typed before a backup takes the place of the database. */
const restoreWord = t('restore.word')

interface RestoreDialogProps {
  readonly backup: Backup
  onClose(): void
}

/** A table of the file by its name for people; a table this build does not know by its own. */
function titleOf(table: string): string {
  const known = PrunableTable.safeParse(table)
  return known.success ? tableTitles[known.data] : table
}

/** What the present database is called once it is set aside, but for the time in it. */
const asideName = (file: string): string =>
  `${(file.split(/[/\\]/).at(-1) ?? file).replace(/\.db$/, '')}.before-restore-….db`

/** Lists what a restore does, step by step, and does it only after the word was typed. */
export function RestoreDialog({ backup, onClose }: RestoreDialogProps) {
  const { api, status } = useStores()
  const info = useStore(status, (state) => state.info)
  const [typed, setTyped] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [done, setDone] = useState<{ readonly setAside: string | null } | null>(null)
  const id = useId()
  const isTyped = typed.trim().toLowerCase() === restoreWord
  const isOtherMode = backup.mode !== null && info !== null && backup.mode !== info.mode
  const restore = async () => {
    setBusy(true)
    setProblem(null)
    const reply = await api.call('backups.restore', { id: backup.id })
    setBusy(false)
    if (reply.ok) setDone(reply.value)
    else setProblem(reply.message)
  }
  return (
    <Dialog
      label={t('restore.label')}
      isKeptOnBackdrop
      onClose={isBusy ? () => {} : onClose}
      className="w-[42rem]"
      testId="restore-backup"
    >
      {done ? (
        <div className="flex flex-col gap-3 p-5" role="status">
          <h2 className="text-base font-semibold text-strong">
            <StateMark tone="good" /> {t('restore.done')}
          </h2>
          {done.setAside !== null && (
            <div>
              <p>{t('restore.before')}</p>
              <PathText path={done.setAside} what={t('restore.beforeCopied')} />
            </div>
          )}
          <div className="flex justify-end">
            <Button kind="primary" data-autofocus onClick={onClose}>
              {t('restore.close')}
            </Button>
          </div>
        </div>
      ) : (
        <form
          className="flex flex-col gap-3 p-5"
          onSubmit={(event) => {
            event.preventDefault()
            if (isTyped && !isBusy && !isOtherMode) void restore()
          }}
        >
          <h2 className="text-base font-semibold text-strong">
            {t('restore.title', { at: formatDateTime(backup.at) })}
          </h2>
          <ol className="flex list-decimal flex-col gap-2 pl-5">
            <li>{t('restore.steps.stop')}</li>
            <li>{t('restore.steps.check')}</li>
            <li>
              {t('restore.steps.aside')}
              {info !== null && (
                <code className="block truncate font-mono text-2xs select-text" title={info.databaseFile}>
                  {info.databaseFile} → {asideName(info.databaseFile)}
                </code>
              )}
            </li>
            <li>
              {t('restore.steps.place', { age: formatBackupAge(Date.now() - backup.at) })}
              <BackupContents backup={backup} />
            </li>
            <li>{t('restore.steps.start')}</li>
          </ol>
          {backup.state !== 'verified' && (
            <p className="rounded border border-line bg-warnwash px-3 py-1.5 text-warn">
              <StateMark tone="warning" />{' '}
              {t('restore.unverified', { problem: backup.problem ?? t('restore.unchecked') })}
            </p>
          )}
          {isOtherMode ? (
            <p role="alert" className="text-down">
              {backup.mode === 'demo' ? t('restore.ofDemo') : t('restore.ofLive')}
            </p>
          ) : (
            <div className="flex items-center gap-2">
              <label htmlFor={id}>
                <Trans
                  t={t}
                  i18nKey="restore.type"
                  components={{ word: <strong className="text-strong" /> }}
                  values={{ word: restoreWord }}
                />
              </label>
              <TextField
                id={id}
                data-autofocus
                data-testid="restore-words"
                className="w-32"
                value={typed}
                disabled={isBusy}
                onChange={({ target }) => setTyped(target.value)}
              />
            </div>
          )}
          {problem !== null && (
            <p role="alert" className="text-down select-text">
              {problem}
            </p>
          )}
          <div className="flex items-center justify-end gap-2">
            {isBusy && (
              <span role="status" className="mr-auto text-muted">
                {t('restore.working')}
              </span>
            )}
            <Button disabled={isBusy} onClick={onClose}>
              {t('restore.cancel')}
            </Button>
            <Button
              type="submit"
              kind="danger"
              disabled={!isTyped || isBusy || isOtherMode}
              data-testid="restore-confirm"
            >
              {isBusy ? t('restore.busy') : t('restore.confirm')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function BackupContents({ backup }: { readonly backup: Backup }) {
  const tables = Object.entries(backup.rows).filter(([, rows]) => rows > 0)
  return (
    <div className="mt-1.5 rounded border border-line bg-base px-3 py-2 text-2xs">
      <p className="text-muted">
        <span className="font-mono text-text select-text">{backup.id}</span> · {formatBytes(backup.bytes)} ·{' '}
        {t(`restore.states.${backup.state}`)} · {t(`restore.reasons.${backup.reason}`)} ·{' '}
        {t('restore.upTo', { at: formatDateTime(backup.at) })}
      </p>
      {tables.length > 0 && (
        <dl className="mt-1.5 grid grid-cols-2 gap-x-8">
          {tables.map(([table, rows]) => (
            <div key={table} className="flex justify-between gap-2">
              <dt className="text-muted">{titleOf(table)}</dt>
              <dd>{formatCount(rows)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
