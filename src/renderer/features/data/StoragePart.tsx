import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { StorageReport } from '../../../shared/data.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime, formatWhen } from '../../format/time.ts'
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
  if (report === null || settings === null)
    return <Unread what="the state of the storage" problem={problem} retry={retry} />
  return (
    <div className="relative h-full overflow-y-auto">
      <StaleLine problem={problem} retry={retry}>
        This is from an earlier reading.
      </StaleLine>
      <div className="flex flex-col gap-3 p-3">
        <FilePanel report={report} />
        <TableList tables={report.tables} retention={settings.storage.retentionDays} />
        <div className="grid grid-cols-2 gap-3">
          <div className="flex min-w-0 flex-col gap-3">
            <RecordedTrades symbols={settings.trades.record} />
            <Panel title="Upkeep">
              <div className="px-3">
                <NumberSetting
                  path={['storage', 'coldAfterHours']}
                  title="Quotes are compressed after"
                  hint="Lossless; reads and exports see them as before"
                  unit="hours"
                  value={settings.storage.coldAfterHours}
                />
                <NumberSetting
                  path={['storage', 'warnBelowFreeGigabytes']}
                  title="Warn when the disk is below"
                  hint="0: never warn"
                  unit="GB free"
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
      title="Database"
      testId="storage-file"
      end={
        <>
          <span className="min-w-0 flex-1">
            <PathText path={file} what="the path of the database" />
          </span>
          {isCompacting && <WorkProgress id="compression" fallback="Compressing, removing, giving space back…" />}
          <Button
            disabled={isCompacting}
            data-testid="compact"
            title="Compresses what is old, removes what is past its days, and gives free space back"
            onClick={() => void compact()}
          >
            {isCompacting ? 'Compacting…' : 'Compact now'}
          </Button>
        </>
      }
    >
      <dl className="grid grid-cols-4 gap-x-6 px-3 py-2.5">
        <Figure title="Size" testId="storage-bytes">
          {formatBytes(bytes)}
        </Figure>
        <Figure title="Write-ahead log" hint="What was written last, before it goes into the file">
          {formatBytes(walBytes)}
        </Figure>
        <Figure title="Reusable inside" hint="Left by rows that went; filled before the file grows">
          {formatBytes(reusableBytes)}
        </Figure>
        <Figure title="Disk free" testId="storage-disk">
          {disk === null ? (
            'not known'
          ) : (
            <>
              {formatBytes(disk.freeBytes)}{' '}
              <span className="font-normal text-muted">of {formatBytes(disk.totalBytes)}</span>
            </>
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
          Not compacted: {compactProblem}
        </p>
      )}
    </Panel>
  )
}

function ColdPanel({ cold }: { readonly cold: StorageReport['cold'] }) {
  const { rows, bytes, chunks, newest } = cold
  return (
    <Panel title="Compressed quotes" testId="storage-cold">
      {chunks === 0 ? (
        <p className="px-3 py-2.5 text-muted">None yet: what is recorded is not old enough.</p>
      ) : (
        <dl className="grid grid-cols-[1.2fr_1fr_1fr_1.4fr] gap-x-4 px-3 py-2.5">
          <Figure title="Rows">{formatCount(rows)}</Figure>
          <Figure title="Size" hint={`${formatCount(chunks)} chunks`}>
            {formatBytes(bytes)}
          </Figure>
          <Figure title="Bytes a row">{rows === 0 ? '–' : (bytes / rows).toFixed(1)}</Figure>
          <Figure title="Up to">{formatDateTime(newest).slice(0, 16)}</Figure>
        </dl>
      )}
    </Panel>
  )
}

function UpkeepLog({ upkeep }: { readonly upkeep: StorageReport['upkeep'] }) {
  const now = useNow(60_000)
  return (
    <Panel title="What upkeep did last" testId="storage-upkeep">
      {upkeep.length === 0 ? (
        <p className="px-3 py-2.5 text-muted">Nothing since the start.</p>
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
