import { Command } from 'cmdk'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { formatSymbol } from '../../format/names.ts'
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

const dataCommands: readonly { readonly part: DataPart; readonly text: string }[] = [
  { part: 'export', text: 'Export data…' },
  { part: 'health', text: 'Show how whole the recording is' },
  { part: 'gaps', text: 'Show gaps in what was recorded' },
  { part: 'storage', text: 'Show storage and retention' },
  { part: 'backups', text: 'Back up or restore…' },
]

const partCommands: readonly { readonly screen: Screen; readonly part: string; readonly text: string }[] = [
  { screen: 'books', part: 'consolidated', text: 'Show all exchanges’ books as one' },
  { screen: 'books', part: 'heatmap', text: 'Show order books over time, as a heatmap' },
  { screen: 'connections', part: 'league', text: 'Compare exchanges over time' },
  { screen: 'connections', part: 'markets', text: 'Show the health of markets' },
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
    <Dialog label="Commands" onClose={() => show(null)} className="w-[34rem] overflow-hidden" testId="command-palette">
      <Command label="Commands" loop>
        <Command.Input
          data-autofocus
          placeholder="Symbol, screen or command"
          className="h-11 w-full border-b border-line bg-transparent px-4 text-sm outline-none select-text"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto p-2">
          <Command.Empty className="p-4 text-center text-muted">Nothing by that name</Command.Empty>
          <Command.Group heading="Go to" className={groupClass}>
            {screens.map((screen) => (
              <Command.Item
                key={screen}
                value={`go to ${screenWords[screen].title}`}
                className={itemClass}
                onSelect={() => go(screen)}
              >
                {screenWords[screen].title}
                <Keys>{screenWords[screen].digit ?? `g ${screenWords[screen].letter}`}</Keys>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading="Commands" className={groupClass}>
            <Command.Item value="switch theme dark light" className={itemClass} onSelect={run(toggleTheme)}>
              Switch between dark and light
            </Command.Item>
            <LookCommands />
            <WatchlistCommands />
            {isDemo && (
              <Command.Item value="go live real exchanges" className={itemClass} onSelect={() => show('goLive')}>
                Go live…
              </Command.Item>
            )}
            <Command.Item value="add account api key" className={itemClass} onSelect={() => show('addAccount')}>
              Add an account…
            </Command.Item>
            {partCommands.map(({ screen, part, text }) => (
              <Command.Item
                key={`${screen} ${part}`}
                value={`${screenWords[screen].title} ${part} ${text}`}
                className={itemClass}
                onSelect={() => openPart(screen, part)}
              >
                {text}
                <Keys>{`g ${screenWords[screen].letter}, v`}</Keys>
              </Command.Item>
            ))}
            {dataCommands.map(({ part, text }) => (
              <Command.Item
                key={part}
                value={`data ${part} ${text}`}
                className={itemClass}
                onSelect={() => openData(part)}
              >
                {text}
              </Command.Item>
            ))}
            <Command.Item
              value="check connections network reconnect"
              className={itemClass}
              onSelect={run(() => void checkConnections(api).then(tell))}
            >
              Check connections
            </Command.Item>
            <Command.Item value="alerts" className={itemClass} onSelect={() => shell.getState().openAlerts('centre')}>
              Show alerts
              <Keys>a</Keys>
            </Command.Item>
            <Command.Item
              value="alert rules"
              className={itemClass}
              onSelect={() => shell.getState().openAlerts('rules')}
            >
              Alert rules…
            </Command.Item>
            <Command.Item value="keys shortcuts help" className={itemClass} onSelect={() => show('help')}>
              Show keys
              <Keys>?</Keys>
            </Command.Item>
          </Command.Group>
          <DeskCommands symbols={symbols} />
          <Command.Group heading="Charts" className={groupClass}>
            {symbols.map((symbol) => (
              <Command.Item
                key={symbol}
                value={symbol}
                keywords={[formatSymbol(symbol)]}
                className={itemClass}
                onSelect={() => openChart(symbol)}
              >
                {formatSymbol(symbol)}
                <span className="text-2xs text-muted">chart</span>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading="Order books" className={groupClass}>
            {symbols.map((symbol) => (
              <Command.Item
                key={symbol}
                value={`book ${symbol}`}
                keywords={[formatSymbol(symbol), 'order book']}
                className={itemClass}
                onSelect={() => openBooks(symbol)}
              >
                {formatSymbol(symbol)}
                <span className="text-2xs text-muted">order book</span>
              </Command.Item>
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  )
}
