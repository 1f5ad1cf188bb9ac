import type { StoreApi } from 'zustand/vanilla'
import { Look } from '../shared/look.ts'
import { setTimeZone } from './format/time.ts'
import type { SettingsState } from './stores/settings.ts'

/** Kept beside the settings so that the first paint after a start already looks as they say. */
const lookItem = 'crossbook.look'

const standardLook = Look.parse({})

/** What cannot be read counts as nothing remembered. */
export function parseLook(text: string | null): Look {
  if (text === null) return standardLook
  try {
    return Look.catch(standardLook).parse(JSON.parse(text))
  } catch {
    return standardLook
  }
}

let look = standardLook

/** The look in force; another object only when something of it is other. `useLook` follows it. */
export const currentLook = (): Look => look

/**
 * Puts the look of the settings on the page and follows both the settings and the system. `themeEvent` tells of every change,
 * after the page has it: charts read their colours anew then.
 */
export function followLook(settings: StoreApi<SettingsState>): void {
  const system = window.matchMedia('(prefers-color-scheme: light)')
  const apply = () => {
    const { dataset } = document.documentElement
    dataset.theme = look.theme === 'system' ? (system.matches ? 'light' : 'dark') : look.theme
    dataset.density = look.density
    dataset.colours = look.colours
    setTimeZone(look.times)
    window.dispatchEvent(new Event(themeEvent))
  }
  look = parseLook(window.localStorage.getItem(lookItem))
  apply()
  system.addEventListener('change', apply)
  settings.subscribe(({ settings: current }) => {
    if (!current) return
    const next = Look.parse(current.appearance)
    const text = JSON.stringify(next)
    if (text === JSON.stringify(look)) return
    look = next
    window.localStorage.setItem(lookItem, text)
    apply()
  })
}

export const themeEvent = 'crossbook-theme'

/** The value of a colour token of styles.css now, for what is drawn on a canvas. */
export const tokenColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

export const nextTheme = (): Look['theme'] => (document.documentElement.dataset.theme === 'light' ? 'dark' : 'light')
