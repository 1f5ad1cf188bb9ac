/** Which alerts a watchlist lets through. Pure. */
import type { Alert } from '../../../shared/domain/index.ts'
import { splitKey } from '../../format/names.ts'

/**
 * The symbols that a subject names: of an instrument, of both legs of a pair (`buy>sell`), of a fill (`account symbol`). None of an
 * exchange, of an account and what it holds of an asset, or of a part of the program.
 */
export const symbolsOfSubject = (subject: string): readonly string[] =>
  subject
    .split(/[> ]/)
    .map((part) => splitKey(part).symbol)
    .filter((word) => word.includes('_'))

/** Of a pair one leg is enough. What is about no symbol always passes: a feed that is down, a full disk, a drift. */
export function isListed({ subject }: Pick<Alert, 'subject'>, shows: (symbol: string) => boolean): boolean {
  const symbols = symbolsOfSubject(subject)
  return symbols.length === 0 || symbols.some(shows)
}
