/**
 * The definitions of MEXC's binary pushes. Every binary frame is one `PushDataV3ApiWrapper`, without compression or length prefix.
 * Source: github.com/mexcdevelop/websocket-proto (state of June 2026, which added the fields marked "June 2026").
 * The simulator encodes with them; the connector reads what it subscribes to with `reader.ts` and everything else with these.
 *
 * The definitions are compiled by protobufjs when the module loads, so that the table below is the only description of the wire;
 * it generates code, which needs no more than Node's and Electron's main process allow by default.
 */
import protobuf from 'protobufjs'

const definitions = `
syntax = "proto3";

message PushDataV3ApiWrapper {
  string channel = 1;
  optional string symbol = 3;
  optional string symbolId = 4;
  optional int64 createTime = 5; // epoch ms
  optional int64 sendTime = 6;   // epoch ms
  oneof body {
    PublicDealsV3Api publicDeals = 301;
    PublicIncreaseDepthsV3Api publicIncreaseDepths = 302;
    PublicLimitDepthsV3Api publicLimitDepths = 303;
    PrivateOrdersV3Api privateOrders = 304;
    PublicBookTickerV3Api publicBookTicker = 305;
    PrivateDealsV3Api privateDeals = 306;
    PrivateAccountV3Api privateAccount = 307;
    PublicSpotKlineV3Api publicSpotKline = 308;
    PublicMiniTickerV3Api publicMiniTicker = 309;
    PublicMiniTickersV3Api publicMiniTickers = 310;
    PublicBookTickerBatchV3Api publicBookTickerBatch = 311;
    PublicIncreaseDepthsBatchV3Api publicIncreaseDepthsBatch = 312;
    PublicAggreDepthsV3Api publicAggreDepths = 313;
    PublicAggreDealsV3Api publicAggreDeals = 314;
    PublicAggreBookTickerV3Api publicAggreBookTicker = 315;
  }
}

message PublicAggreDealsV3Api { repeated PublicAggreDealsV3ApiItem deals = 1; string eventType = 2; }
message PublicAggreDealsV3ApiItem {
  string price = 1;
  string quantity = 2;
  int32 tradeType = 3; // the taker's side: 1 buy, 2 sell
  int64 time = 4;      // epoch ms
  string tradeId = 5;  // June 2026
}
message PublicDealsV3Api { repeated PublicDealsV3ApiItem deals = 1; string eventType = 2; }
message PublicDealsV3ApiItem { string price = 1; string quantity = 2; int32 tradeType = 3; int64 time = 4; }

message PublicAggreDepthsV3Api {
  repeated PublicAggreDepthV3ApiItem asks = 1;
  repeated PublicAggreDepthV3ApiItem bids = 2;
  string eventType = 3;
  string fromVersion = 4;
  string toVersion = 5;
  int64 lastOrderCreateTime = 6; // June 2026
}
message PublicAggreDepthV3ApiItem { string price = 1; string quantity = 2; }
message PublicLimitDepthsV3Api {
  repeated PublicLimitDepthV3ApiItem asks = 1;
  repeated PublicLimitDepthV3ApiItem bids = 2;
  string eventType = 3;
  string version = 4;
  int64 lastOrderCreateTime = 5; // June 2026
}
message PublicLimitDepthV3ApiItem { string price = 1; string quantity = 2; }
message PublicIncreaseDepthsV3Api {
  repeated PublicIncreaseDepthV3ApiItem asks = 1;
  repeated PublicIncreaseDepthV3ApiItem bids = 2;
  string eventType = 3;
  string version = 4;
}
message PublicIncreaseDepthV3ApiItem { string price = 1; string quantity = 2; }
message PublicIncreaseDepthsBatchV3Api { repeated PublicIncreaseDepthsV3Api items = 1; string eventType = 2; }

message PublicBookTickerV3Api { string bidPrice = 1; string bidQuantity = 2; string askPrice = 3; string askQuantity = 4; }
message PublicBookTickerBatchV3Api {
  repeated PublicBookTickerV3Api items = 1;
  string version = 2;            // June 2026
  int64 lastOrderCreateTime = 3; // June 2026
}
message PublicAggreBookTickerV3Api {
  string bidPrice = 1;
  string bidQuantity = 2;
  string askPrice = 3;
  string askQuantity = 4;
  string version = 5;            // June 2026
  int64 lastOrderCreateTime = 6; // June 2026
}

message PublicSpotKlineV3Api {
  string interval = 1;   // Min1, Min60, Day1, …
  int64 windowStart = 2; // epoch seconds
  string openingPrice = 3;
  string closingPrice = 4;
  string highestPrice = 5;
  string lowestPrice = 6;
  string volume = 7;     // base asset
  string amount = 8;     // quote asset
  int64 windowEnd = 9;   // epoch seconds
}

message PublicMiniTickerV3Api {
  string symbol = 1;
  string price = 2;
  string rate = 3;
  string zonedRate = 4;
  string high = 5;
  string low = 6;
  string volume = 7;   // quote asset
  string quantity = 8; // base asset
  string lastCloseRate = 9;
  string lastCloseZonedRate = 10;
  string lastCloseHigh = 11;
  string lastCloseLow = 12;
}
message PublicMiniTickersV3Api { repeated PublicMiniTickerV3Api items = 1; }

message PrivateAccountV3Api {
  string vcoinName = 1;
  string coinId = 2;
  string balanceAmount = 3; // available, after the change
  string balanceAmountChange = 4;
  string frozenAmount = 5;  // after the change
  string frozenAmountChange = 6;
  string type = 7;          // ENTRUST_PLACE, DEPOSIT, … (an open set)
  int64 time = 8;           // epoch ms
}
message PrivateDealsV3Api {
  string price = 1;
  string quantity = 2;
  string amount = 3;    // quote asset
  int32 tradeType = 4;  // the account's side: 1 buy, 2 sell
  bool isMaker = 5;
  bool isSelfTrade = 6;
  string tradeId = 7;
  string clientOrderId = 8;
  string orderId = 9;
  string feeAmount = 10; // positive: paid
  string feeCurrency = 11;
  int64 time = 12;      // epoch ms
}
message PrivateOrdersV3Api {
  string id = 1;
  string clientId = 2;
  string price = 3;
  string quantity = 4;
  string amount = 5;
  string avgPrice = 6;
  int32 orderType = 7; // 1 limit, 2 limit maker, 3 immediate or cancel, 4 fill or kill, 5 market, 100 stop
  int32 tradeType = 8; // 1 buy, 2 sell
  bool isMaker = 9;
  string remainAmount = 10;
  string remainQuantity = 11;
  optional string lastDealQuantity = 12;
  string cumulativeQuantity = 13;
  string cumulativeAmount = 14;
  int32 status = 15;     // 1 new, 2 filled, 3 partially filled, 4 cancelled, 5 partially cancelled
  int64 createTime = 16; // epoch ms
  optional string market = 17;
  optional int32 triggerType = 18;
  optional string triggerPrice = 19;
  optional int32 state = 20;
  optional string ocoId = 21;
  optional string routeFactor = 22;
  optional string symbolId = 23;
  optional string marketId = 24;
  optional string marketCurrencyId = 25;
  optional string currencyId = 26;
}
`

const wrapper = protobuf.parse(definitions, { keepCase: true }).root.lookupType('PushDataV3ApiWrapper')

/** What a push may carry when it is sent; a field left out is the default of its type. Integers as numbers: all are below 2^53. */
export interface Push {
  readonly channel: string
  readonly symbol?: string
  readonly symbolId?: string
  readonly createTime?: number
  readonly sendTime?: number
  readonly publicAggreDeals?: {
    readonly deals: readonly {
      readonly price: string
      readonly quantity: string
      readonly tradeType: number
      readonly time: number
      readonly tradeId?: string
    }[]
    readonly eventType: string
  }
  readonly publicAggreBookTicker?: BestQuote & { readonly version?: string; readonly lastOrderCreateTime?: number }
  readonly publicAggreDepths?: {
    readonly asks?: readonly PushedLevel[]
    readonly bids?: readonly PushedLevel[]
    readonly eventType: string
    readonly fromVersion: string
    readonly toVersion: string
    readonly lastOrderCreateTime?: number
  }
  readonly publicBookTickerBatch?: {
    readonly items: readonly BestQuote[]
    readonly version?: string
    readonly lastOrderCreateTime?: number
  }
  readonly publicSpotKline?: {
    readonly interval: string
    readonly windowStart: number
    readonly openingPrice: string
    readonly closingPrice: string
    readonly highestPrice: string
    readonly lowestPrice: string
    readonly volume: string
    readonly amount?: string
    readonly windowEnd: number
  }
  readonly privateAccount?: {
    readonly vcoinName: string
    readonly coinId?: string
    readonly balanceAmount: string
    readonly balanceAmountChange?: string
    readonly frozenAmount: string
    readonly frozenAmountChange?: string
    readonly type?: string
    readonly time: number
  }
  readonly privateDeals?: {
    readonly price: string
    readonly quantity: string
    readonly amount: string
    readonly tradeType: number
    readonly isMaker?: boolean
    readonly isSelfTrade?: boolean
    readonly tradeId: string
    readonly clientOrderId?: string
    readonly orderId: string
    readonly feeAmount?: string
    readonly feeCurrency?: string
    readonly time: number
  }
  readonly privateOrders?: {
    readonly id: string
    readonly clientId?: string
    readonly price?: string
    readonly quantity?: string
    readonly amount?: string
    readonly avgPrice?: string
    readonly orderType: number
    readonly tradeType: number
    readonly isMaker?: boolean
    readonly remainAmount?: string
    readonly remainQuantity?: string
    readonly lastDealQuantity?: string
    readonly cumulativeQuantity?: string
    readonly cumulativeAmount?: string
    readonly status: number
    readonly createTime: number
    readonly triggerPrice?: string
  }
}

export interface PushedLevel {
  readonly price: string
  readonly quantity: string
}

export interface BestQuote {
  readonly bidPrice?: string
  readonly bidQuantity?: string
  readonly askPrice?: string
  readonly askQuantity?: string
}

/** The frame of a push: fields in the order of their numbers, as the documented vectors have them. */
export function encodePush(push: Push): Buffer {
  // protobufjs returns a plain Uint8Array view where it may; sockets want the same bytes as a Buffer.
  const bytes = wrapper.encode(push).finish()
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * A frame as a plain object of JSON types, the way the documentation prints samples: fields by the names above, absent ones left
 * out, 64-bit integers as text. null for bytes that are no such message. Slow beside `reader.ts`: for private pushes, which are few,
 * for samples and tests.
 */
export function pushToJson(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    return wrapper.toObject(wrapper.decode(bytes), { longs: String })
  } catch {
    // protobufjs throws on anything cut short or malformed: an expected failure, told by the null.
    return null
  }
}
