/** Kraken spot by WebSocket v2 and REST. Docs: https://docs.kraken.com/api/ */
import type { Connector } from '../contract.ts'
import { quirks, unverified } from './about.ts'
import { krakenAccount } from './account.ts'
import { maintenance, serverTime } from './calls.ts'
import { klines } from './candles.ts'
import { bookRules } from './depth.ts'
import { dialect } from './dialect.ts'
import { candlesKept, fees, pools, privateStreamOrigin, restOrigin, streamOrigin } from './endpoints.ts'
import { instruments } from './instruments.ts'
import { createNormalizer } from './normalize.ts'
import { feeds, route } from './subscribe.ts'

export const kraken: Connector = {
  exchange: 'kraken',
  title: 'Kraken',
  kinds: ['spot'],
  origins: [restOrigin, streamOrigin, privateStreamOrigin],
  fees,
  quirks,
  unverified,
  account: krakenAccount,
  feeds,
  route,
  createNormalizer: (_feed, lookup) => createNormalizer(lookup),
  bookRules: (kind) => (kind === 'spot' ? bookRules : null),
  dialect,
  pools,
  serverTime,
  maintenance,
  instruments: () => [instruments()],
  klinesPerCall: () => candlesKept,
  klines,
  fundingRates: () => [],
}
