import { useStore } from 'zustand'
import type { AppInfo } from '../../../shared/contract.ts'
import type { Settings } from '../../../shared/settings.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { AccountsSection } from './AccountsSection.tsx'
import { ExchangesSection } from './ExchangesSection.tsx'
import { NumberSetting, Section, SettingRow, ToggleSetting, useHolder, useUpdate } from './fields.tsx'
import { LadderSetting } from './LadderSetting.tsx'
import { LookSettings } from './LookSettings.tsx'
import { NetworkSection } from './NetworkSection.tsx'
import { PluginsSection } from './PluginsSection.tsx'
import { SameCoinSection } from './SameCoinSection.tsx'
import { SymbolsSection } from './SymbolsSection.tsx'

const t = textsOf('settings')

const sections = [
  'mode',
  'exchanges',
  'plugins',
  'symbols',
  'network',
  'thresholds',
  'same-coin',
  'accounts',
  'appearance',
  'recording',
  'about',
] as const

export function SettingsScreen() {
  const { settings: store, status } = useStores()
  const { settings, problem, load } = useStore(store)
  const info = useStore(status, (state) => state.info)
  if (!settings || !info)
    return problem === null ? (
      <Empty title={t('loading')} busy />
    ) : (
      <Empty title={t('unread')}>
        <p className="text-down">{problem}</p>
        <Button onClick={() => void load()}>{t('retry')}</Button>
      </Empty>
    )
  return (
    <section aria-label={t('title')} className="flex h-full" data-testid="screen-settings">
      <nav aria-label={t('navigation')} className="w-48 shrink-0 border-r border-line bg-panel p-3">
        <ul className="flex flex-col">
          {sections.map((id) => (
            <li key={id}>
              <button
                type="button"
                className="h-7 w-full rounded px-2 text-left text-muted hover:bg-hover hover:text-strong"
                onClick={() => document.getElementById(`settings-${id}`)?.scrollIntoView()}
              >
                {t(`sections.${id}`)}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div className="relative min-w-0 flex-1 overflow-y-auto p-6">
        <div className="max-w-6xl">
          <ModeSection mode={info.mode} />
          <ExchangesSection settings={settings} mode={info.mode} />
          <PluginsSection />
          <SymbolsSection settings={settings} />
          <NetworkSection settings={settings} />
          <ThresholdsSection settings={settings} />
          <SameCoinSection settings={settings} />
          <AccountsSection settings={settings} />
          <AppearanceSection settings={settings} door={info.door} />
          <RecordingSection settings={settings} info={info} />
          <AboutSection info={info} />
        </div>
      </div>
    </section>
  )
}

function ModeSection({ mode }: { readonly mode: AppInfo['mode'] }) {
  const { shell } = useStores()
  const holder = useHolder(['mode'])
  const { update, problem, isBusy } = useUpdate()
  return (
    <Section id="mode" title={t('sections.mode')}>
      <SettingRow title={t(`mode.${mode}.title`)} hint={t(`mode.${mode}.hint`)} problem={problem} holder={holder}>
        {mode === 'demo' ? (
          <Button kind="primary" disabled={holder !== null} onClick={() => shell.getState().show('goLive')}>
            {t('mode.goLive')}
          </Button>
        ) : (
          <Button
            disabled={holder !== null || isBusy}
            data-testid="back-to-demo"
            onClick={() => void update([{ path: ['mode'], value: 'demo' }])}
          >
            {t('mode.back')}
          </Button>
        )}
      </SettingRow>
    </Section>
  )
}

function ThresholdsSection({ settings }: { readonly settings: Settings }) {
  const { arbitrage, health } = settings
  return (
    <Section id="thresholds" title={t('sections.thresholds')}>
      <NumberSetting
        path={['arbitrage', 'openAbovePercent']}
        title={t('thresholds.openAbove.title')}
        hint={t('thresholds.openAbove.hint')}
        unit="%"
        value={arbitrage.openAbovePercent}
      />
      <NumberSetting
        path={['arbitrage', 'closeBelowPercent']}
        title={t('thresholds.closeBelow.title')}
        hint={t('thresholds.closeBelow.hint')}
        unit="%"
        value={arbitrage.closeBelowPercent}
      />
      <NumberSetting
        path={['arbitrage', 'maximumAgeMs']}
        title={t('thresholds.maximumAge.title')}
        hint={t('thresholds.maximumAge.hint')}
        unit="ms"
        value={arbitrage.maximumAgeMs}
      />
      <LadderSetting value={arbitrage.ladder} />
      <ToggleSetting
        path={['arbitrage', 'withdrawalFee']}
        title={t('thresholds.withdrawalFee.title')}
        hint={t('thresholds.withdrawalFee.hint')}
        value={arbitrage.withdrawalFee}
      />
      <NumberSetting
        path={['health', 'wideSpreadPercent']}
        title={t('thresholds.wideSpread.title')}
        hint={t('thresholds.wideSpread.hint')}
        unit="%"
        value={health.wideSpreadPercent}
      />
      <NumberSetting
        path={['health', 'thinTopOfBook']}
        title={t('thresholds.thinTop.title')}
        hint={t('thresholds.thinTop.hint')}
        unit={t('thresholds.thinTop.unit')}
        value={health.thinTopOfBook}
      />
      <NumberSetting
        path={['health', 'minimumUpdatesPerMinute']}
        title={t('thresholds.slowFeed.title')}
        hint={t('thresholds.slowFeed.hint')}
        unit={t('thresholds.slowFeed.unit')}
        value={health.minimumUpdatesPerMinute}
      />
    </Section>
  )
}

function AppearanceSection({ settings, door }: { readonly settings: Settings; readonly door: AppInfo['door'] }) {
  const { closeToTray, notifications, notifyFills, notifyRejectedKeys } = settings.appearance
  return (
    <Section
      id="appearance"
      title={t('sections.appearance')}
      intro={door === 'headless' ? t('look.headless') : undefined}
    >
      <LookSettings look={settings.appearance} />
      <ToggleSetting
        path={['appearance', 'closeToTray']}
        title={t('look.closeToTray.title')}
        hint={t('look.closeToTray.hint')}
        value={closeToTray}
      />
      <ToggleSetting
        path={['appearance', 'notifications']}
        title={t('look.notifications.title')}
        hint={t('look.notifications.hint')}
        value={notifications}
      />
      <ToggleSetting
        path={['appearance', 'notifyFills']}
        title={t('look.notifyFills.title')}
        hint={t('look.notifyFills.hint')}
        value={notifyFills}
      />
      <ToggleSetting
        path={['appearance', 'notifyRejectedKeys']}
        title={t('look.notifyRejectedKeys.title')}
        hint={t('look.notifyRejectedKeys.hint')}
        value={notifyRejectedKeys}
      />
    </Section>
  )
}

function RecordingSection({ settings, info }: { readonly settings: Settings; readonly info: AppInfo }) {
  const { status } = useStores()
  const recorder = useStore(status, (state) => state.recorder)
  return (
    <Section id="recording" title={t('sections.recording')}>
      <SettingRow title={t('recording.recorder.title')} hint={t('recording.recorder.hint')}>
        <p>
          {recorder === null
            ? t('recording.recorder.asking')
            : recorder.recording
              ? t('recording.recorder.running', {
                  snapshots: formatCount(recorder.snapshots),
                  rows: formatCount(recorder.rowsWritten),
                })
              : recorder.problem === null
                ? t('recording.recorder.stopped')
                : t('recording.recorder.stoppedWhy', { problem: recorder.problem })}
        </p>
      </SettingRow>
      <SettingRow title={t('recording.database.title')} hint={t('recording.database.hint')}>
        <FilePath text={info.databaseFile} />
        <span className="text-muted">{formatBytes(recorder?.databaseBytes ?? null)}</span>
      </SettingRow>
      <SettingRow title={t('recording.folder.title')} hint={t('recording.folder.hint')}>
        <FilePath text={info.dataDir} />
      </SettingRow>
      <SettingRow title={t('recording.file.title')} hint={t('recording.file.hint')}>
        <FilePath text={info.settingsFile} />
      </SettingRow>
      <NumberSetting
        path={['history', 'backfillCandles']}
        title={t('recording.backfill.title')}
        hint={t('recording.backfill.hint')}
        unit={t('recording.backfill.unit')}
        value={settings.history.backfillCandles}
      />
    </Section>
  )
}

const FilePath = ({ text }: { readonly text: string }) => (
  <code className="font-mono text-xs break-all select-text">{text}</code>
)

function AboutSection({ info }: { readonly info: AppInfo }) {
  return (
    <Section id="about" title={t('sections.about')}>
      <SettingRow title={`Crossbook ${info.version}`} hint={t('about.licence')}>
        <p className="text-muted">{t('about.since', { at: formatDateTime(info.startedAt) })}</p>
      </SettingRow>
      <SettingRow title={t('about.charts')}>
        <p className="text-muted">
          TradingView Lightweight Charts™, Copyright © TradingView, Inc., Apache License 2.0,{' '}
          <a
            className="text-accent hover:underline"
            href="https://www.tradingview.com/"
            target="_blank"
            rel="noreferrer"
          >
            www.tradingview.com
          </a>
        </p>
      </SettingRow>
    </Section>
  )
}
