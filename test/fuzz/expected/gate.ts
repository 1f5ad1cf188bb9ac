/** What Gate's public frames say. */
import * as gate from '../../../src/main/exchanges/gate/schemas.ts'
import {
  type Expectation,
  type Expected,
  exact,
  fits,
  fromJson,
  type Json,
  levels,
  listOf,
  objectOf,
  same,
  sides,
  type Told,
} from './readers.ts'

const periods: Readonly<Record<string, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '1h',
  '1d': '1d',
}

function gateFrame(feed: string, frame: Json): Expected | null {
  const { channel, event, result } = frame
  if (typeof channel !== 'string' || event !== 'update') return null
  const isSpot = feed === 'spot'
  const r = objectOf(result)
  const sentAt = typeof frame.time_ms === 'number' ? frame.time_ms : exact(frame.time) * 1_000
  const factorOf = (contractSize: number) => (isSpot ? 1 : contractSize)
  const named = (n: unknown) => (typeof n === 'string' ? n.slice(n.indexOf('_') + 1) : n)
  switch (channel.slice(channel.indexOf('.') + 1)) {
    case 'book_ticker':
      return {
        fitsSchema: fits(isSpot ? gate.SpotBookTicker : gate.PerpetualBookTicker, result),
        told: [
          { kind: 'book_ticker', name: r.s, values: (size) => ({ ...sides(r, factorOf(size)), exchangeAt: r.t }) },
        ],
      }
    case 'trades': {
      if (isSpot) {
        const values = {
          tradeId: String(r.id),
          price: exact(r.price),
          quantity: exact(r.amount),
          side: r.side === 'buy' ? 'BUY' : 'SELL',
          exchangeAt: Math.floor(exact(r.create_time_ms)),
        }
        return {
          fitsSchema: fits(gate.SpotTrade, result),
          told: [{ kind: 'trade', name: r.currency_pair, values: same(values) }],
        }
      }
      return {
        fitsSchema: fits(gate.PerpetualTrades, result),
        told: listOf(result)
          .map(objectOf)
          .filter(({ is_internal }) => is_internal !== true)
          .map((row) => ({
            kind: 'trade',
            name: row.contract,
            values: (size) => ({
              tradeId: String(row.id),
              price: exact(row.price),
              quantity: Math.abs(exact(row.size, size)),
              side: exact(row.size) > 0 ? 'BUY' : 'SELL',
              exchangeAt: Math.floor(exact(row.create_time_ms)),
            }),
          })),
      }
    }
    case 'candlesticks': {
      const rows = (isSpot ? [result] : listOf(result)).map(objectOf)
      const schema = !isSpot ? gate.PerpetualCandles : r.a === undefined ? gate.OldSpotCandle : gate.SpotCandle
      return {
        fitsSchema: fits(schema, result),
        told: rows.map((row) => ({
          kind: 'kline',
          name: named(row.n),
          values: (size) => {
            const quoteVolume = isSpot ? exact(row.v) : null
            const base = isSpot
              ? row.a === undefined
                ? exact(row.v) === 0
                  ? 0
                  : Number((exact(row.v) / exact(row.h)).toPrecision(15))
                : exact(row.a)
              : exact(row.v, size)
            return {
              period: periods[String(row.n).slice(0, String(row.n).indexOf('_'))] ?? Number.NaN,
              openTime: exact(row.t) * 1_000,
              open: exact(row.o),
              high: exact(row.h),
              low: exact(row.l),
              close: exact(row.c),
              volume: base,
              quoteVolume,
              // without a flag the next candle closes it, which may stand in the same frame
              isClosed: row.w === undefined ? undefined : row.w,
              exchangeAt: sentAt,
            }
          },
        })),
      }
    }
    case 'obu': {
      const parts = /^ob\.(.+)\.\d+$/.exec(String(r.s))
      const isSnapshot = r.full === true
      return {
        fitsSchema: fits(isSnapshot ? gate.WholeBook : gate.BookChanges, result),
        told: [
          {
            kind: 'depth',
            name: parts?.[1],
            values: (size) => ({
              isSnapshot,
              firstId: isSnapshot ? r.u : r.U,
              lastId: r.u,
              previousId: null,
              bids: levels(r.b, factorOf(size)),
              asks: levels(r.a, factorOf(size)),
              exchangeAt: r.t,
            }),
          },
        ],
      }
    }
    case 'tickers':
      return { fitsSchema: fits(gate.PerpetualTickers, result), told: gateRates(listOf(result).map(objectOf), sentAt) }
    default:
      return null
  }
}

/** What a row leaves out stands as the row before it of the same contract told it. */
function gateRates(rows: readonly Json[], sentAt: number): readonly Told[] {
  return rows.map((row, at) => {
    const earlier = rows.slice(0, at + 1).filter(({ contract }) => contract === row.contract)
    const newest = (key: string) =>
      earlier.map((one) => one[key]).findLast((value) => value !== undefined && value !== null)
    const rate = earlier.map(({ funding_rate }) => funding_rate).findLast((value) => Boolean(value))
    const [next, interval] = [newest('funding_next_apply'), newest('funding_interval')]
    return {
      kind: 'funding_rate',
      name: row.contract,
      values: same({
        rate: exact(rate),
        nextFundingAt: next ? exact(next) * 1_000 : null,
        intervalHours: interval ? exact(interval) / 3_600 : null,
        markPrice: exact(newest('mark_price')) || null,
        exchangeAt: row.t ?? (Number.isNaN(sentAt) ? null : sentAt),
      }),
    }
  })
}

export const expected: Expectation = { read: fromJson(gateFrame) }
