import { Command } from 'cmdk'
import { useStore } from 'zustand'
import { linkGroups } from '../../../shared/layouts.ts'
import { formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { type DeskControl, type DeskState, layoutNames } from '../../stores/desk.ts'
import { Keys } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { groupClass, itemClass } from '../shell/palette-classes.ts'
import { layoutTitle } from './layoutTitle.ts'

const t = textsOf('workspace')

interface ControlCommand {
  /** Stays English: what was learnt is found in every language. */
  readonly words: string
  readonly text: string
  readonly keys: string
  run(control: DeskControl): void
}

const controls: readonly ControlCommand[] = [
  {
    words: 'maximise this pane, or put it back',
    text: t('control.maximise'),
    keys: 'd m',
    run: (control) => control.maximise(),
  },
  { words: 'close this pane', text: t('control.close'), keys: 'd x', run: (control) => control.close() },
  {
    words: 'split: the same pane beside it',
    text: t('control.splitRight'),
    keys: 'd r',
    run: (control) => control.split('right'),
  },
  {
    words: 'split: the same pane below it',
    text: t('control.splitBelow'),
    keys: 'd b',
    run: (control) => control.split('below'),
  },
  {
    words: 'open this pane in a window of its own',
    text: t('control.popOut'),
    keys: 'd o',
    run: (control) => control.popOut(),
  },
  { words: 'next pane', text: t('control.next'), keys: 'd d', run: (control) => control.focusNext(1) },
  { words: 'next tab', text: t('control.nextTab'), keys: 'd ]', run: (control) => control.nextTab(1) },
  { words: 'tab before', text: t('control.previousTab'), keys: 'd [', run: (control) => control.nextTab(-1) },
  { words: 'pane at the left', text: t('control.left'), keys: 'd ←', run: (control) => control.focusBeside('left') },
  { words: 'pane at the right', text: t('control.right'), keys: 'd →', run: (control) => control.focusBeside('right') },
  { words: 'pane above', text: t('control.up'), keys: 'd ↑', run: (control) => control.focusBeside('up') },
  { words: 'pane below', text: t('control.down'), keys: 'd ↓', run: (control) => control.focusBeside('down') },
  { words: 'move this pane left', text: t('move.left'), keys: 'd Shift ←', run: (control) => control.move('left') },
  { words: 'move this pane right', text: t('move.right'), keys: 'd Shift →', run: (control) => control.move('right') },
  { words: 'move this pane up', text: t('move.up'), keys: 'd Shift ↑', run: (control) => control.move('up') },
  { words: 'move this pane down', text: t('move.down'), keys: 'd Shift ↓', run: (control) => control.move('down') },
  {
    words: 'move this pane into the tabs at the left',
    text: t('intoTabs.left'),
    keys: 'd t ←',
    run: (control) => control.moveIntoTabs('left'),
  },
  {
    words: 'move this pane into the tabs at the right',
    text: t('intoTabs.right'),
    keys: 'd t →',
    run: (control) => control.moveIntoTabs('right'),
  },
  {
    words: 'move this pane into the tabs above',
    text: t('intoTabs.up'),
    keys: 'd t ↑',
    run: (control) => control.moveIntoTabs('up'),
  },
  {
    words: 'move this pane into the tabs below',
    text: t('intoTabs.down'),
    keys: 'd t ↓',
    run: (control) => control.moveIntoTabs('down'),
  },
]

/** Loaded when it is asked for: it knows every pane, and the palette belongs to the first screen. */
async function exportDesk(state: DeskState): Promise<void> {
  const { exportLayout } = await import('./layoutFile.ts')
  exportLayout(state)
}

/** Layouts from everywhere; what is done to panes while the desk is on the screen. */
export function DeskCommands({ symbols }: { readonly symbols: readonly string[] }) {
  const { desk, shell } = useStores()
  const layouts = useStore(desk, (state) => state.layouts)
  const control = useStore(desk, (state) => state.control)
  const active = useStore(desk, (state) => state.active)
  const name = useStore(desk, (state) => state.name ?? '')
  const isOwn = layouts.some((layout) => layout.name === name)
  const { apply, changePane, choose, show } = desk.getState()
  /** Once the palette is gone: it would take the focus with it. */
  const run = (action: () => void) => () => {
    shell.getState().show(null)
    requestAnimationFrame(action)
  }
  return (
    <>
      <Command.Group heading={t('palette.layouts')} className={groupClass}>
        {layoutNames({ layouts }).map((name) => (
          <Command.Item
            key={name}
            // The name first: what begins with what was typed ranks highest.
            value={`${name} desk layout`}
            keywords={['desk layout', name, layoutTitle(name)]}
            className={itemClass}
            onSelect={() => {
              apply(name)
              shell.getState().go('workspace')
            }}
          >
            {layoutTitle(name)}
            <span className="text-2xs text-muted">{t('palette.layout')}</span>
          </Command.Item>
        ))}
        {control !== null && (
          <>
            <Command.Item
              value="desk next layout"
              keywords={[t('palette.nextLayout')]}
              className={itemClass}
              onSelect={run(() => desk.getState().applyNext(1))}
            >
              {t('palette.nextLayout')}
              <Keys>d l</Keys>
            </Command.Item>
            <Command.Item
              value="desk save layout as"
              keywords={[t('palette.saveAs')]}
              className={itemClass}
              onSelect={run(() => show({ kind: 'saveAs' }))}
            >
              {t('palette.saveAs')}
              <Keys>d s</Keys>
            </Command.Item>
            {isOwn && (
              <>
                <Command.Item
                  value="desk rename layout"
                  keywords={[t('palette.rename')]}
                  className={itemClass}
                  onSelect={run(() => show({ kind: 'rename', name }))}
                >
                  {t('palette.rename')}
                </Command.Item>
                <Command.Item
                  value="desk delete layout"
                  keywords={[t('palette.delete')]}
                  className={itemClass}
                  onSelect={run(() => show({ kind: 'remove', name }))}
                >
                  {t('palette.delete')}
                </Command.Item>
              </>
            )}
            <Command.Item
              value="desk export layout file"
              keywords={[t('palette.export')]}
              className={itemClass}
              onSelect={run(() => void exportDesk(desk.getState()))}
            >
              {t('palette.export')}
              <Keys>d e</Keys>
            </Command.Item>
            <Command.Item
              value="desk import layout file"
              keywords={[t('palette.import')]}
              className={itemClass}
              onSelect={run(() => show({ kind: 'import' }))}
            >
              {t('palette.import')}
              <Keys>d i</Keys>
            </Command.Item>
          </>
        )}
      </Command.Group>
      {control !== null && (
        <Command.Group heading={t('palette.panes')} className={groupClass}>
          <Command.Item
            value="desk add a pane"
            keywords={[t('palette.add')]}
            className={itemClass}
            onSelect={run(() => show({ kind: 'add', place: 'tab' }))}
          >
            {t('palette.add')}
            <Keys>d n</Keys>
          </Command.Item>
          {controls.map(({ words, text, keys, run: act }) => (
            <Command.Item
              key={words}
              value={`desk pane ${words}`}
              keywords={[text]}
              className={itemClass}
              onSelect={run(() => act(control))}
            >
              {text}
              <Keys>{keys}</Keys>
            </Command.Item>
          ))}
          {active !== null && (
            <>
              {linkGroups.map((group, i) => (
                <Command.Item
                  key={group}
                  value={`desk link this pane with group ${group}`}
                  keywords={[t('palette.link', { group })]}
                  className={itemClass}
                  onSelect={run(() => changePane(active, { link: group }))}
                >
                  {t('palette.link', { group })}
                  <Keys>d {i + 1}</Keys>
                </Command.Item>
              ))}
              <Command.Item
                value="desk unlink this pane"
                keywords={[t('palette.unlink')]}
                className={itemClass}
                onSelect={run(() => changePane(active, { link: null }))}
              >
                {t('palette.unlink')}
                <Keys>d 0</Keys>
              </Command.Item>
              {symbols.map((symbol) => (
                <Command.Item
                  key={symbol}
                  value={`desk pane show ${symbol}`}
                  keywords={[formatSymbol(symbol)]}
                  className={itemClass}
                  onSelect={run(() => choose(active, { symbol, exchange: null }))}
                >
                  {formatSymbol(symbol)}
                  <span className="text-2xs text-muted">{t('palette.symbol')}</span>
                </Command.Item>
              ))}
            </>
          )}
        </Command.Group>
      )}
    </>
  )
}
