import { createAccountWriter } from './accounts/writer.ts'
import { createAlertWriter } from './alerts.ts'
import { createSnapshotWriter } from './book-tickers.ts'
import type { WriteReport } from './contract.ts'
import { closeCleanly, type DatabaseOptions, openForWriting } from './database.ts'
import { createDepthWriter } from './depth/store.ts'
import { createExchangeHourWriter } from './exchange-hours.ts'
import { createInstrumentWriter } from './instruments.ts'
import type { Handlers, WriteJobs } from './jobs.ts'
import { createKlineWriter } from './klines.ts'
import { createMarketRowWriter } from './market-rows/writer.ts'
import { createMetaWriter } from './meta.ts'
import { createOpportunityWriter } from './opportunities.ts'
import { createUpkeepWriter } from './upkeep/writer.ts'

type Opened = ReturnType<typeof open>

/** The writing thread's work. The first job opens the file; a failed opening is tried again by the next one. */
export function createWriter(options: DatabaseOptions): Handlers<WriteJobs> {
  let opened: Opened | null = null
  const file = (): Opened => {
    opened ??= open(options)
    return opened
  }
  return {
    open: () => file().report,
    saveInstruments: (instruments) => timed(() => file().saveInstruments(instruments)),
    saveSnapshot: (batch) => timed(() => file().saveSnapshot(batch)),
    saveKlines: (batch) => timed(() => file().saveKlines(batch)),
    saveOpportunity: (opportunity) => timed(() => file().saveOpportunity(opportunity)),
    saveAccounts: (batch) => timed(() => file().saveAccounts(batch)),
    saveTrades: (rows) => timed(() => file().marketRows.saveTrades(rows)),
    saveGaps: (gaps) => timed(() => file().marketRows.saveGaps(gaps)),
    saveDepth: (block) => timed(() => file().saveDepth(block)),
    saveExchangeHours: (hours) => timed(() => file().saveExchangeHours(hours)),
    rollUp: (request) => file().upkeep.rollUp(request),
    prune: (request) => file().upkeep.prune(request),
    returnFreeSpace: (pages) => file().upkeep.returnFreeSpace(pages),
    saveAlerts: (alerts) => timed(() => file().alerts.save(alerts)),
    acknowledgeAlerts: ({ request, at }) => timed(() => file().alerts.acknowledge(request, at)),
    setMeta: (entry) => {
      file().setMeta(entry)
      return null
    },
    close: (state) => {
      const database = opened?.database
      opened = null
      if (database) closeCleanly(database, options.file, state === 'damaged')
      return null
    },
  }
}

function open(options: DatabaseOptions) {
  const { database, ...report } = openForWriting(options)
  return {
    database,
    report,
    saveInstruments: createInstrumentWriter(database),
    saveSnapshot: createSnapshotWriter(database),
    saveKlines: createKlineWriter(database),
    saveOpportunity: createOpportunityWriter(database),
    saveAccounts: createAccountWriter(database),
    marketRows: createMarketRowWriter(database),
    saveDepth: createDepthWriter(database),
    saveExchangeHours: createExchangeHourWriter(database),
    upkeep: createUpkeepWriter(database),
    alerts: createAlertWriter(database),
    setMeta: createMetaWriter(database),
  }
}

function timed(write: () => number): WriteReport {
  const start = performance.now()
  const rows = write()
  return { rows, writeMs: performance.now() - start }
}
