/** A real database with something in every table, cold chunks included, written by storage itself. */
import { openStorage } from '../../src/main/storage/index.ts'
import { balance, drift, fill, order, payment, position, rate, start, transfer } from '../main/storage/account-rows.ts'
import { instruments, kline, opportunity, snapshot } from '../main/storage/support.ts'

const hourMs = 3_600_000
/** A round minute, from which candles and quotes go on. */
export const begin = start - (start % hourMs)
const seconds = 4_000
/** Snapshots before this are packed into chunks. */
const coldSeconds = 2_200

const price = (at: number): number => 30_000 + Math.round(Math.sin(at / 50) * 10_000) / 100

/** Closed cleanly. `more`: seconds recorded on top, so that a backup made before lacks them. */
export async function populate(file: string, mode: 'demo' | 'live' = 'live'): Promise<void> {
  const storage = await openStorage({ file })
  await storage.setMeta('mode', mode)
  await storage.saveInstruments(instruments)
  for (let second = 0; second < seconds; second++) {
    void storage.saveSnapshot(quotesOf(second))
    if (second % 100 === 99) await storage.saveSnapshot(quotesOf(second))
  }
  for (let done = false; !done; ) {
    done = (await storage.upkeep.rollUp({ before: begin + coldSeconds * 1_000, maximumFrames: 50 })).done
  }
  await storage.saveKlines(
    instruments.flatMap(({ id }) =>
      Array.from({ length: 400 }, (_, index) => {
        const open = price(index)
        const values = { open, close: open + 1, high: open + 2, low: open - 2, volume: index / 8 }
        return kline({ instrumentId: id, openTime: begin + index * 60_000, ...values, isClosed: true })
      }),
    ),
  )
  await storage.marketRows.saveTrades(
    Array.from({ length: 600 }, (_, index) => ({
      ...{ instrumentId: 1 + (index % 3), tradeId: String(9_000 + index), price: price(index), quantity: 0.25 },
      ...{
        side: index % 2 === 0 ? 'BUY' : 'SELL',
        exchangeAt: begin + index * 500,
        receivedAt: begin + index * 500 + 20,
      },
    })),
  )
  await storage.marketRows.saveGaps(
    Array.from({ length: 60 }, (_, index) => ({
      ...{ id: index + 1, instrumentId: 1, kind: 'book_ticker', period: null, cause: 'disconnect', detail: '1006' },
      ...{ from: begin - (60 - index) * 10_000, to: begin - (60 - index) * 10_000 + 4_000, filledAt: null },
      whyNotFilled: 'nobody hands out quotes of the past',
    })),
  )
  for (let id = 1; id <= 60; id++) await storage.saveOpportunity(opportunity({ id, openedAt: begin + id * 1_000 }))
  const many = Array.from({ length: 120 }, (_, index) => index)
  await storage.accounts.save({
    accounts: [{ id: 'binance-main', exchange: 'binance', label: 'Main' }],
    openings: [{ account: 'binance-main', at: begin - hourMs, totals: [{ asset: 'BTC', total: '1.5' }] }],
    balances: many.map((index) =>
      balance({ total: `${index}.5`, free: `${index}.5`, receivedAt: start + index * 1_000 }),
    ),
    dailyBalances: [{ day: '2023-11-14', balance: balance() }],
    orders: many.map((index) => ({
      order: order({ exchangeOrderId: String(1_000 + index), updatedAt: start + index }),
      ...{ raw: `{"orderId":${1_000 + index},"status":"NEW","side":"BUY"}`, source: 'stream' },
    })),
    fills: many.map((index) => ({
      fill: fill({ tradeId: String(index), price: `${30_000 + index}.10`, at: start + index * 10 }),
      raw: `{"tradeId":${index},"price":"${30_000 + index}.10"}`,
    })),
    positions: many.map((index) => position({ quantity: `-${index}.25`, receivedAt: start + index * 1_000 })),
    transfers: many.map((index) => ({ transfer: transfer({ transferId: `t${index}` }), raw: '{}' })),
    fundingPayments: many.map((index) => payment({ paymentId: `p${index}`, at: start + index * 1_000 })),
    fundingRates: many.map((index) => rate({ rate: `0.000${100 + index}`, receivedAt: start + index * 1_000 })),
    drifts: many.map((index) => drift({ id: index + 1, foundAt: start + index })),
  })
  await storage.close()
}

function quotesOf(second: number) {
  const bid = price(second)
  return snapshot(
    begin + second * 1_000,
    instruments.map(({ id }) => [id, bid + id, 1 + (second % 7), bid + id + 0.5, 2]),
  )
}
