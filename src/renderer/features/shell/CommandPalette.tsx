import { Command, defaultFilter } from 'cmdk'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { type DataPart, type Screen, screens, screenWords } from '../../stores/shell.ts'
import { nextTheme } from '../../theme.ts'
import { Keys } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { checkConnections } from '../connections/checkConnections.ts'
import { DeskCommands } from '../workspace/DeskCommands.tsx'
import { LookCommands } from './LookCommands.tsx'
import { groupClass, itemClass } from './palette-classes.ts'
import { WatchlistCommands } from './WatchlistCommands.tsx'

const t = textsOf('shell')

/** Of commands: `words` stay English, so that what was learnt is found in every language; the text shown is found, too. */
interface Searched {
  readonly words: string
  readonly text: string
}

/** From a letter left out, or a beginning of words, but not from letters found anywhere in a sentence. */
const leastScore = 0.05

/** Groups stand in one order whatever they hold, so what hardly matches would stand above, and be chosen before, what was meant. */
function scoreOf(value: string, search: string, keywords?: string[]): number {
  const score = defaultFilter(value, search, keywords)
  return score < leastScore ? 0 : score
}

const screenSearchWords = (screen: Screen): string => `go to ${screen === 'workspace' ? 'desk' : screen}`

const dataCommands: readonly (Searched & { readonly part: DataPart })[] = [
  { part: 'export', words: 'data export export data…', text: t('palette.export') },
  { part: 'health', words: 'data health show how whole the recording is', text: t('palette.health') },
  { part: 'gaps', words: 'data gaps show gaps in what was recorded', text: t('palette.gaps') },
  { part: 'storage', words: 'data storage show storage and retention', text: t('palette.storage') },
  { part: 'backups', words: 'data backups back up or restore…', text: t('palette.backups') },
]

const partCommands: readonly (Searched & { readonly screen: Screen; readonly part: string })[] = [
  {
    screen: 'books',
    part: 'consolidated',
    words: 'books consolidated show all exchanges’ books as one',
    text: t('palette.consolidated'),
  },
  {
    screen: 'books',
    part: 'heatmap',
    words: 'books heatmap show order books over time, as a heatmap',
    text: t('palette.heatmap'),
  },
  {
    screen: 'connections',
    part: 'league',
    words: 'connections league compare exchanges over time',
    text: t('palette.league'),
  },
  {
    screen: 'connections',
    part: 'markets',
    words: 'connections markets show the health of markets',
    text: t('palette.marketHealth'),
  },
]

export function CommandPalette() {
  const { api, shell, quotes, settings, status } = useStores()
  const { go, show, openBooks, openChart, openData, openPart, tell } = shell.getState()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const symbols = useMemo(() => [...new Set(instruments.map(({ symbol }) => symbol))], [instruments])
  const isDemo = useStore(status, ({ info }) => info?.mode === 'demo')
  const run = (action: () => void) => () => {
    show(null)
    action()
  }
  const toggleTheme = () => {
    void settings
      .getState()
      .update([{ path: ['appearance', 'theme'], value: nextTheme() }])
      .then(tell)
  }
  return (
    <Dialog
      label={t('palette.title')}
      onClose={() => show(null)}
      className="w-[34rem] overflow-hidden"
      testId="command-palette"
    >
      <Command label={t('palette.title')} filter={scoreOf} loop>
        <Command.Input
          data-autofocus
          placeholder={t('palette.placeholder')}
          className="h-11 w-full border-b border-line bg-transparent px-4 text-sm outline-none select-text"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto p-2">
          <Command.Empty className="p-4 text-center text-muted">{t('palette.nothing')}</Command.Empty>
          <Command.Group heading={t('palette.goTo')} className={groupClass}>
            {screens.map((screen) => (
              <Command.Item
                key={screen}
                value={screenSearchWords(screen)}
                keywords={[screenWords[screen].title]}
                className={itemClass}
                onSelect={() => go(screen)}
              >
                {screenWords[screen].title}
                <Keys>{screenWords[screen].digit ?? `g ${screenWords[screen].letter}`}</Keys>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading={t('palette.title')} className={groupClass}>
            <Command.Item
              value="switch theme dark light"
              keywords={[t('bar.theme')]}
              className={itemClass}
              onSelect={run(toggleTheme)}
            >
              {t('bar.theme')}
            </Command.Item>
            <LookCommands />
            <WatchlistCommands />
            {isDemo && (
              <Command.Item
                value="go live real exchanges"
                keywords={[t('demo.goLive')]}
                className={itemClass}
                onSelect={() => show('goLive')}
              >
                {t('demo.goLive')}
              </Command.Item>
            )}
            <Command.Item
              value="add account api key"
              keywords={[t('palette.addAccount')]}
              className={itemClass}
              onSelect={() => show('addAccount')}
            >
              {t('palette.addAccount')}
            </Command.Item>
            {partCommands.map(({ screen, part, words, text }) => (
              <Command.Item
                key={`${screen} ${part}`}
                value={words}
                keywords={[text]}
                className={itemClass}
                onSelect={() => openPart(screen, part)}
              >
                {text}
                <Keys>{`g ${screenWords[screen].letter}, v`}</Keys>
              </Command.Item>
            ))}
            {dataCommands.map(({ part, words, text }) => (
              <Command.Item
                key={part}
                value={words}
                keywords={[text]}
                className={itemClass}
                onSelect={() => openData(part)}
              >
                {text}
              </Command.Item>
            ))}
            <Command.Item
              value="check connections network reconnect"
              keywords={[t('palette.checkConnections')]}
              className={itemClass}
              onSelect={run(() => void checkConnections(api).then(tell))}
            >
              {t('palette.checkConnections')}
            </Command.Item>
            <Command.Item
              value="alerts"
              keywords={[t('palette.alerts')]}
              className={itemClass}
              onSelect={() => shell.getState().openAlerts('centre')}
            >
              {t('palette.alerts')}
              <Keys>a</Keys>
            </Command.Item>
            <Command.Item
              value="alert rules"
              keywords={[t('palette.alertRules')]}
              className={itemClass}
              onSelect={() => shell.getState().openAlerts('rules')}
            >
              {t('palette.alertRules')}
            </Command.Item>
            <Command.Item
              value="keys shortcuts help"
              keywords={[t('palette.keys')]}
              className={itemClass}
              onSelect={() => show('help')}
            >
              {t('palette.keys')}
              <Keys>?</Keys>
            </Command.Item>
          </Command.Group>
          <DeskCommands symbols={symbols} />
          <Command.Group heading={t('palette.charts')} className={groupClass}>
            {symbols.map((symbol) => (
              <Command.Item
                key={symbol}
                value={symbol}
                keywords={[formatSymbol(symbol)]}
                className={itemClass}
                onSelect={() => openChart(symbol)}
              >
                {formatSymbol(symbol)}
                <span className="text-2xs text-muted">{t('palette.chart')}</span>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading={t('palette.books')} className={groupClass}>
            {symbols.map((symbol) => (
              <Command.Item
                key={symbol}
                value={`book ${symbol}`}
                keywords={[formatSymbol(symbol), 'order book', t('palette.book')]}
                className={itemClass}
                onSelect={() => openBooks(symbol)}
              >
                {formatSymbol(symbol)}
                <span className="text-2xs text-muted">{t('palette.book')}</span>
              </Command.Item>
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  )
}
