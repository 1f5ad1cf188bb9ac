import type { ExchangeId } from '../../../shared/domain/index.ts'
import type { CreateVenue } from '../venue.ts'
import { createBinanceVenue } from './binance.ts'
import { createGateVenue } from './gate.ts'
import { createMexcVenue } from './mexc.ts'
import { createOkxVenue } from './okx.ts'

/** One line per exchange. */
export const venues: Readonly<Record<ExchangeId, CreateVenue>> = {
  binance: createBinanceVenue,
  okx: createOkxVenue,
  gate: createGateVenue,
  mexc: createMexcVenue,
}
