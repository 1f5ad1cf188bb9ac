import type { StoreApi } from 'zustand/vanilla'
import { Look } from '../shared/look.ts'
import { setTimeZone } from './format/time.ts'
import { rememberedLook, rememberLook } from './remembered-look.ts'
import type { SettingsState } from './stores/settings.ts'

let look = Look.parse({})

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
    document.documentElement.lang = look.language
    dataset.theme = look.theme === 'system' ? (system.matches ? 'light' : 'dark') : look.theme
    dataset.density = look.density
    dataset.colours = look.colours
    setTimeZone(look.times)
    window.dispatchEvent(new Event(themeEvent))
  }
  look = rememberedLook()
  apply()
  system.addEventListener('change', apply)
  settings.subscribe(({ settings: current }) => {
    if (!current) return
    const next = Look.parse(current.appearance)
    if (JSON.stringify(next) === JSON.stringify(look)) return
    const { language } = look
    look = next
    rememberLook(look)
    // Many texts are constants of their modules. What the page shows comes back with it: screen, desk, filters that are kept.
    if (look.language !== language && rememberedLook().language === look.language) window.location.reload()
    else apply()
  })
}

export const themeEvent = 'crossbook-theme'

/** The value of a colour token of styles.css now, for what is drawn on a canvas. */
export const tokenColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

export const nextTheme = (): Look['theme'] => (document.documentElement.dataset.theme === 'light' ? 'dark' : 'light')
