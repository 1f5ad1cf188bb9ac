/** What the Balances screen remembers between visits. Kept by this window's browser storage. */
import { z } from 'zod'
import { groupings } from './rows.ts'

export const Remembered = z.object({
  grouping: z.enum(groupings),
  hidesSmall: z.boolean(),
  /** As the trader wrote it. */
  threshold: z.string(),
})
export type Remembered = Readonly<z.infer<typeof Remembered>>

const item = 'crossbook.balances'
const usual: Remembered = { grouping: 'asset', hidesSmall: false, threshold: '1' }

/** What cannot be read counts as nothing remembered. */
export function parseRemembered(text: string | null): Remembered {
  if (text === null) return usual
  try {
    return Remembered.catch(usual).parse(JSON.parse(text))
  } catch {
    return usual
  }
}
export const readRemembered = (): Remembered => parseRemembered(window.localStorage.getItem(item))
export const remember = (value: Remembered): void => window.localStorage.setItem(item, JSON.stringify(value))
