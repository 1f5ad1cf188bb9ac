/**
 * What the author of a connector builds against, published as `crossbook/connector`: a connector is plain data and pure functions, with no
 * socket, timer, clock or file inside. `docs/plugins.md` says how one is written, installed and allowed.
 */
import type { PluginExchangeId } from '../../shared/domain/index.ts'
import { symbolOf } from '../../shared/domain/instrument.ts'
import type { Connector } from '../exchanges/contract.ts'
import { LevelList } from '../exchanges/depth.ts'
import { bad, foreign, good, readCandleRows, readListing } from '../exchanges/rows.ts'

export type {
  BookTicker,
  EpochMs,
  FundingRate,
  FundingRateEvent,
  Instrument,
  Kline,
  ListedInstrument,
  MarketEvent,
  MarketKind,
  Period,
  PluginExchangeId,
  Trade,
} from '../../shared/domain/index.ts'
export type {
  HistoryCandle,
  InstrumentLookup,
  KlineRange,
  Maintenance,
  Normalized,
  Normalizer,
  Route,
  Topic,
} from '../exchanges/contract.ts'
export type { BookRules, DepthSnapshot, DepthUpdate, Follows, LevelList } from '../exchanges/depth.ts'
export type { Control, FeedRules, WireRequest } from '../net/feed.ts'
export type { Parsed, RateLimitPool, ReplyHead, RestCall, RestDialect, RestFailure } from '../net/rest.ts'

/** Market data only: what a key opens, paid funding rates and networks of assets are no part of a plugin. */
export type PluginConnector = Omit<
  Connector,
  'exchange' | 'account' | 'quirks' | 'unverified' | 'settledRates' | 'fundingIntervals' | 'assetNetworks'
> & { readonly exchange: PluginExchangeId }

/** Crossbook's own readers, handed to a plugin that exports a function: a plugin cannot import them, since it lies elsewhere. */
export const connectorKit = { LevelList, bad, foreign, good, readCandleRows, readListing, symbolOf } as const
export type ConnectorKit = typeof connectorKit

/** The default export of a plugin's module: its connector, or what makes it of Crossbook's readers. */
export type PluginModule = PluginConnector | ((kit: ConnectorKit) => PluginConnector)
