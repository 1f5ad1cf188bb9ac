/**
 * What a public frame says, read anew and without haste: for each channel where each number of an event stands in the frame, and the schema
 * that the frame must fit. Knows nothing of the connectors but their schemas, and of MEXC's binary frames the definitions. An exchange
 * without an expectation does not compile.
 */
import type { BuiltInExchangeId } from '../../../src/shared/domain/index.ts'
import { expected as binance } from './binance.ts'
import { expected as bitfinex } from './bitfinex.ts'
import { expected as bybit } from './bybit.ts'
import { expected as coinbase } from './coinbase.ts'
import { expected as cryptocom } from './cryptocom.ts'
import { expected as gate } from './gate.ts'
import { expected as htx } from './htx.ts'
import { expected as kraken } from './kraken.ts'
import { expected as kucoin } from './kucoin.ts'
import { expected as mexc } from './mexc.ts'
import { expected as okx } from './okx.ts'
import type { Expectation } from './readers.ts'

export const expectations: Readonly<Record<BuiltInExchangeId, Expectation>> = {
  binance,
  okx,
  gate,
  mexc,
  bybit,
  coinbase,
  kraken,
  kucoin,
  htx,
  bitfinex,
  cryptocom,
}
