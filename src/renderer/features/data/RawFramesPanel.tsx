import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { PathText } from '../../ui/CopyButton.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { NumberSetting, ToggleSetting } from '../settings/fields.tsx'

/** Frames as they came, for when a parser was wrong. */
export function RawFramesPanel({ settings }: { readonly settings: Settings }) {
  const { status } = useStores()
  const raw = useStore(status, (state) => state.rawFrames)
  const { enabled, keepHours, maximumGigabytes } = settings.rawFrames
  return (
    <Panel
      title="Raw frames"
      testId="raw-frames"
      end={
        raw?.enabled === true && (
          <span className="min-w-0 flex-1">
            <PathText path={raw.folder} what="the folder of raw frames" />
          </span>
        )
      }
    >
      {raw?.enabled === true && (
        <dl className="grid grid-cols-4 gap-x-4 px-3 py-2.5">
          <Figure title="Size" hint={`${formatCount(raw.files)} files`} testId="raw-bytes">
            {formatBytes(raw.bytes)}
          </Figure>
          <Figure title="Since">{formatDateTime(raw.oldest).slice(0, 16)}</Figure>
          <Figure title="Frames in this run">{formatCount(raw.frames)}</Figure>
          <Figure title="Dropped" hint="The disk did not keep up with them">
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
          title="Keep raw frames"
          hint="Every public frame as it came; crossbook rebuild makes data of them again"
          value={enabled}
        />
        <NumberSetting
          path={['rawFrames', 'keepHours']}
          title="For"
          hint="The oldest go first"
          unit="hours"
          value={keepHours}
        />
        <NumberSetting
          path={['rawFrames', 'maximumGigabytes']}
          title="At most"
          hint="Whichever comes first"
          unit="GB"
          value={maximumGigabytes}
        />
      </div>
    </Panel>
  )
}
