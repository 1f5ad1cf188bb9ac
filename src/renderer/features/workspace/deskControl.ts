import type { DockviewApi, IDockviewPanel } from 'dockview-react'
import type { Pane } from '../../../shared/layouts.ts'
import type { DeskControl, DeskStore, Direction, Place } from '../../stores/desk.ts'
import { fromDockview, paneComponent } from './arrangement.ts'
import { focusPane } from './focusPane.ts'
import { moveOf, neighbourOf } from './neighbours.ts'
import { paneTitle } from './paneTitle.ts'

const directionOf = { right: 'right', below: 'below', tab: 'within' } as const satisfies Record<Place, string>
const sides = { left: 'left', right: 'right', up: 'top', down: 'bottom' } as const satisfies Record<Direction, string>

export interface DeskControlOptions {
  readonly dock: DockviewApi
  readonly desk: DeskStore
  /** Opens a window for the pane. False: the browser forbids it, and the pane stays. */
  openWindow(id: string): Promise<boolean>
}

export function createDeskControl({ dock, desk, openWindow }: DeskControlOptions): DeskControl {
  /** The pane that keys are for, in front and with the focus. */
  const show = (panel: IDockviewPanel | undefined) => {
    if (panel === undefined) return
    panel.api.setActive()
    // The pane that comes to the front draws itself first.
    requestAnimationFrame(() => focusPane(panel.id))
  }
  const place = (pane: Pane, where: Place) => {
    const reference = dock.activePanel
    show(
      dock.addPanel({
        id: pane.id,
        component: paneComponent,
        title: paneTitle(pane, desk.getState()),
        ...(reference === undefined ? {} : { position: { referencePanel: reference, direction: directionOf[where] } }),
      }),
    )
  }
  const active = () => desk.getState().desk.panes.find(({ id }) => id === dock.activePanel?.id)
  /** Read anew: the desk's store learns of a change a frame later. */
  const rootNow = () => fromDockview(dock.toJSON())
  /** The pane in front of the tabs beside the active one's. */
  const beside = (direction: Direction) => {
    const [root, panel] = [rootNow(), dock.activePanel]
    if (root === null || panel === undefined) return undefined
    const next = neighbourOf(root, panel.id, direction)
    return next === null ? undefined : dock.getPanel(next.shown)
  }
  return {
    focusBeside: (direction) => show(beside(direction)),
    focusNext(step) {
      const { groups } = dock
      const at = dock.activeGroup === undefined ? -1 : groups.indexOf(dock.activeGroup)
      show(groups[(at + step + groups.length) % groups.length]?.activePanel)
    },
    nextTab(step) {
      const group = dock.activeGroup
      const panel = group?.activePanel
      if (group === undefined || panel === undefined) return
      const { panels } = group
      show(panels[(panels.indexOf(panel) + step + panels.length) % panels.length])
    },
    maximise() {
      const panel = dock.activePanel
      if (panel === undefined) return
      if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup()
      else dock.maximizeGroup(panel)
      show(panel)
    },
    close() {
      dock.activePanel?.api.close()
      show(dock.activePanel)
    },
    move(direction) {
      const [root, panel] = [rootNow(), dock.activePanel]
      if (root === null || panel === undefined) return
      const move = moveOf(root, panel.id, direction)
      if (move === null) return
      if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup()
      const position = sides[move.side]
      const { group } = panel
      // Alone it goes with its group: the room of those around it stays as it is.
      const moving = group.panels.length === 1 ? group.api : panel.api
      if (move.to === 'edge') moving.moveTo({ position })
      else {
        const reference = dock.getPanel(move.shown)
        if (reference !== undefined) moving.moveTo({ group: reference.group, position })
      }
      show(panel)
    },
    moveIntoTabs(direction) {
      const [panel, next] = [dock.activePanel, beside(direction)]
      if (panel === undefined || next === undefined) return
      if (dock.hasMaximizedGroup()) dock.exitMaximizedGroup()
      panel.api.moveTo({ group: next.group, position: 'center' })
      show(panel)
    },
    split(where) {
      const like = active()
      if (like === undefined) return
      const pane = desk.getState().addPane(like.kind, like)
      if (pane !== null) place(pane, where)
    },
    add(kind, where) {
      const pane = desk.getState().addPane(kind, active() ?? null)
      if (pane !== null) place(pane, where)
    },
    popOut() {
      const panel = dock.activePanel
      if (panel === undefined) return
      const { id } = panel
      desk.getState().toWindow(id)
      panel.api.close()
      void openWindow(id).then((isOpen) => {
        if (!isOpen) desk.getState().fromWindow(id)
      })
    },
  }
}
