import type { StoreApi } from 'zustand/vanilla'
import type { Settings } from '../shared/settings.ts'
import type { SettingsState } from './stores/settings.ts'

export type Theme = Settings['appearance']['theme']

/** Kept beside the settings so that the first paint after a start already has the right colours. */
const themeItem = 'crossbook.theme'

const isTheme = (value: string | null): value is Theme => value === 'system' || value === 'dark' || value === 'light'

/** Puts the theme of the settings on the page and follows both the settings and the system. Charts listen to `themeEvent`. */
export function followTheme(settings: StoreApi<SettingsState>): void {
  const system = window.matchMedia('(prefers-color-scheme: light)')
  const remembered = window.localStorage.getItem(themeItem)
  let theme: Theme = isTheme(remembered) ? remembered : 'system'
  const apply = () => {
    const next = theme === 'system' ? (system.matches ? 'light' : 'dark') : theme
    if (document.documentElement.dataset.theme === next) return
    document.documentElement.dataset.theme = next
    window.dispatchEvent(new Event(themeEvent))
  }
  apply()
  system.addEventListener('change', apply)
  settings.subscribe(({ settings: current }) => {
    if (!current || current.appearance.theme === theme) return
    theme = current.appearance.theme
    window.localStorage.setItem(themeItem, theme)
    apply()
  })
}

export const themeEvent = 'crossbook-theme'

/** The value of a colour token of styles.css now, for what is drawn on a canvas. */
export const tokenColor = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

export const nextTheme = (): Theme => (document.documentElement.dataset.theme === 'light' ? 'dark' : 'light')
