/**
 * Records and rolls up as fast as it can until it is killed: `node rolling-process.ts FILE INSTRUMENTS`; prints each second once it is
 * stored, and `rolled up` after each frame that grew cold.
 */
import { writeSync } from 'node:fs'
import { frameMs } from '../../../../src/main/storage/cold/chunk.ts'
import { openStorage } from '../../../../src/main/storage/index.ts'
import { instrument } from '../../../support/instruments.ts'

const [file = '', instruments = '1'] = process.argv.slice(2)
const count = Number(instruments)
const storage = await openStorage({ file })
await storage.saveInstruments(
  Array.from({ length: count }, (_, index) => instrument('binance', 'spot', `C${index}`, 'USDT', `C${index}USDT`)),
)
const column = (value: number) => new Float64Array(count).fill(value)

async function record(): Promise<void> {
  for (let second = 0; ; second++) {
    await storage.saveSnapshot({
      time: second * 1_000,
      instrumentIds: Uint32Array.from({ length: count }, (_, index) => index + 1),
      bidPrice: column(second),
      bidQuantity: column(Number.NaN),
      askPrice: column(second + 0.5),
      askQuantity: column(Math.sqrt(second)),
    })
    writeSync(1, `${second}\n`)
  }
}

async function rollUp(): Promise<void> {
  for (;;) {
    const { rows } = await storage.upkeep.rollUp({ before: Number.MAX_SAFE_INTEGER - frameMs, maximumFrames: 1 })
    if (rows > 0) writeSync(1, 'rolled up\n')
  }
}

await Promise.all([record(), rollUp()])
