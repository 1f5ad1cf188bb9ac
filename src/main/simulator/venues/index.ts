import type { BuiltInExchangeId } from '../../../shared/domain/index.ts'
import type { CreateVenue } from '../venue.ts'
import { createBinanceVenue } from './binance.ts'
import { createBitfinexVenue } from './bitfinex.ts'
import { createBybitVenue } from './bybit.ts'
import { createCoinbaseVenue } from './coinbase.ts'
import { createCryptocomVenue } from './cryptocom.ts'
import { createGateVenue } from './gate.ts'
import { createHtxVenue } from './htx.ts'
import { createKrakenVenue } from './kraken.ts'
import { createKucoinVenue } from './kucoin.ts'
import { createMexcVenue } from './mexc.ts'
import { createOkxVenue } from './okx.ts'

/** One line per exchange. */
export const venues: Readonly<Record<BuiltInExchangeId, CreateVenue>> = {
  binance: createBinanceVenue,
  okx: createOkxVenue,
  gate: createGateVenue,
  mexc: createMexcVenue,
  bybit: createBybitVenue,
  coinbase: createCoinbaseVenue,
  kraken: createKrakenVenue,
  kucoin: createKucoinVenue,
  htx: createHtxVenue,
  bitfinex: createBitfinexVenue,
  cryptocom: createCryptocomVenue,
}
