/** What MEXC's public frames say, by the definitions of its binary form. */
import { pushToJson } from '../../../src/main/exchanges/mexc/protobuf.ts'
import { DepthPush } from '../../../src/main/exchanges/mexc/schemas.ts'
import { withoutBrokenTexts } from '../protobuf-mutations.ts'
import {
  type Expectation,
  type Expected,
  exact,
  fits,
  isObject,
  type Json,
  listOf,
  objectOf,
  same,
  side,
  type Told,
  type Values,
} from './readers.ts'

const periods: Readonly<Record<string, string>> = {
  Min1: '1m',
  Min5: '5m',
  Min15: '15m',
  Min60: '1h',
  Day1: '1d',
}

function mexcPush(push: Json): Expected | null {
  const time = exact(push.createTime) || exact(push.sendTime) || null
  const of = (
    kind: Told['kind'],
    rows: readonly Json[],
    values: (row: Json) => Values,
    fitsSchema = true,
  ): Expected => ({
    fitsSchema,
    told: rows.map((row) => ({ kind, name: push.symbol, values: same(values(row)) })),
  })
  const quote = (row: Json): Values => ({
    ...side('bid', row.bidPrice, row.bidQuantity),
    ...side('ask', row.askPrice, row.askQuantity),
    exchangeAt: time,
  })
  const found: Expected[] = []
  if (isObject(push.publicAggreBookTicker)) found.push(of('book_ticker', [push.publicAggreBookTicker], quote))
  if (isObject(push.publicBookTickerBatch))
    found.push(of('book_ticker', listOf(push.publicBookTickerBatch.items).map(objectOf), quote))
  if (isObject(push.publicAggreDeals)) {
    found.push(
      of('trade', listOf(push.publicAggreDeals.deals).map(objectOf), (deal) => ({
        tradeId: deal.tradeId === undefined || deal.tradeId === '' ? null : deal.tradeId,
        price: exact(deal.price),
        quantity: exact(deal.quantity),
        side: deal.tradeType === 1 ? 'BUY' : deal.tradeType === 2 ? 'SELL' : Number.NaN,
        exchangeAt: exact(deal.time) || null,
      })),
    )
  }
  if (isObject(push.publicSpotKline)) {
    found.push(
      of('kline', [push.publicSpotKline], (k) => ({
        period: periods[String(k.interval)] ?? Number.NaN,
        openTime: exact(k.windowStart) * 1_000,
        open: exact(k.openingPrice),
        high: exact(k.highestPrice),
        low: exact(k.lowestPrice),
        close: exact(k.closingPrice),
        volume: exact(k.volume),
        quoteVolume: k.amount === undefined || k.amount === '' ? null : exact(k.amount),
        isClosed: false,
        exchangeAt: time,
      })),
    )
  }
  if (isObject(push.publicAggreDepths)) {
    const pairs = (rows: unknown) =>
      listOf(rows)
        .map(objectOf)
        .map(({ price, quantity }) => [exact(price), exact(quantity)] as const)
    found.push(
      of(
        'depth',
        [push.publicAggreDepths],
        (depth) => ({
          isSnapshot: false,
          firstId: exact(depth.fromVersion),
          lastId: exact(depth.toVersion),
          previousId: null,
          bids: pairs(depth.bids),
          asks: pairs(depth.asks),
          exchangeAt: exact(push.sendTime) || null,
        }),
        fits(DepthPush, push),
      ),
    )
  }
  return found.length === 0
    ? null
    : { fitsSchema: found.some(({ fitsSchema }) => fitsSchema), told: found.flatMap(({ told }) => told) }
}

export const expected: Expectation = {
  read(_feed, data, isBinary) {
    if (!isBinary) return null
    // texts that nobody reads need not be texts: the decoder would refuse them
    const mended = withoutBrokenTexts(data)
    const push = pushToJson(data) ?? (mended === null ? null : pushToJson(mended))
    return push === null ? null : mexcPush(push)
  },
}
