import { expect, it, onTestFinished } from 'vitest'
import type { SimBook } from '../../src/main/simulator/depth.ts'
import { startSimulator } from '../../src/main/simulator/index.ts'
import type { EpochMs, KeptBook } from '../../src/shared/domain/index.ts'
import { BookJudge } from '../support/book-judge.ts'
import { instrument } from '../support/instruments.ts'
import { keptBook } from '../support/kept-book.ts'

const skewMs = -3_000
const countedFromMs = Date.UTC(2020, 0, 1)

/** The book of a client who was told these levels with that time. */
function told(of: KeptBook['instrument'], { bids, asks }: SimBook, exchangeAt: EpochMs): KeptBook {
  const kept = keptBook(of, 1)
  const column = (rows: SimBook['bids'], name: 'price' | 'quantity', most: number) =>
    Float64Array.from(rows.slice(0, most), (row) => row[name])
  const top = (most: number) => ({
    bidPrice: column(bids, 'price', most),
    bidQuantity: column(bids, 'quantity', most),
    askPrice: column(asks, 'price', most),
    askQuantity: column(asks, 'quantity', most),
  })
  return { ...kept, exchangeAt, book: { ...kept.book, top } }
}

/** Bybit's books are known by their time alone, and 3 s before each there was another. Bitfinex's come level by level. */
it.for(['bybit', 'bitfinex'] as const)(
  'books of %s are known while its clock goes wrong, and wrong ones are',
  async (exchange) => {
    const simulator = await startSimulator({ seed: 1, venues: [exchange], symbols: ['BTC_USDT'], rate: 0 })
    onTestFinished(() => simulator.close())
    const btc = instrument(exchange, 'spot', 'BTC', 'USDT', 'BTCUSDT')
    const now = Date.now()
    const books = Array.from({ length: 1_000 }, (_, ago) => {
      const book = simulator.bookAt(exchange, btc.symbol, (now - 1_000 + ago - countedFromMs) * 1_000)
      return book === null ? [] : [{ book, at: now - 1_000 + ago }]
    }).flat()
    const [first, second, third] = books
    if (!first || !second || !third) throw new Error('no three books in a second')

    const judgeWith = (clockShifts: readonly number[]) => {
      const judge = new BookJudge(simulator, { isDisturbed: () => false, clockShifts: () => clockShifts })
      return (kept: KeptBook) => {
        judge.note(kept)
        return judge.wrongWith(kept)
      }
    }
    const trusting = judgeWith([0])
    expect(trusting(told(btc, second.book, second.at))).toBeNull()
    const skewed = told(btc, third.book, third.at + skewMs)
    expect(judgeWith([0])(skewed)).toContain('wrong')

    const knowing = judgeWith([0, skewMs, -skewMs])
    expect(knowing(told(btc, first.book, first.at))).toBeNull()
    expect(knowing(told(btc, second.book, second.at + skewMs))).toBeNull()
    expect(knowing(skewed)).toBeNull()
    expect(knowing(told(btc, first.book, third.at + skewMs))).toContain('wrong')
    const [best, ...others] = third.book.bids
    if (!best) throw new Error('no bids')
    const more = { ...third.book, bids: [{ ...best, quantity: best.quantity * 2 }, ...others] }
    expect(knowing(told(btc, more, third.at + skewMs))).toContain('wrong')
    expect(knowing(told(btc, { ...third.book, bids: others }, third.at))).toContain('wrong')
  },
)
