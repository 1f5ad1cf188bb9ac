/** Records as fast as it can until it is killed: `node recording-process.ts FILE ROWS`; prints each second once it is stored. */
import { writeSync } from 'node:fs'
import { openStorage } from '../../../src/main/storage/index.ts'
import { instrument } from '../../support/instruments.ts'

const [file = '', rows = '1'] = process.argv.slice(2)
const count = Number(rows)
const storage = await openStorage({ file })
await storage.saveInstruments(
  Array.from({ length: count }, (_, index) => instrument('binance', 'spot', `C${index}`, 'USDT', `C${index}USDT`)),
)
const column = (value: number) => new Float64Array(count).fill(value)
for (let second = 1; ; second++) {
  await storage.saveSnapshot({
    time: second * 1_000,
    instrumentIds: Uint32Array.from({ length: count }, (_, index) => index + 1),
    bidPrice: column(second),
    bidQuantity: column(1),
    askPrice: column(second + 1),
    askQuantity: column(1),
  })
  writeSync(1, `${second}\n`)
}
