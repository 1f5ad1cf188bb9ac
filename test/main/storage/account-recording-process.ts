/**
 * Saves trades as fast as it can until it is killed: `node account-recording-process.ts FILE FIRST`; numbers them from FIRST on and
 * prints the last number of each batch once it is stored.
 */
import { writeSync } from 'node:fs'
import { openStorage } from '../../../src/main/storage/index.ts'
import { balance, fill, order, position } from './account-rows.ts'

const [file = '', first = '1'] = process.argv.slice(2)
const raw = JSON.stringify({ padding: 'x'.repeat(300) })
/** As few as a stream brings, and as many as a backfill. */
const sizes = [1, 3, 40, 400]
const symbols = ['BTC_USDT', 'ETH_USDT', 'SOL_USDT_PERP']

const storage = await openStorage({ file })
for (let next = Number(first); ; ) {
  const size = sizes[Math.floor(Math.random() * sizes.length)] ?? 1
  const numbers = Array.from({ length: size }, (_, index) => next + index)
  const trades = numbers.map((number) => ({
    symbol: symbols[number % symbols.length] ?? '',
    exchangeOrderId: `${number}`,
    at: 1_700_000_000_000 + number,
    number,
  }))
  await storage.accounts.save({
    orders: trades.flatMap(({ symbol, exchangeOrderId, at }) => [
      { order: order({ symbol, exchangeOrderId, updatedAt: at }), raw, source: 'stream' as const },
      {
        order: order({ symbol, exchangeOrderId, updatedAt: at + 1, status: 'FILLED', filledQuantity: '1.5' }),
        raw,
        source: 'stream' as const,
      },
    ]),
    fills: trades.map(({ symbol, exchangeOrderId, at, number }) => ({
      fill: fill({ symbol, exchangeOrderId, at, tradeId: `${number}` }),
      raw,
    })),
    balances: trades.map(({ number, at }) => balance({ total: `${number}`, receivedAt: at })),
    positions: trades.map(({ number, at }) => position({ quantity: `${number}`, receivedAt: at })),
  })
  next += size
  writeSync(1, `${next - 1}\n`)
}
