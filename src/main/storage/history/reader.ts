import type { Database } from 'better-sqlite3'
import type { Handlers } from '../jobs.ts'
import { createStepReader } from '../steps.ts'
import { createEquityReader } from './equity.ts'
import type { HistoryAnswer, HistoryQuestion, HistoryReadJobs } from './jobs.ts'
import { createPairReader } from './pair.ts'
import { createRatesReader } from './rates.ts'
import { createTradesReader } from './trades.ts'

export function createHistoryReader(database: Database): Handlers<HistoryReadJobs> {
  const pair = createPairReader(database)
  const rates = createRatesReader(database)
  const trades = createTradesReader(database)
  const equity = createEquityReader(database)
  const begin = (asked: HistoryQuestion): Generator<void, HistoryAnswer> => {
    switch (asked.what) {
      case 'pair':
        return pair(asked.question)
      case 'rates':
        return rates(asked.question)
      case 'trades':
        return trades(asked.question)
      case 'equity':
        return equity(asked.question)
    }
  }
  const { step, forget } = createStepReader(begin)
  return { historyStep: step, historyForget: forget }
}
