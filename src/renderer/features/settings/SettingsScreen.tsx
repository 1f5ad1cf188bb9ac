import { useStore } from 'zustand'
import type { AppInfo } from '../../../shared/contract.ts'
import type { Settings } from '../../../shared/settings.ts'
import { formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { AccountsSection } from './AccountsSection.tsx'
import { ExchangesSection } from './ExchangesSection.tsx'
import { NumberSetting, Section, SettingRow, ToggleSetting, useHolder, useUpdate } from './fields.tsx'
import { LadderSetting } from './LadderSetting.tsx'
import { LookSettings } from './LookSettings.tsx'
import { NetworkSection } from './NetworkSection.tsx'
import { SameCoinSection } from './SameCoinSection.tsx'
import { SymbolsSection } from './SymbolsSection.tsx'

const sections = [
  ['mode', 'Demo and live'],
  ['exchanges', 'Exchanges'],
  ['symbols', 'Symbols'],
  ['network', 'Network'],
  ['thresholds', 'Thresholds'],
  ['same-coin', 'Same coin'],
  ['accounts', 'Accounts'],
  ['appearance', 'Appearance'],
  ['recording', 'Recording and files'],
  ['about', 'About'],
] as const

export function SettingsScreen() {
  const { settings: store, status } = useStores()
  const { settings, problem, load } = useStore(store)
  const info = useStore(status, (state) => state.info)
  if (!settings || !info)
    return problem === null ? (
      <Empty title="Loading settings…" busy />
    ) : (
      <Empty title="The settings could not be read">
        <p className="text-down">{problem}</p>
        <Button onClick={() => void load()}>Try again</Button>
      </Empty>
    )
  return (
    <section aria-label="Settings" className="flex h-full" data-testid="screen-settings">
      <nav aria-label="Sections of the settings" className="w-48 shrink-0 border-r border-line bg-panel p-3">
        <ul className="flex flex-col">
          {sections.map(([id, title]) => (
            <li key={id}>
              <button
                type="button"
                className="h-7 w-full rounded px-2 text-left text-muted hover:bg-hover hover:text-strong"
                onClick={() => document.getElementById(`settings-${id}`)?.scrollIntoView()}
              >
                {title}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div className="relative min-w-0 flex-1 overflow-y-auto p-6">
        <div className="max-w-6xl">
          <ModeSection mode={info.mode} />
          <ExchangesSection settings={settings} mode={info.mode} />
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
    <Section id="mode" title="Demo and live">
      <SettingRow
        title={mode === 'demo' ? 'This is the demo' : 'Live: real exchanges'}
        hint={
          mode === 'demo'
            ? 'Simulated exchanges on this machine; their data is kept apart.'
            : 'Nothing is ever ordered.'
        }
        problem={problem}
        holder={holder}
      >
        {mode === 'demo' ? (
          <Button kind="primary" disabled={holder !== null} onClick={() => shell.getState().show('goLive')}>
            Go live…
          </Button>
        ) : (
          <Button
            disabled={holder !== null || isBusy}
            data-testid="back-to-demo"
            onClick={() => void update([{ path: ['mode'], value: 'demo' }])}
          >
            Back to the demo
          </Button>
        )}
      </SettingRow>
    </Section>
  )
}

function ThresholdsSection({ settings }: { readonly settings: Settings }) {
  const { arbitrage, health } = settings
  return (
    <Section id="thresholds" title="Thresholds">
      <NumberSetting
        path={['arbitrage', 'openAbovePercent']}
        title="Opportunity opens above"
        hint="Gross spread, percent of the buy price"
        unit="%"
        value={arbitrage.openAbovePercent}
      />
      <NumberSetting
        path={['arbitrage', 'closeBelowPercent']}
        title="Opportunity closes below"
        hint="Not above the one before, so that it does not flicker"
        unit="%"
        value={arbitrage.closeBelowPercent}
      />
      <NumberSetting
        path={['arbitrage', 'maximumAgeMs']}
        title="Oldest quote that counts"
        hint="Older ones make no spread, even where the market is only quiet"
        unit="ms"
        value={arbitrage.maximumAgeMs}
      />
      <LadderSetting value={arbitrage.ladder} />
      <ToggleSetting
        path={['arbitrage', 'withdrawalFee']}
        title="Take withdrawal fees off profits"
        hint="Of spot pairs, the cheapest way that is open; where it is not known, the profit is not known either"
        value={arbitrage.withdrawalFee}
      />
      <NumberSetting
        path={['health', 'wideSpreadPercent']}
        title="Warn of a bid-ask spread above"
        hint="Percent of the middle, per instrument"
        unit="%"
        value={health.wideSpreadPercent}
      />
      <NumberSetting
        path={['health', 'thinTopOfBook']}
        title="Warn of a top of book below"
        hint="Value of its smaller side"
        unit="quote currency"
        value={health.thinTopOfBook}
      />
      <NumberSetting
        path={['health', 'minimumUpdatesPerMinute']}
        title="Warn of a feed slower than"
        hint="Per exchange"
        unit="updates a minute"
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
      title="Appearance"
      intro={
        door === 'headless' ? 'Tray and notifications are for the desktop window; a browser has neither.' : undefined
      }
    >
      <LookSettings look={settings.appearance} />
      <ToggleSetting
        path={['appearance', 'closeToTray']}
        title="Close to the tray"
        hint="Closing the window leaves Crossbook recording"
        value={closeToTray}
      />
      <ToggleSetting
        path={['appearance', 'notifications']}
        title="Notifications"
        hint="Alerts as notifications of the system"
        value={notifications}
      />
      <ToggleSetting
        path={['appearance', 'notifyFills']}
        title="Notify of fills"
        hint="Of each own trade as it happens"
        value={notifyFills}
      />
      <ToggleSetting
        path={['appearance', 'notifyRejectedKeys']}
        title="Notify of rejected keys"
        hint="When an exchange refuses an account’s key"
        value={notifyRejectedKeys}
      />
    </Section>
  )
}

function RecordingSection({ settings, info }: { readonly settings: Settings; readonly info: AppInfo }) {
  const { status } = useStores()
  const recorder = useStore(status, (state) => state.recorder)
  return (
    <Section id="recording" title="Recording and files">
      <SettingRow title="Recorder" hint="Every second, the newest quote of every market">
        <p>
          {recorder === null
            ? 'Asking…'
            : recorder.recording
              ? `Recording: ${formatCount(recorder.snapshots)} snapshots, ${formatCount(recorder.rowsWritten)} rows`
              : `Not recording${recorder.problem === null ? '' : `: ${recorder.problem}`}`}
        </p>
      </SettingRow>
      <SettingRow title="Database" hint="SQLite; open it with any tool">
        <FilePath text={info.databaseFile} />
        <span className="text-muted">{formatBytes(recorder?.databaseBytes ?? null)}</span>
      </SettingRow>
      <SettingRow title="Data folder" hint="Set by --data at the start">
        <FilePath text={info.dataDir} />
      </SettingRow>
      <SettingRow title="Settings file" hint="Everything on this page stands there, with comments">
        <FilePath text={info.settingsFile} />
      </SettingRow>
      <NumberSetting
        path={['history', 'backfillCandles']}
        title="Candles loaded at the start"
        hint="Per market and period"
        unit="candles"
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
    <Section id="about" title="About">
      <SettingRow title={`Crossbook ${info.version}`} hint="MIT licence">
        <p className="text-muted">
          Running since {formatDateTime(info.startedAt)}. It watches; it never places an order.
        </p>
      </SettingRow>
      <SettingRow title="Charts">
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
