/** Made-up answers about the past: a spread and a basis that wander, with a gap and a spike; a funding rate; an equity curve. */
import type { CallName, CallReply, CallRequest } from '../../../src/shared/contract.ts'
import type { Opportunity } from '../../../src/shared/domain/index.ts'
import { bucketFor } from '../../../src/shared/history.ts'

const day = 86_400_000
const hour = 3_600_000
/** How far back anything is stored. */
const storedDays = 40

type HistoryAnswers = Pick<
  { readonly [name in CallName]: (request: never) => unknown },
  'spreads.history' | 'basis.history' | 'rates.history' | 'equity.history' | 'trades.list' | 'opportunities.ofPair'
>

/** Smooth and the same whenever asked. */
const wander = (at: number, period: number) => Math.sin(at / period) * 0.6 + Math.sin(at / (period * 0.173)) * 0.4
/** 20 minutes of every 5 hours. */
const isMissing = (at: number) => at % (5 * hour) < hour / 3
const isOpen = (at: number) => at % (2 * hour) > 1.9 * hour

function buckets(request: { from: number; to: number; points: number }, level: number, width: number) {
  const { from, to } = request
  const bucketMs = bucketFor(from, to, request.points) ?? day
  const oldest = Math.floor((Date.now() - storedDays * day) / bucketMs) * bucketMs
  const time: number[] = []
  for (let at = Math.ceil(Math.max(from, oldest) / bucketMs) * bucketMs; at < Math.min(to, Date.now()); at += bucketMs)
    if (!isMissing(at)) time.push(at)
  const last = time.map((at) => level + wander(at, 2.2e6) * width + (isOpen(at) ? width * 2 : 0))
  const spread = width * Math.min(0.8, 0.05 + bucketMs / hour)
  return {
    from,
    to,
    bucketMs,
    time: Float64Array.from(time),
    seconds: new Float64Array(time.length).fill(bucketMs / 1_000),
    minimum: Float64Array.from(last, (value) => value - spread),
    maximum: Float64Array.from(last, (value) => value + spread),
    last: Float64Array.from(last),
    oldest,
    damaged: 0,
  }
}

function opportunitiesOf({ buy, sell, from, to }: CallRequest<'opportunities.ofPair'>): Opportunity[] {
  const found: Opportunity[] = []
  const first = Math.max(from, Date.now() - storedDays * day)
  for (let at = Math.floor(first / (2 * hour)) * 2 * hour; at < Math.min(to, Date.now()); at += 2 * hour) {
    const openedAt = at + 1.9 * hour
    const isRejected = (at / (2 * hour)) % 2 === 1
    found.push({
      id: at / hour,
      kind: 'cross',
      symbol: buy.split(':')[1] ?? '',
      buy,
      sell,
      openedAt,
      closedAt: Math.min(Date.now(), at + 2 * hour),
      closeReason: 'threshold',
      bestAt: openedAt + 60_000,
      bestGrossPercent: 0.31,
      bestNetPercent: 0.11,
      bestBuyPrice: 84_000,
      bestSellPrice: 84_260,
      bestQuantity: 0.4,
      bestProfit: 37.1,
      rejection: isRejected ? 'uncertain' : null,
      rejectionWords: isRejected ? 'net between -0.04 % and 0.26 %: the sell leg was 840 ms old' : null,
      buyFee: 0.001,
      sellFee: 0.001,
      opening: null,
      best: null,
    })
  }
  return found.reverse()
}

function equity({ from, to, points }: CallRequest<'equity.history'>): CallReply<'equity.history'> {
  const bucketMs = bucketFor(from, to, points) ?? day
  const now = Date.now()
  const oldest = now - storedDays * day
  const deposit = now - 3 * day - 5 * hour
  const times: number[] = []
  for (let at = Math.ceil(Math.max(from, oldest) / bucketMs) * bucketMs; at < Math.min(to, now); at += bucketMs)
    if (at % (9 * day) > 0.4 * day) times.push(at)
  return {
    currency: 'USDT',
    from,
    to,
    bucketMs,
    points: times.map((at, i) => {
      const profit = ((at - oldest) / day) * 40 + wander(at, 3e7) * 400 - (((times[0] ?? at) - oldest) / day) * 40
      return {
        at,
        value: (48_000 + profit + (at > deposit ? 10_000 : 0)).toFixed(2),
        profit: profit.toFixed(2),
        isJoined: i > 0 && at - (times[i - 1] ?? 0) === bucketMs,
        leftOut: [],
        oldPrices: [],
        accounts: 4,
      }
    }),
    flows: [
      {
        account: 'demo-binance',
        at: deposit,
        kind: 'deposit' as const,
        asset: 'USDT',
        amount: '10000',
        value: '10000',
      },
    ].filter(({ at }) => at >= from && at < to),
    changes: [],
    oldest,
    otherCurrencies: [],
  }
}

function trades({ from, to, limit }: CallRequest<'trades.list'>): CallReply<'trades.list'> {
  const now = Date.now()
  const at: number[] = []
  for (let time = Math.max(from, now - 4 * hour); time < Math.min(to, now) && at.length < limit; time += 47_000)
    at.push(time)
  return {
    at: Float64Array.from(at),
    price: Float64Array.from(at, (time) => 84_000 * (1 + wander(time, 9e5) / 400)),
    quantity: Float64Array.from(at, (time) => Math.abs(wander(time, 7e4)) * 2),
    isBuy: Uint8Array.from(at, (time) => (time % 3 === 0 ? 1 : 0)),
    count: at.length,
  }
}

function rates({ from, to }: CallRequest<'rates.history'>): CallReply<'rates.history'> {
  const now = Date.now()
  const oldest = now - 12 * day
  const rateAt = (at: number) => (0.0001 + wander(at, 4e7) * 0.00012).toFixed(8)
  const list: CallReply<'rates.history'>['rates'] = []
  for (let at = Math.max(from, oldest); at < Math.min(to, now); at += 15 * 60_000)
    if (!isMissing(at))
      list.push({ at, rate: rateAt(at), nextFundingAt: Math.ceil(at / (8 * hour)) * 8 * hour, intervalHours: 8 })
  const settled: { at: number; rate: string }[] = []
  for (let at = Math.ceil(from / (8 * hour)) * 8 * hour; at < Math.min(to, now); at += 8 * hour)
    settled.push({ at, rate: rateAt(at) })
  return { rates: list, settled, settledProblem: null, oldest }
}

export const historyAnswers = (): HistoryAnswers => ({
  'spreads.history': (request: CallRequest<'spreads.history'>) => ({
    ...buckets(request, 0.08, 0.12),
    fees: { buy: 0.001, sell: 0.001 },
  }),
  'basis.history': (request: CallRequest<'basis.history'>) => buckets(request, 0.03, 0.05),
  'rates.history': rates,
  'equity.history': equity,
  'trades.list': trades,
  'opportunities.ofPair': opportunitiesOf,
})
