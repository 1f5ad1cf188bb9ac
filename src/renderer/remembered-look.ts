import { Look } from '../shared/look.ts'

/** Kept beside the settings so that the first paint after a start already looks, and reads, as they say. */
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

export const rememberedLook = (): Look => parseLook(window.localStorage.getItem(lookItem))

export const rememberLook = (look: Look): void => window.localStorage.setItem(lookItem, JSON.stringify(look))
