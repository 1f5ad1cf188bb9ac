/** Exports all quotes as JSON Lines; meant to be killed meanwhile: `node exporting-process.ts DATABASE OUT`. */

import { startExport } from '../../../../src/main/storage/export/index.ts'
import type { ExportRequest } from '../../../../src/shared/data.ts'

const [database = '', out = ''] = process.argv.slice(2)
const request: ExportRequest = {
  what: 'book_tickers',
  exchanges: [],
  symbols: [],
  period: null,
  from: null,
  to: null,
  format: 'jsonl',
}
const plan = { request, database, nativeBinding: null, out, overwrite: true }
await startExport(plan, () => undefined).done
