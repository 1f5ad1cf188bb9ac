import { useEffect } from 'react'
import { linkGroups } from '../../../shared/layouts.ts'
import type { DeskControl, DeskState, DeskStore } from '../../stores/desk.ts'
import { chords, type Strokes } from '../../ui/chords.ts'
import { isDialogOpen } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { exportLayout } from './layoutFile.ts'

/** Gives the active pane to a group, or takes it out of every one. */
function linkActive(desk: DeskState, link: (typeof linkGroups)[number] | null): void {
  if (desk.active !== null) desk.changePane(desk.active, { link })
}

/** What follows `d`. */
function secondKeys(desk: DeskStore): Strokes {
  const now = () => desk.getState()
  const control = (run: (control: DeskControl) => void) => () => {
    const current = now().control
    if (current !== null) run(current)
  }
  return {
    ArrowLeft: control((c) => c.focusBeside('left')),
    ArrowRight: control((c) => c.focusBeside('right')),
    ArrowUp: control((c) => c.focusBeside('up')),
    ArrowDown: control((c) => c.focusBeside('down')),
    'Shift ArrowLeft': control((c) => c.move('left')),
    'Shift ArrowRight': control((c) => c.move('right')),
    'Shift ArrowUp': control((c) => c.move('up')),
    'Shift ArrowDown': control((c) => c.move('down')),
    t: {
      ArrowLeft: control((c) => c.moveIntoTabs('left')),
      ArrowRight: control((c) => c.moveIntoTabs('right')),
      ArrowUp: control((c) => c.moveIntoTabs('up')),
      ArrowDown: control((c) => c.moveIntoTabs('down')),
    },
    d: control((c) => c.focusNext(1)),
    ']': control((c) => c.nextTab(1)),
    '[': control((c) => c.nextTab(-1)),
    m: control((c) => c.maximise()),
    x: control((c) => c.close()),
    r: control((c) => c.split('right')),
    b: control((c) => c.split('below')),
    o: control((c) => c.popOut()),
    n: () => now().show({ kind: 'add', place: 'tab' }),
    s: () => now().show({ kind: 'saveAs' }),
    e: () => exportLayout(now()),
    i: () => now().show({ kind: 'import' }),
    l: () => now().applyNext(1),
    k: () => now().applyNext(-1),
    0: () => linkActive(now(), null),
    ...Object.fromEntries(linkGroups.map((group, i) => [String(i + 1), () => linkActive(now(), group)])),
  }
}

/** Keys of the desk: `d` and others, and F6 to go from pane to pane as everywhere else. */
export function useDeskKeys(): void {
  const { desk, shell } = useStores()
  useEffect(() => chords.add({ first: 'd', seconds: secondKeys(desk) }), [desk])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || event.ctrlKey || event.metaKey || event.altKey) return
      if (shell.getState().overlay !== null || isDialogOpen()) return
      event.preventDefault()
      desk.getState().control?.focusNext(event.shiftKey ? -1 : 1)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [desk, shell])
}
