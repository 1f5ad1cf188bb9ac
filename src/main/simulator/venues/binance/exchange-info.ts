/** The symbol lists, with every documented field; spot by rest-api.md and filters.md, futures by the USD-M documentation. */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument } from '../../venue.ts'
import { nativeName, priceText, quantityText } from './listing.ts'

export const spotWeightLimit = 6_000
export const perpetualWeightLimit = 2_400

const padded = (value: number): string => value.toFixed(8)

const spotSymbol = (instrument: SimInstrument) => ({
  symbol: nativeName(instrument),
  status: 'TRADING',
  baseAsset: instrument.base,
  baseAssetPrecision: 8,
  quoteAsset: instrument.quote,
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  baseCommissionPrecision: 8,
  quoteCommissionPrecision: 8,
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
  icebergAllowed: true,
  ocoAllowed: true,
  otoAllowed: true,
  opoAllowed: true,
  quoteOrderQtyMarketAllowed: true,
  allowTrailingStop: true,
  cancelReplaceAllowed: true,
  amendAllowed: true,
  pegInstructionsAllowed: true,
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: true,
  filters: [
    {
      filterType: 'PRICE_FILTER',
      minPrice: padded(instrument.tickSize),
      maxPrice: padded(1_000_000),
      tickSize: padded(instrument.tickSize),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: padded(instrument.lotSize),
      maxQty: padded(9_000_000),
      stepSize: padded(instrument.lotSize),
    },
    { filterType: 'ICEBERG_PARTS', limit: 100 },
    // 0 switches the step off
    { filterType: 'MARKET_LOT_SIZE', minQty: padded(0), maxQty: padded(1_000_000), stepSize: padded(0) },
    {
      filterType: 'TRAILING_DELTA',
      minTrailingAboveDelta: 10,
      maxTrailingAboveDelta: 2_000,
      minTrailingBelowDelta: 10,
      maxTrailingBelowDelta: 2_000,
    },
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: '5',
      bidMultiplierDown: '0.2',
      askMultiplierUp: '5',
      askMultiplierDown: '0.2',
      avgPriceMins: 5,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: padded(instrument.minimumNotional),
      applyMinToMarket: true,
      maxNotional: padded(9_000_000),
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    { filterType: 'MAX_NUM_ORDER_LISTS', maxNumOrderLists: 20 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
    { filterType: 'MAX_NUM_ORDER_AMENDS', maxNumOrderAmends: 10 },
  ],
  permissions: [],
  permissionSets: [['SPOT', 'MARGIN']],
  defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
  allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT'],
})

export const spotExchangeInfo = (instruments: readonly SimInstrument[], now: EpochMs, showPermissionSets: boolean) => ({
  timezone: 'UTC',
  serverTime: now,
  rateLimits: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: spotWeightLimit },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 50 },
    { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 160_000 },
    { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000 },
  ],
  exchangeFilters: [],
  symbols: instruments.map((instrument) => {
    const symbol = spotSymbol(instrument)
    return showPermissionSets ? symbol : { ...symbol, permissionSets: [] }
  }),
})

const perpetualSymbol = (instrument: SimInstrument) => ({
  symbol: nativeName(instrument),
  pair: nativeName(instrument),
  contractType: 'PERPETUAL',
  deliveryDate: 4_133_404_800_000,
  onboardDate: instrument.listedAt,
  status: 'TRADING',
  maintMarginPercent: '2.5000',
  requiredMarginPercent: '5.0000',
  baseAsset: instrument.base,
  quoteAsset: instrument.quote,
  marginAsset: instrument.quote,
  pricePrecision: instrument.priceDecimals,
  quantityPrecision: instrument.quantityDecimals,
  baseAssetPrecision: 8,
  quotePrecision: 8,
  underlyingType: 'COIN',
  underlyingSubType: [],
  triggerProtect: '0.0500',
  liquidationFee: '0.012500',
  marketTakeBound: '0.05',
  maxMoveOrderLimit: 10_000,
  filters: [
    {
      filterType: 'PRICE_FILTER',
      minPrice: priceText(instrument, instrument.tickSize),
      maxPrice: '1000000',
      tickSize: priceText(instrument, instrument.tickSize),
    },
    {
      filterType: 'LOT_SIZE',
      stepSize: quantityText(instrument, instrument.lotSize),
      maxQty: '1000000',
      minQty: quantityText(instrument, instrument.lotSize),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      stepSize: quantityText(instrument, instrument.lotSize),
      maxQty: '100000',
      minQty: quantityText(instrument, instrument.lotSize),
    },
    { filterType: 'MAX_NUM_ORDERS', limit: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
    { filterType: 'MIN_NOTIONAL', notional: String(instrument.minimumNotional) },
    { filterType: 'PERCENT_PRICE', multiplierDown: '0.9500', multiplierUp: '1.0500', multiplierDecimal: '4' },
  ],
  orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'],
  timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
})

export const perpetualExchangeInfo = (instruments: readonly SimInstrument[], now: EpochMs) => ({
  timezone: 'UTC',
  serverTime: now,
  futuresType: 'U_MARGINED',
  rateLimits: [
    { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: perpetualWeightLimit },
    { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: 1_200 },
    { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 300 },
  ],
  exchangeFilters: [],
  assets: [...new Set(instruments.map((instrument) => instrument.quote))].map((asset) => ({
    asset,
    marginAvailable: true,
    autoAssetExchange: '-10000',
  })),
  symbols: instruments.map(perpetualSymbol),
})
