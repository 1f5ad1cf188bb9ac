import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { PathText } from '../../ui/CopyButton.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { NumberSetting, ToggleSetting } from '../settings/fields.tsx'

const t = textsOf('data')

/** Frames as they came, for when a parser was wrong. */
export function RawFramesPanel({ settings }: { readonly settings: Settings }) {
  const { status } = useStores()
  const raw = useStore(status, (state) => state.rawFrames)
  const { enabled, keepHours, maximumGigabytes } = settings.rawFrames
  return (
    <Panel
      title={t('storage.raw.title')}
      testId="raw-frames"
      end={
        raw?.enabled === true && (
          <span className="min-w-0 flex-1">
            <PathText path={raw.folder} what={t('storage.raw.copied')} />
          </span>
        )
      }
    >
      {raw?.enabled === true && (
        <dl className="grid grid-cols-4 gap-x-4 px-3 py-2.5">
          <Figure title={t('storage.raw.size')} hint={t('storage.raw.files', { count: raw.files })} testId="raw-bytes">
            {formatBytes(raw.bytes)}
          </Figure>
          <Figure title={t('storage.raw.since')}>{formatDateTime(raw.oldest).slice(0, 16)}</Figure>
          <Figure title={t('storage.raw.frames')}>{formatCount(raw.frames)}</Figure>
          <Figure title={t('storage.raw.dropped')} hint={t('storage.raw.droppedHint')}>
            <span className={raw.dropped > 0 ? 'text-down' : undefined}>{formatCount(raw.dropped)}</span>
          </Figure>
        </dl>
      )}
      {raw !== null && raw.problem !== null && (
        <p role="alert" className="border-t border-line bg-warnwash px-3 py-1.5 select-text">
          <StateMark tone="warning" /> {raw.problem}
        </p>
      )}
      <div className="px-3">
        <ToggleSetting
          path={['rawFrames', 'enabled']}
          title={t('storage.raw.keep')}
          hint={t('storage.raw.keepHint')}
          value={enabled}
        />
        <NumberSetting
          path={['rawFrames', 'keepHours']}
          title={t('storage.raw.hours')}
          hint={t('storage.raw.hoursHint')}
          unit={t('storage.raw.hoursUnit')}
          value={keepHours}
        />
        <NumberSetting
          path={['rawFrames', 'maximumGigabytes']}
          title={t('storage.raw.most')}
          hint={t('storage.raw.mostHint')}
          unit="GB"
          value={maximumGigabytes}
        />
      </div>
    </Panel>
  )
}
