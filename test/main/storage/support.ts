import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { KlineRow, SnapshotBatch, Storage } from '../../../src/main/storage/contract.ts'
import { openStorage, type StorageOptions } from '../../../src/main/storage/index.ts'
import type { Instrument, Opportunity, OpportunityMoment } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

/** A fresh path for a database; its folder is removed after the test. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-storage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'crossbook.db')
}

/** A real storage, closed after the test. */
export async function openTemporary(options: Partial<StorageOptions> = {}): Promise<Storage> {
  const storage = await openStorage({ file: temporaryFile(), ...options })
  onTestFinished(() => storage.close())
  return storage
}

/** The file as any other program sees it. */
export function openPlain(file: string): Database {
  const database = new Sqlite(file)
  onTestFinished(() => {
    database.close()
  })
  return database
}

export const btc: Instrument = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { id: 1 })
export const btcOkx: Instrument = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT', { id: 2, tickSize: null })
export const ethPerpetual: Instrument = instrument('gate', 'perpetual', 'ETH', 'USDT', 'ETH_USDT', {
  id: 3,
  minimumNotional: 5,
  contractSize: 0.01,
  status: 'halted',
})
export const instruments: readonly Instrument[] = [btc, btcOkx, ethPerpetual]

/** 2023-11-14T22:13:20.000Z */
export const second = 1_700_000_000_000

type Row = readonly [id: number, bid: number, bidQuantity: number, ask: number, askQuantity: number]

export const snapshot = (time: number, rows: readonly Row[]): SnapshotBatch => ({
  time,
  instrumentIds: Uint32Array.from(rows, (row) => row[0]),
  bidPrice: Float64Array.from(rows, (row) => row[1]),
  bidQuantity: Float64Array.from(rows, (row) => row[2]),
  askPrice: Float64Array.from(rows, (row) => row[3]),
  askQuantity: Float64Array.from(rows, (row) => row[4]),
})

export const kline = (more: Partial<KlineRow> = {}): KlineRow => ({
  instrumentId: 1,
  period: '1m',
  openTime: 1_699_999_980_000,
  open: 100,
  high: 110,
  low: 90,
  close: 105,
  volume: 12.5,
  quoteVolume: 1_300.25,
  isClosed: false,
  ...more,
})

const opportunityMoment: OpportunityMoment = {
  verdict: 'counts',
  lowNetPercent: 0.01,
  highNetPercent: 0.15,
  executableQuantity: 1.25,
  executableProfit: 40.5,
  fundingPercent: null,
  buyBookVersion: 40_000_000_029,
  sellBookVersion: 77,
  buyAgeMs: 12,
  sellAgeMs: 480,
}

export const opportunity = (more: Partial<Opportunity> = {}): Opportunity => ({
  id: 1,
  kind: 'cross',
  symbol: 'BTC_USDT',
  buy: 'binance:BTC_USDT',
  sell: 'okx:BTC_USDT',
  openedAt: second,
  closedAt: second + 2_500,
  closeReason: 'threshold',
  bestAt: second + 1_000,
  bestGrossPercent: 0.31,
  bestNetPercent: 0.11,
  bestBuyPrice: 36_500.1,
  bestSellPrice: 36_613.25,
  bestQuantity: 0.75,
  bestProfit: 30.5,
  rejection: null,
  rejectionWords: null,
  buyFee: 0.001,
  sellFee: 0.0005,
  opening: {
    ...opportunityMoment,
    grossPercent: 0.2,
    netPercent: 0.05,
    buyPrice: 36_500,
    sellPrice: 36_573,
    quantity: 0.5,
    profit: 9.125,
  },
  best: { ...opportunityMoment, sellBookVersion: null, executableQuantity: null, executableProfit: null },
  ...more,
})
