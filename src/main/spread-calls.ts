/** The contract's calls about one pair of the spreads. */
import type { Desk } from './analytics/desk.ts'
import { CallError, type Handlers } from './handlers.ts'

export interface SpreadCallParts {
  readonly desk: Desk
}

export const createSpreadHandlers = (parts: SpreadCallParts): Pick<Handlers, 'spreads.detail'> => ({
  'spreads.detail': ({ index }) => {
    const detail = parts.desk.spreadDetail(index, Date.now())
    if (detail === null)
      throw new CallError('badRequest', `there is no pair ${index}; spreads.pairs lists those there are`)
    return detail
  },
})
