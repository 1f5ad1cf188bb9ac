import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { apiState } from '../../format/bot-words.ts'
import { formatCount } from '../../format/number.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { Empty } from '../../ui/controls.tsx'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { NumberSetting, SettingRow, ToggleSetting } from '../settings/fields.tsx'

/** Whether the local API is open, to whom, and how it is set. */
export function ApiPanel({ gateway }: { readonly gateway: Settings['gateway'] }) {
  const { bots, status: statusStore, link } = useStores()
  const { apiStatus: status, apiProblem, load } = useStore(bots)
  const door = useStore(statusStore, ({ info }) => info?.door ?? null)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const retry = () => void load()
  const words = status === null ? null : apiState(status)
  return (
    <Panel
      title="Local API"
      testId="api"
      end={
        words && (
          <p data-testid="api-state">
            <StateMark tone={isLinked ? words.tone : 'idle'} />{' '}
            <span className="text-strong">{isLinked ? words.text : `Last heard: ${words.text}`}</span>
          </p>
        )
      }
    >
      {status === null ? (
        <div className="h-36">
          {door === null && apiProblem === null ? (
            <Empty title="Asking for the state of the API…" busy />
          ) : (
            <Unread what="the state of the API" problem={apiProblem} retry={retry} />
          )}
        </div>
      ) : (
        <>
          <StaleLine problem={apiProblem} retry={retry}>
            This is from an earlier reading.
          </StaleLine>
          {status.problem !== null && (
            <p role="alert" className="border-b border-line px-3 py-1.5 text-down select-text">
              {status.problem}
            </p>
          )}
          {status.warning !== null && (
            <p className="border-b border-line bg-warnwash px-3 py-1.5 select-text" data-testid="api-warning">
              <StateMark tone="warning" /> {status.warning}
            </p>
          )}
          <dl className="grid grid-cols-[minmax(0,1.8fr)_1fr_1fr_1fr] gap-x-4 border-b border-line px-3 py-2.5">
            <Figure title="Address">
              {status.url === null ? (
                <span className="font-normal text-muted">none</span>
              ) : (
                <span className="flex items-center gap-1.5">
                  <span className="truncate font-mono text-xs" title={status.url}>
                    {status.url}
                  </span>
                  <CopyButton
                    kind="quiet"
                    className="h-5! px-1.5! text-2xs"
                    what="the address"
                    textOf={() => status.url ?? ''}
                  />
                </span>
              )}
            </Figure>
            <Figure title="Clients" hint="WebSocket clients connected now">
              {formatCount(status.clients)}
            </Figure>
            <Figure title="Requests" hint="Answered since the start">
              {formatCount(status.requests)}
            </Figure>
            <Figure title="Refused" hint="No or a wrong token, a foreign page, over the limits">
              <span className={status.refused > 0 ? 'text-warn' : undefined}>{formatCount(status.refused)}</span>
            </Figure>
          </dl>
        </>
      )}
      <div className="px-3">
        <ToggleSetting
          path={['gateway', 'onDesktop']}
          title="Open beside the window"
          hint={door === 'headless' ? 'For the desktop; without a window it is always open' : 'So that bots reach it'}
          value={gateway.onDesktop}
        />
        <NumberSetting
          path={['gateway', 'port']}
          title="Port"
          hint="0 takes any that is free"
          unit=""
          value={gateway.port}
        />
        <SettingRow
          title="Listens at"
          hint="gateway.host in the settings file; other than loopback lets other machines in"
        >
          <code className="font-mono text-xs select-text">{gateway.host}</code>
        </SettingRow>
        <NumberSetting
          path={['gateway', 'requestsPerMinute']}
          title="Requests of one token"
          hint="More are refused until the minute is over"
          unit="a minute"
          value={gateway.requestsPerMinute}
        />
        <ToggleSetting
          path={['gateway', 'openMetrics']}
          title="Metrics without a token"
          hint="For Prometheus at /metrics; nothing of your accounts is in them"
          value={gateway.openMetrics}
        />
      </div>
    </Panel>
  )
}
