import { type KeyboardEvent, useEffect, useRef } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { troubleOf } from '../../format/account-words.ts'
import { textsOf } from '../../i18n.ts'
import { type Screen, screenGroups, screens, screenWords } from '../../stores/shell.ts'
import { nextTheme } from '../../theme.ts'
import { classes } from '../../ui/classes.ts'
import { Button, Keys } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('shell')

export const modifierKey = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl'

export function TopBar() {
  const { shell, alerts, settings } = useStores()
  const unseen = useStore(alerts, (state) => state.unacknowledged)
  const toggleTheme = () => {
    void settings
      .getState()
      .update([{ path: ['appearance', 'theme'], value: nextTheme() }])
      .then(shell.getState().tell)
  }
  return (
    <header className="flex h-10 shrink-0 items-center gap-1 border-b border-line bg-panel pr-2 pl-3">
      <Brand />
      {/* Where all of them do not fit, they move under what stands at the end. */}
      <nav
        aria-label={t('bar.screens')}
        className="h-full min-w-0 overflow-x-auto overflow-y-hidden [scrollbar-width:none]"
      >
        <ScreenTabs />
      </nav>
      <div className="flex-1" />
      <button
        type="button"
        onClick={() => shell.getState().show('palette')}
        className="mr-1 flex h-7 items-center justify-between gap-2 rounded border border-line bg-base px-2 whitespace-nowrap text-muted hover:text-text"
        title={t('bar.findHint', { key: modifierKey })}
        data-testid="open-palette"
      >
        <SearchIcon />
        <span className="max-[1500px]:sr-only">
          <Trans t={t} i18nKey="bar.find" components={{ more: <span className="sr-only" /> }} />
        </span>
        <span aria-hidden="true" className="max-[1500px]:hidden">
          <Keys>{modifierKey} K</Keys>
        </span>
      </button>
      <Button
        kind="quiet"
        onClick={() => shell.getState().openAlerts('centre')}
        title={t('bar.alertsHint')}
        data-testid="alerts-button"
      >
        <BellIcon />
        <span className="max-[1500px]:sr-only">{t('bar.alerts')}</span>
        {unseen > 0 && (
          <span className="min-w-5 rounded-full bg-warnwash px-1.5 text-center text-2xs leading-4 font-semibold text-warn">
            <Trans
              t={t}
              i18nKey="bar.unseen"
              components={{ more: <span className="sr-only" /> }}
              values={{ shown: unseen > 99 ? '99+' : unseen }}
            />
          </span>
        )}
      </Button>
      <Button kind="quiet" onClick={toggleTheme} aria-label={t('bar.theme')} title={t('bar.themeHint')}>
        <ThemeIcon />
      </Button>
      <Button
        kind="quiet"
        onClick={() => shell.getState().show('help')}
        aria-label={t('keys.title')}
        title={t('bar.keysHint')}
      >
        ?
      </Button>
    </header>
  )
}

/** Every screen, in three groups: what the market does, what the trader owns, and Crossbook itself. */
function ScreenTabs() {
  const { shell } = useStores()
  const current = useStore(shell, (state) => state.screen)
  const list = useRef<HTMLDivElement>(null)
  // Arrow keys move within the tabs, as in any tab list; only the current one is in the tab order.
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const index = (screens.indexOf(current) + step + screens.length) % screens.length
    const next: Screen = screens[index] ?? 'markets'
    shell.getState().go(next)
    list.current?.querySelector<HTMLElement>(`[data-testid="tab-${next}"]`)?.focus()
  }
  return (
    <div ref={list} className="flex h-full items-center">
      {screenGroups.map((group, i) => (
        <div key={group.title} className={classes('flex h-full items-center', i > 0 && 'ml-1.5')}>
          {i > 0 && <span aria-hidden="true" className="mr-1.5 h-4 w-px bg-line" />}
          <div role="tablist" aria-label={group.title} className="flex h-full" onKeyDown={onKeyDown}>
            {group.screens.map((screen) => (
              <ScreenTab key={screen} screen={screen} isCurrent={screen === current} />
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}

function ScreenTab({ screen, isCurrent }: { readonly screen: Screen; readonly isCurrent: boolean }) {
  const { shell } = useStores()
  const { title, tab, digit, letter } = screenWords[screen]
  const own = useRef<HTMLButtonElement>(null)
  // In a narrow window the tabs scroll.
  useEffect(() => {
    if (isCurrent) own.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isCurrent])
  return (
    <button
      ref={own}
      type="button"
      role="tab"
      aria-selected={isCurrent}
      aria-controls="screen"
      tabIndex={isCurrent ? 0 : -1}
      data-testid={`tab-${screen}`}
      aria-label={tab === title ? undefined : title}
      title={`${title} (${digit === null ? '' : `${digit}, `}g ${letter})`}
      onClick={() => shell.getState().go(screen)}
      className={classes(
        'flex h-full items-center gap-1 border-b-2 px-1.5 max-[1400px]:px-1 max-[1200px]:px-0.5 max-[1200px]:text-xs min-[1720px]:px-2.5',
        isCurrent ? 'border-accent font-semibold text-strong' : 'border-transparent text-muted hover:text-strong',
      )}
    >
      {tab}
      {screen === 'accounts' && <AccountsTrouble />}
    </button>
  )
}

/** Beside "Accounts" when one of them asks to be looked at. */
function AccountsTrouble() {
  const accounts = useStore(useStores().accounts, (state) => state.accounts)
  const trouble = troubleOf(accounts ?? [])
  if (trouble === null) return null
  return (
    <span className={trouble.tone === 'bad' ? 'text-down' : 'text-warn'} title={trouble.text}>
      <StateMark tone={trouble.tone} />
      <span className="sr-only">{trouble.text}</span>
    </span>
  )
}

function Brand() {
  return (
    <div className="mr-2 flex items-center gap-2 font-semibold max-[1150px]:mr-1 tracking-tight text-strong">
      <svg
        width="18"
        height="18"
        viewBox="0 0 18 18"
        aria-hidden="true"
        fill="none"
        strokeWidth="2"
        strokeLinecap="round"
      >
        <path d="M2 13 L7 8 L10 10 L16 4" className="stroke-accent" />
        <path d="M2 5 L7 10 L10 8 L16 14" className="stroke-up" opacity="0.75" />
      </svg>
      <span className="max-[1320px]:sr-only">Crossbook</span>
    </div>
  )
}

const SearchIcon = () => (
  <svg
    width="14"
    height="14"
    viewBox="0 0 16 16"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
  >
    <circle cx="7" cy="7" r="4.5" />
    <path d="m10.5 10.5 4 4" />
  </svg>
)

const BellIcon = () => (
  <svg
    width="14"
    height="14"
    viewBox="0 0 16 16"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
  >
    <path d="M8 2a4 4 0 0 0-4 4c0 4-1.5 5-1.5 5h11S12 10 12 6a4 4 0 0 0-4-4ZM6.5 13.5a1.6 1.6 0 0 0 3 0" />
  </svg>
)

const ThemeIcon = () => (
  <svg
    width="14"
    height="14"
    viewBox="0 0 16 16"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
  >
    <circle cx="8" cy="8" r="6" />
    <path d="M8 2a6 6 0 0 1 0 12Z" fill="currentColor" />
  </svg>
)
