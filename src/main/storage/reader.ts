import { createAccountReader } from './accounts/reader.ts'
import { createAlertReader } from './alerts.ts'
import { createContinuityReader } from './continuity/reader.ts'
import { type DatabaseOptions, openForReading } from './database.ts'
import { createDepthReader } from './depth/store.ts'
import { createExchangeHourReader } from './exchange-hours.ts'
import { createHistoryReader } from './history/reader.ts'
import { createInstrumentReader } from './instruments.ts'
import type { Handlers, ReadJobs } from './jobs.ts'
import { createKlineReader } from './klines.ts'
import { createMarketRowReader } from './market-rows/reader.ts'
import { createMetaReader } from './meta.ts'
import { createOpportunityReader } from './opportunities.ts'
import { createUpkeepReader } from './upkeep/reader.ts'

/** The reading thread's work, so that a long read holds up no snapshot. Opens its connection at the first question. */
export function createReader(options: DatabaseOptions): Handlers<ReadJobs> {
  let opened: ReturnType<typeof open> | null = null
  const file = () => {
    opened ??= open(options)
    return opened
  }
  return {
    instruments: () => file().instruments(),
    klines: (range) => file().klines.list(range),
    newestClosedKline: ({ instrumentId, period }) => file().klines.newestClosed(instrumentId, period),
    opportunities: ({ before, limit }) => file().opportunities.closed(before, limit),
    opportunitiesOf: ({ buy, sell, from, to, limit }) => file().opportunities.ofPair(buy, sell, from, to, limit),
    lastOpportunityId: () => file().opportunities.lastId(),
    meta: (key) => file().meta(key),
    accountMemory: (request) => file().accounts.accountMemory(request),
    ledger: (request) => file().accounts.ledger(request),
    orders: (request) => file().accounts.orders(request),
    orderEvents: (request) => file().accounts.orderEvents(request),
    fills: (request) => file().accounts.fills(request),
    transfers: (request) => file().accounts.transfers(request),
    fundingPayments: (request) => file().accounts.fundingPayments(request),
    drifts: (request) => file().accounts.drifts(request),
    lastDriftId: (request) => file().accounts.lastDriftId(request),
    ranAt: (request) => file().accounts.ranAt(request),
    absentAt: (request) => file().accounts.absentAt(request),
    balancesAt: (request) => file().accounts.balancesAt(request),
    pnl: (request) => file().accounts.pnl(request),
    newestTradeAt: (instrumentId) => file().marketRows.newestTradeAt(instrumentId),
    gaps: (filter) => file().marketRows.gaps(filter),
    lastGapId: (request) => file().marketRows.lastGapId(request),
    gapEnds: (kind) => file().marketRows.gapEnds(kind),
    lastGaps: (kind) => file().marketRows.lastGaps(kind),
    newestSnapshots: (request) => file().marketRows.newestSnapshots(request),
    firstSnapshot: (request) => file().marketRows.firstSnapshot(request),
    klineRange: (request) => file().marketRows.klineRange(request),
    depthColumns: (question) => file().depth.depthColumns(question),
    oldestDepth: (request) => file().depth.oldestDepth(request),
    exchangeHours: (from) => file().exchangeHours(from),
    backlog: (before) => file().upkeep.backlog(before),
    pastTime: (request) => file().upkeep.pastTime(request),
    report: (request) => file().upkeep.report(request),
    continuityStep: (request) => file().continuity.continuityStep(request),
    continuityForget: (number) => file().continuity.continuityForget(number),
    alerts: ({ filter, cursor, limit }) => file().alerts.page(filter, cursor, limit),
    alertState: () => file().alerts.state(),
    historyStep: (request) => file().history.historyStep(request),
    historyForget: (number) => file().history.historyForget(number),
    close: () => {
      opened?.database.close()
      opened = null
      return null
    },
  }
}

function open(options: DatabaseOptions) {
  const database = openForReading(options)
  return {
    database,
    instruments: createInstrumentReader(database),
    klines: createKlineReader(database),
    opportunities: createOpportunityReader(database),
    meta: createMetaReader(database),
    accounts: createAccountReader(database),
    marketRows: createMarketRowReader(database),
    continuity: createContinuityReader(database),
    history: createHistoryReader(database),
    depth: createDepthReader(database),
    exchangeHours: createExchangeHourReader(database),
    upkeep: createUpkeepReader(database, options.file),
    alerts: createAlertReader(database),
  }
}
