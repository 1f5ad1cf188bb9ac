import { existsSync, readdirSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { copyDatabase, verifyCopy } from '../../../src/main/storage/copy.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { instruments } from './support.ts'

const second = 1_700_000_000_000

/** A database with some megabytes of snapshots, and what goes on writing one a millisecond until told to end. */
async function busyDatabase(snapshots: number) {
  const folder = temporaryFolder()
  const storage = await openStorage({ file: join(folder, 'crossbook.db'), queuedSnapshots: 1_000_000 })
  await storage.saveInstruments(instruments)
  let written = 0
  const snapshot = () => {
    const ids = Uint32Array.from(instruments, ({ id }) => id)
    const column = () => Float64Array.from(ids, (id) => id + written / 7)
    const time = second + 1_000 * written++
    return storage.saveSnapshot({
      ...{ time, instrumentIds: ids },
      ...{ bidPrice: column(), bidQuantity: column(), askPrice: column(), askQuantity: column() },
    })
  }
  for (let i = 0; i < snapshots; i++) void snapshot()
  await storage.setMeta('mode', 'live')
  return { folder, storage, snapshot, file: storage.file }
}

describe('a verified copy', () => {
  it('is of one moment, whole and equal to the original, while the original is written to', async () => {
    const { folder, storage, snapshot, file } = await busyDatabase(20_000)
    let writing = true
    const writer = (async () => {
      let count = 0
      while (writing) {
        await snapshot()
        count++
      }
      return count
    })()
    const target = join(folder, 'copy.db')
    const shares: number[] = []
    const report = await copyDatabase(file, target, { onProgress: (share) => shares.push(share) })
    writing = false
    const written = await writer
    await storage.close()
    expect(written).toBeGreaterThan(0)
    expect(shares.at(-1)).toBeGreaterThan(0)
    expect(report).toMatchObject({ mode: 'live', bytes: statSync(target).size })
    const copy = new Sqlite(target, { readonly: true })
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(copy.prepare('SELECT count(*) FROM book_tickers').pluck().get()).toBe(report.rows.book_tickers)
    // Whole seconds: no snapshot is in it by half.
    expect(Number(report.rows.book_tickers) % instruments.length).toBe(0)
    copy.close()
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.db'))).toEqual(['copy.db'])
    expect(await verifyCopy(target)).toEqual(report)
  })

  it('that is cancelled leaves nothing', async () => {
    const { folder, storage, file } = await busyDatabase(2_000)
    const controller = new AbortController()
    controller.abort()
    await expect(copyDatabase(file, join(folder, 'copy.db'), { signal: controller.signal })).rejects.toThrow(
      'cancelled',
    )
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.db'))).toEqual([])
    await storage.close()
  })

  it('that is cancelled when it is written and being checked leaves nothing either', async () => {
    const { folder, storage, file } = await busyDatabase(12_000)
    await storage.close()
    // Copied in two steps, so that nothing asks any more whether it is cancelled after the first.
    const pages = statSync(file).size / 4_096
    expect(pages).toBeGreaterThan(500)
    expect(pages).toBeLessThan(1_000)
    const controller = new AbortController()
    const onProgress = (share: number) => share > 0 && controller.abort()
    const copy = copyDatabase(file, join(folder, 'copy.db'), { signal: controller.signal, onProgress })
    await expect(copy).rejects.toThrow('cancelled')
    expect(controller.signal.aborted).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith('copy.db'))).toEqual([])
  })

  it('is refused when a page of it is damaged, and when there is none', async () => {
    const { folder, storage, file } = await busyDatabase(2_000)
    const target = join(folder, 'copy.db')
    const { bytes } = await copyDatabase(file, target)
    await storage.close()
    const handle = await open(target, 'r+')
    await handle.write(Buffer.alloc(4_000, 0x5a), 0, 4_000, 4_096 * Math.floor(bytes / 8_192))
    await handle.close()
    await expect(verifyCopy(target)).rejects.toThrow(/damaged/)
    await expect(verifyCopy(join(folder, 'none.db'))).rejects.toThrow('none.db')
    expect(existsSync(join(folder, 'none.db'))).toBe(false)
  })
})
