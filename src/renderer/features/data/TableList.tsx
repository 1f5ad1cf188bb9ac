import { useEffect, useId, useState } from 'react'
import { Trans } from 'react-i18next'
import type { PrunableTable, StoredTable } from '../../../shared/data.ts'
import { formatRetention, tableTitles } from '../../format/data-words.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { TextField } from '../../ui/controls.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { HeldBy, useHolder, useUpdate } from '../settings/fields.tsx'
import { parseDays, type Retention, removedBefore, retentionChange, retentionPath } from './retention.ts'

const t = textsOf('data')

interface TableListProps {
  readonly tables: readonly StoredTable[]
  readonly retention: Retention
}

export const TableList = ({ tables, retention }: TableListProps) => (
  <Panel title={t('tables.title')} end={<span className="text-2xs text-muted">{t('tables.names')}</span>}>
    <div className="overflow-x-auto">
      <table className="w-full text-left" aria-label={t('tables.title')} data-testid="storage-tables">
        <thead className="text-2xs text-muted">
          <tr className="h-7 [&>th]:px-3 [&>th]:font-normal">
            <th scope="col">{t('tables.columns.what')}</th>
            <th scope="col" className="text-right">
              {t('tables.columns.rows')}
            </th>
            <th scope="col" className="text-right">
              {t('tables.columns.size')}
            </th>
            <th scope="col">{t('tables.columns.oldest')}</th>
            <th scope="col">{t('tables.columns.newest')}</th>
            <th scope="col" className="w-[28rem]">
              {t('tables.columns.kept')}
            </th>
          </tr>
        </thead>
        <tbody>
          {tables.map((stored) => (
            <tr key={stored.table} className="h-8 border-t border-line [&>td]:px-3 [&>th]:px-3">
              <th scope="row" className="font-normal whitespace-nowrap">
                <span className="text-strong">{tableTitles[stored.table]}</span>{' '}
                <code className="font-mono text-2xs text-muted select-text">{stored.table}</code>
              </th>
              <td className="text-right text-strong">{formatCount(stored.rows)}</td>
              <td className="text-right whitespace-nowrap">{formatBytes(stored.bytes)}</td>
              <td className="whitespace-nowrap text-muted">{formatDateTime(stored.oldest)}</td>
              <td className="whitespace-nowrap text-muted">{formatDateTime(stored.newest)}</td>
              <td>
                <KeptFor stored={stored} retention={retention} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Panel>
)

interface KeptForProps {
  readonly stored: StoredTable
  readonly retention: Retention
}

/** Days in a field; empty is for ever. What would make stored rows go is asked about first. */
function KeptFor({ stored, retention }: KeptForProps) {
  const { table } = stored
  const days = retention[table]
  const id = useId()
  const holder = useHolder(retentionPath(table))
  const { update, problem, setProblem, isBusy } = useUpdate()
  const written = days === null ? '' : String(days)
  const [text, setText] = useState(written)
  const [asked, setAsked] = useState<{ readonly days: number; readonly before: number } | null>(null)
  // Also once the question is answered: either the days are others now, or they stay.
  useEffect(() => {
    if (asked === null) setText(written)
  }, [written, asked])

  const save = (next: number | null) => update([retentionChange(retention, table, next)])
  const commit = () => {
    const parsed = parseDays(text)
    if ('invalid' in parsed) return setProblem(parsed.invalid)
    setProblem(null)
    if (parsed.days === days) return setText(written)
    const before = removedBefore(stored, parsed.days, Date.now())
    if (before !== null && parsed.days !== null) setAsked({ days: parsed.days, before })
    else void save(parsed.days)
  }
  const reset = () => {
    setText(written)
    setProblem(null)
  }
  return (
    <span className="flex items-center gap-2">
      <TextField
        aria-label={t('tables.days.label', { table: tableTitles[table] })}
        data-testid={`retention-${table}`}
        className="h-6! w-20 text-right"
        inputMode="numeric"
        placeholder={t('tables.days.ever')}
        value={text}
        disabled={holder !== null || isBusy}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => {
          if (asked === null) commit()
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            // Else the same key would answer the question it opens.
            event.preventDefault()
            event.currentTarget.blur()
          }
          if (event.key === 'Escape') reset()
        }}
      />
      <span className="w-8 text-muted">{text.trim() === '' ? '' : t('tables.days.unit')}</span>
      {holder !== null && <HeldBy holder={holder} />}
      {problem !== null && (
        <span id={`${id}-problem`} role="alert" className="text-2xs text-down">
          {problem}
        </span>
      )}
      {asked !== null && (
        <Shorten
          table={table}
          days={asked.days}
          before={asked.before}
          save={() => save(asked.days)}
          onClose={() => setAsked(null)}
        />
      )}
    </span>
  )
}

interface ShortenProps {
  readonly table: PrunableTable
  readonly days: number
  readonly before: number
  save(): Promise<boolean>
  onClose(): void
}

const Shorten = ({ table, days, before, save, onClose }: ShortenProps) => (
  <ConfirmDialog
    title={t('tables.shorten.title', { table: tableTitles[table], span: formatRetention(days) })}
    confirmText={t('tables.shorten.confirm')}
    cancelText={t('tables.shorten.cancel')}
    testId="retention-shorten"
    onClose={onClose}
    confirm={async () => ((await save()) ? null : t('tables.shorten.refused'))}
  >
    <p>
      <Trans
        t={t}
        i18nKey="tables.shorten.effect"
        components={{ at: <span className="text-strong" /> }}
        values={{ at: formatDateTime(before) }}
      />
    </p>
  </ConfirmDialog>
)
