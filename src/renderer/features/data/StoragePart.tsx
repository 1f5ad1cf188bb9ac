import { useEffect } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import type { StorageReport } from '../../../shared/data.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { PathText } from '../../ui/CopyButton.tsx'
import { Button } from '../../ui/controls.tsx'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { useOnLink } from '../../ui/useOnLink.ts'
import { NumberSetting } from '../settings/fields.tsx'
import { RawFramesPanel } from './RawFramesPanel.tsx'
import { RecordedTrades } from './RecordedTrades.tsx'
import { TableList } from './TableList.tsx'
import { WorkProgress } from './WorkProgress.tsx'

const t = textsOf('data')

const readEveryMs = 30_000

/** What the database costs and holds, how long it is kept, and what is recorded into it. */
export function StoragePart() {
  const { storage, settings: settingsStore } = useStores()
  const { report, problem, load } = useStore(storage)
  const settings = useStore(settingsStore, (state) => state.settings)
  useOnLink(() => void load(), readEveryMs)
  // What is kept for how long stands in the report, too.
  useEffect(() => settingsStore.subscribe(() => void load()), [settingsStore, load])
  const retry = () => void load()
  if (report === null || settings === null) return <Unread what={t('storage.unread')} problem={problem} retry={retry} />
  return (
    <div className="relative h-full overflow-y-auto">
      <StaleLine problem={problem} retry={retry}>
        {t('stale')}
      </StaleLine>
      <div className="flex flex-col gap-3 p-3">
        <FilePanel report={report} />
        <TableList tables={report.tables} retention={settings.storage.retentionDays} />
        <div className="grid grid-cols-2 gap-3">
          <div className="flex min-w-0 flex-col gap-3">
            <RecordedTrades symbols={settings.trades.record} />
            <Panel title={t('storage.upkeep.title')}>
              <div className="px-3">
                <NumberSetting
                  path={['storage', 'coldAfterHours']}
                  title={t('storage.upkeep.cold')}
                  hint={t('storage.upkeep.coldHint')}
                  unit={t('storage.upkeep.coldUnit')}
                  value={settings.storage.coldAfterHours}
                />
                <NumberSetting
                  path={['storage', 'warnBelowFreeGigabytes']}
                  title={t('storage.upkeep.warn')}
                  hint={t('storage.upkeep.warnHint')}
                  unit={t('storage.upkeep.warnUnit')}
                  value={settings.storage.warnBelowFreeGigabytes}
                />
              </div>
            </Panel>
          </div>
          <div className="flex min-w-0 flex-col gap-3">
            <ColdPanel cold={report.cold} />
            <RawFramesPanel settings={settings} />
            <UpkeepLog upkeep={report.upkeep} />
          </div>
        </div>
      </div>
    </div>
  )
}

function FilePanel({ report }: { readonly report: StorageReport }) {
  const { storage } = useStores()
  const { isCompacting, compactProblem, compact } = useStore(storage)
  const { file, bytes, walBytes, reusableBytes, disk, diskWarning } = report
  return (
    <Panel
      title={t('storage.database.title')}
      testId="storage-file"
      end={
        <>
          <span className="min-w-0 flex-1">
            <PathText path={file} what={t('storage.database.copied')} />
          </span>
          {isCompacting && <WorkProgress id="compression" fallback={t('storage.database.working')} />}
          <Button
            disabled={isCompacting}
            data-testid="compact"
            title={t('storage.database.compactHint')}
            onClick={() => void compact()}
          >
            {isCompacting ? t('storage.database.compacting') : t('storage.database.compact')}
          </Button>
        </>
      }
    >
      <dl className="grid grid-cols-4 gap-x-6 px-3 py-2.5">
        <Figure title={t('storage.database.size')} testId="storage-bytes">
          {formatBytes(bytes)}
        </Figure>
        <Figure title={t('storage.database.log')} hint={t('storage.database.logHint')}>
          {formatBytes(walBytes)}
        </Figure>
        <Figure title={t('storage.database.reusable')} hint={t('storage.database.reusableHint')}>
          {formatBytes(reusableBytes)}
        </Figure>
        <Figure title={t('storage.database.free')} testId="storage-disk">
          {disk === null ? (
            t('storage.database.freeUnknown')
          ) : (
            <Trans
              t={t}
              i18nKey="storage.database.freeOf"
              components={{ total: <span className="font-normal text-muted" /> }}
              values={{ free: formatBytes(disk.freeBytes), total: formatBytes(disk.totalBytes) }}
            />
          )}
        </Figure>
      </dl>
      {diskWarning !== null && (
        <p role="alert" className="border-t border-line bg-warnwash px-3 py-1.5 select-text" data-testid="disk-warning">
          <StateMark tone="warning" /> {diskWarning}
        </p>
      )}
      {compactProblem !== null && (
        <p role="alert" className="border-t border-line px-3 py-1.5 text-down select-text">
          {t('storage.database.failed', { problem: compactProblem })}
        </p>
      )}
    </Panel>
  )
}

function ColdPanel({ cold }: { readonly cold: StorageReport['cold'] }) {
  const { rows, bytes, chunks, newest } = cold
  return (
    <Panel title={t('storage.cold.title')} testId="storage-cold">
      {chunks === 0 ? (
        <p className="px-3 py-2.5 text-muted">{t('storage.cold.none')}</p>
      ) : (
        <dl className="grid grid-cols-[1.2fr_1fr_1fr_1.4fr] gap-x-4 px-3 py-2.5">
          <Figure title={t('storage.cold.rows')}>{formatCount(rows)}</Figure>
          <Figure title={t('storage.cold.size')} hint={t('storage.cold.chunks', { count: chunks })}>
            {formatBytes(bytes)}
          </Figure>
          <Figure title={t('storage.cold.perRow')}>{rows === 0 ? '–' : (bytes / rows).toFixed(1)}</Figure>
          <Figure title={t('storage.cold.upTo')}>{formatDateTime(newest).slice(0, 16)}</Figure>
        </dl>
      )}
    </Panel>
  )
}

function UpkeepLog({ upkeep }: { readonly upkeep: StorageReport['upkeep'] }) {
  const now = useNow(60_000)
  return (
    <Panel title={t('storage.upkeep.last')} testId="storage-upkeep">
      {upkeep.length === 0 ? (
        <p className="px-3 py-2.5 text-muted">{t('storage.upkeep.nothing')}</p>
      ) : (
        <ul>
          {upkeep.map(({ what, at, detail, isProblem }) => (
            <li key={what} className="flex gap-2 border-b border-line px-3 py-1.5 last:border-b-0">
              <StateMark tone={isProblem ? 'bad' : 'good'} />
              <p className="min-w-0 flex-1 select-text">
                <span className="font-medium text-strong">{what}</span>{' '}
                <span className={isProblem ? 'text-down' : 'text-text'}>{detail}</span>
              </p>
              <time className="whitespace-nowrap text-2xs text-muted" title={formatDateTime(at)}>
                {formatWhen(at, now)}
              </time>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
