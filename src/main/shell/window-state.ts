/** Where the window stood last time, in `window.json` of the data folder. */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

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
export function readWindowState(file: string, areas: readonly Area[]): WindowState {
  let stored: unknown
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // None yet, or unreadable: either way the window opens as on the first day.
    return fallback
  }
  const parsed = WindowState.safeParse(stored)
  if (!parsed.success) return fallback
  const { x, y, ...rest } = parsed.data
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
  return visible ? parsed.data : rest
}

export const writeWindowState = (file: string, state: WindowState): void => writeFileSync(file, JSON.stringify(state))
