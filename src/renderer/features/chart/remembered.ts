/** What the chart remembers between visits: which exchanges are compared, and by what. Kept by this window's browser storage. */
import { z } from 'zod'

export const Remembered = z.object({
  /** Exchange ids laid over the chart where they list its symbol. */
  compared: z.array(z.string()),
  isPercent: z.boolean(),
  /** Own fills are marked. */
  showsFills: z.boolean().default(true),
  /** Recorded public trades are. */
  showsTrades: z.boolean().default(false),
})
export type Remembered = Readonly<z.infer<typeof Remembered>>

const item = 'crossbook.chart'
const nothing: Remembered = { compared: [], isPercent: false, showsFills: true, showsTrades: false }

/** What cannot be read counts as nothing remembered. */
export function parseRemembered(text: string | null): Remembered {
  if (text === null) return nothing
  try {
    return Remembered.catch(nothing).parse(JSON.parse(text))
  } catch {
    return nothing
  }
}
export const readRemembered = (): Remembered => parseRemembered(window.localStorage.getItem(item))
export const remember = (value: Remembered): void => window.localStorage.setItem(item, JSON.stringify(value))
