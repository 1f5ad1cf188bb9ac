import { useStore } from 'zustand'
import type { Settings } from '../../../shared/settings.ts'
import { apiState } from '../../format/bot-words.ts'
import { formatCount } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { Empty } from '../../ui/controls.tsx'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { NumberSetting, SettingRow, ToggleSetting } from '../settings/fields.tsx'

const t = textsOf('bots')

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
      title={t('api.title')}
      testId="api"
      end={
        words && (
          <p data-testid="api-state">
            <StateMark tone={isLinked ? words.tone : 'idle'} />{' '}
            <span className="text-strong">{isLinked ? words.text : t('lastHeard', { state: words.text })}</span>
          </p>
        )
      }
    >
      {status === null ? (
        <div className="h-36">
          {door === null && apiProblem === null ? (
            <Empty title={t('api.asking')} busy />
          ) : (
            <Unread what={t('api.state')} problem={apiProblem} retry={retry} />
          )}
        </div>
      ) : (
        <>
          <StaleLine problem={apiProblem} retry={retry}>
            {t('stale')}
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
            <Figure title={t('api.address')}>
              {status.url === null ? (
                <span className="font-normal text-muted">{t('api.noAddress')}</span>
              ) : (
                <span className="flex items-center gap-1.5">
                  <span className="truncate font-mono text-xs" title={status.url}>
                    {status.url}
                  </span>
                  <CopyButton
                    kind="quiet"
                    className="h-5! px-1.5! text-2xs"
                    what={t('api.copied')}
                    textOf={() => status.url ?? ''}
                  />
                </span>
              )}
            </Figure>
            <Figure title={t('api.clients.title')} hint={t('api.clients.hint')}>
              {formatCount(status.clients)}
            </Figure>
            <Figure title={t('api.requests.title')} hint={t('api.requests.hint')}>
              {formatCount(status.requests)}
            </Figure>
            <Figure title={t('api.refused.title')} hint={t('api.refused.hint')}>
              <span className={status.refused > 0 ? 'text-warn' : undefined}>{formatCount(status.refused)}</span>
            </Figure>
          </dl>
        </>
      )}
      <div className="px-3">
        <ToggleSetting
          path={['gateway', 'onDesktop']}
          title={t('api.open.title')}
          hint={door === 'headless' ? t('api.open.headless') : t('api.open.hint')}
          value={gateway.onDesktop}
        />
        <NumberSetting
          path={['gateway', 'port']}
          title={t('api.port.title')}
          hint={t('api.port.hint')}
          unit=""
          value={gateway.port}
        />
        <SettingRow title={t('api.host.title')} hint={t('api.host.hint')}>
          <code className="font-mono text-xs select-text">{gateway.host}</code>
        </SettingRow>
        <NumberSetting
          path={['gateway', 'requestsPerMinute']}
          title={t('api.limit.title')}
          hint={t('api.limit.hint')}
          unit={t('api.limit.unit')}
          value={gateway.requestsPerMinute}
        />
        <ToggleSetting
          path={['gateway', 'openMetrics']}
          title={t('api.metrics.title')}
          hint={t('api.metrics.hint')}
          value={gateway.openMetrics}
        />
      </div>
    </Panel>
  )
}
