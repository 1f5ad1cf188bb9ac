/** Where windows stood last time: the main one in `window.json` of the data folder, those of panes in `pane-windows.json`. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { replaceFile } from '../files.ts'

const WindowState = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(640),
  height: z.number().int().min(400),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof WindowState>

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const fallback: WindowState = { width: 1440, height: 900, maximized: false }

/** The stored state, or a sensible first one; a position on a screen that is gone is forgotten. `areas` are the screens' work areas. */
export const readWindowState = (file: string, areas: readonly Area[]): WindowState =>
  seen(WindowState.safeParse(readStored(file)).data ?? fallback, areas)

/** None yet, or unreadable: undefined, and the window opens as on the first day. */
function readStored(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function seen(state: WindowState, areas: readonly Area[]): WindowState {
  const { x, y, ...rest } = state
  const visible =
    x !== undefined &&
    y !== undefined &&
    areas.some(
      (area) =>
        x < area.x + area.width - 50 &&
        x + rest.width > area.x + 50 &&
        y >= area.y - 10 &&
        y < area.y + area.height - 50,
    )
  return visible ? state : rest
}

/** Never throws: a disk that refuses (full, read-only) must not end a program whose window is only being closed. */
export function writeWindowState(file: string, state: WindowState, onProblem: (error: unknown) => void): void {
  try {
    replaceFile(file, JSON.stringify(state))
  } catch (error) {
    onProblem(error)
  }
}

const PaneStates = z.record(z.string(), WindowState)
const paneFallback: WindowState = { width: 900, height: 640, maximized: false }
/** Windows of panes that are long gone are forgotten, the oldest first. */
const keptPanes = 100

export const readPaneState = (file: string, pane: string, areas: readonly Area[]): WindowState =>
  seen(PaneStates.safeParse(readStored(file)).data?.[pane] ?? paneFallback, areas)

export function writePaneState(file: string, pane: string, state: WindowState): void {
  const { [pane]: _, ...others } = PaneStates.safeParse(readStored(file)).data ?? {}
  const newest = Object.entries(others).slice(1 - keptPanes)
  replaceFile(file, JSON.stringify(Object.fromEntries([...newest, [pane, state]])))
}
