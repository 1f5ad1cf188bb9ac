import type { QuoteColumns, SpreadColumns } from '../../../src/shared/columns.ts'
import { truthCode, verdictCode } from '../../../src/shared/domain/index.ts'

type QuoteRow = { readonly id: number } & Partial<Record<Exclude<keyof QuoteColumns, 'instrumentIds'>, number>>

/** Quotes as columns; what a row does not say is absent. */
export function quoteColumns(rows: readonly QuoteRow[]): QuoteColumns {
  const column = (field: Exclude<keyof QuoteRow, 'id'>) => Float64Array.from(rows, (row) => row[field] ?? Number.NaN)
  return {
    instrumentIds: Uint32Array.from(rows, ({ id }) => id),
    bidPrice: column('bidPrice'),
    bidQuantity: column('bidQuantity'),
    askPrice: column('askPrice'),
    askQuantity: column('askQuantity'),
    lastPrice: column('lastPrice'),
    exchangeAt: column('exchangeAt'),
    receivedAt: column('receivedAt'),
    truth: Uint8Array.from(rows, ({ truth }) => truth ?? truthCode.live),
  }
}

type SpreadRow = { readonly index: number } & Partial<Record<Exclude<keyof SpreadColumns, 'pairIndexes'>, number>>

export function spreadColumns(rows: readonly SpreadRow[]): SpreadColumns {
  const column = (field: Exclude<keyof SpreadRow, 'index'>) =>
    Float64Array.from(rows, (row) => row[field] ?? Number.NaN)
  return {
    pairIndexes: Uint32Array.from(rows, ({ index }) => index),
    grossPercent: column('grossPercent'),
    netPercent: column('netPercent'),
    buyPrice: column('buyPrice'),
    sellPrice: column('sellPrice'),
    quantity: column('quantity'),
    profit: column('profit'),
    verdict: Uint8Array.from(rows, ({ verdict }) => verdict ?? verdictCode.counts),
    lowNetPercent: column('lowNetPercent'),
    highNetPercent: column('highNetPercent'),
    executableQuantity: column('executableQuantity'),
    executableProfit: column('executableProfit'),
    fundingPercent: column('fundingPercent'),
    carryPercent: column('carryPercent'),
    buyReceivedAt: column('buyReceivedAt'),
    sellReceivedAt: column('sellReceivedAt'),
    truth: Uint8Array.from(rows, ({ truth }) => truth ?? truthCode.live),
  }
}
