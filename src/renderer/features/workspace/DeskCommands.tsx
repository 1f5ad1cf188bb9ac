import { Command } from 'cmdk'
import { useStore } from 'zustand'
import { linkGroups } from '../../../shared/layouts.ts'
import { formatSymbol } from '../../format/names.ts'
import { type DeskControl, type DeskState, layoutNames } from '../../stores/desk.ts'
import { Keys } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { groupClass, itemClass } from '../shell/palette-classes.ts'

const controls: readonly (readonly [text: string, keys: string, run: (control: DeskControl) => void])[] = [
  ['Maximise this pane, or put it back', 'd m', (control) => control.maximise()],
  ['Close this pane', 'd x', (control) => control.close()],
  ['Split: the same pane beside it', 'd r', (control) => control.split('right')],
  ['Split: the same pane below it', 'd b', (control) => control.split('below')],
  ['Open this pane in a window of its own', 'd o', (control) => control.popOut()],
  ['Next pane', 'd d', (control) => control.focusNext(1)],
  ['Next tab', 'd ]', (control) => control.nextTab(1)],
  ['Tab before', 'd [', (control) => control.nextTab(-1)],
  ['Pane at the left', 'd ←', (control) => control.focusBeside('left')],
  ['Pane at the right', 'd →', (control) => control.focusBeside('right')],
  ['Pane above', 'd ↑', (control) => control.focusBeside('up')],
  ['Pane below', 'd ↓', (control) => control.focusBeside('down')],
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
      <Command.Group heading="Layouts of the desk" className={groupClass}>
        {layoutNames({ layouts }).map((name) => (
          <Command.Item
            key={name}
            // The name first: what begins with what was typed ranks highest.
            value={`${name} desk layout`}
            keywords={['desk layout', name]}
            className={itemClass}
            onSelect={() => {
              apply(name)
              shell.getState().go('workspace')
            }}
          >
            {name}
            <span className="text-2xs text-muted">layout</span>
          </Command.Item>
        ))}
        {control !== null && (
          <>
            <Command.Item
              value="desk next layout"
              className={itemClass}
              onSelect={run(() => desk.getState().applyNext(1))}
            >
              Next layout
              <Keys>d l</Keys>
            </Command.Item>
            <Command.Item
              value="desk save layout as"
              className={itemClass}
              onSelect={run(() => show({ kind: 'saveAs' }))}
            >
              Save the layout as…
              <Keys>d s</Keys>
            </Command.Item>
            {isOwn && (
              <>
                <Command.Item
                  value="desk rename layout"
                  className={itemClass}
                  onSelect={run(() => show({ kind: 'rename', name }))}
                >
                  Rename this layout…
                </Command.Item>
                <Command.Item
                  value="desk delete layout"
                  className={itemClass}
                  onSelect={run(() => show({ kind: 'remove', name }))}
                >
                  Delete this layout…
                </Command.Item>
              </>
            )}
            <Command.Item
              value="desk export layout file"
              className={itemClass}
              onSelect={run(() => void exportDesk(desk.getState()))}
            >
              Export the layout
              <Keys>d e</Keys>
            </Command.Item>
            <Command.Item
              value="desk import layout file"
              className={itemClass}
              onSelect={run(() => show({ kind: 'import' }))}
            >
              Import a layout…
              <Keys>d i</Keys>
            </Command.Item>
          </>
        )}
      </Command.Group>
      {control !== null && (
        <Command.Group heading="Panes" className={groupClass}>
          <Command.Item
            value="desk add a pane"
            className={itemClass}
            onSelect={run(() => show({ kind: 'add', place: 'tab' }))}
          >
            Add a pane…
            <Keys>d n</Keys>
          </Command.Item>
          {controls.map(([text, keys, act]) => (
            <Command.Item
              key={text}
              value={`desk pane ${text}`}
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
                  className={itemClass}
                  onSelect={run(() => changePane(active, { link: group }))}
                >
                  Link this pane with group {group}
                  <Keys>d {i + 1}</Keys>
                </Command.Item>
              ))}
              <Command.Item
                value="desk unlink this pane"
                className={itemClass}
                onSelect={run(() => changePane(active, { link: null }))}
              >
                Unlink this pane
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
                  <span className="text-2xs text-muted">in this pane and its group</span>
                </Command.Item>
              ))}
            </>
          )}
        </Command.Group>
      )}
    </>
  )
}
