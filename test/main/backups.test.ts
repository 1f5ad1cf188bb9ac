import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Backups, prepareRestore } from '../../src/main/backups.ts'
import { createLogger } from '../../src/main/log.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { finishRestore, settleRestore } from '../../src/main/storage/restore.ts'
import type { Progress } from '../../src/shared/contract.ts'
import type { Opportunity } from '../../src/shared/domain/index.ts'
import { temporaryFolder } from '../support/temporary.ts'

const hourMs = 3_600_000
const start = Date.UTC(2026, 10, 21, 9, 0, 0)

async function world(settings: { everyHours: number; keep: number } = { everyHours: 0, keep: 2 }) {
  const folder = temporaryFolder()
  const file = join(folder, 'crossbook.db')
  const storage = await openStorage({ file })
  onTestFinished(() => storage.close())
  await storage.setMeta('mode', 'live')
  const alerts: string[] = []
  const progress: Progress[] = []
  const clock = { now: start }
  const backups = new Backups({
    database: () => ({ file, mode: 'live' }),
    problem: () => null,
    folder: () => join(folder, 'backups'),
    settings: () => ({ folder: null, ...settings }),
    logger: createLogger('silent'),
    onAlert: ({ message }) => alerts.push(message),
    onProgress: (one) => progress.push(one),
    onChanged: () => undefined,
    now: () => clock.now,
  })
  return { folder, file, storage, backups, alerts, progress, clock }
}

describe('backups', () => {
  it('are verified, listed with their rows, and removed', async () => {
    const { backups, storage, progress, folder } = await world()
    await storage.saveOpportunity(opportunity(1))
    const made = await backups.create('manual')
    expect(made).toMatchObject({ state: 'verified', problem: null, mode: 'live', at: start, reason: 'manual' })
    expect(made.rows.opportunities).toBe(1)
    expect(progress.at(-1)).toMatchObject({ state: 'finished', done: 100 })
    expect(await backups.list()).toEqual([made])
    await backups.remove(made.id)
    expect(await backups.list()).toEqual([])
    expect(readdirSync(join(folder, 'backups'))).toEqual([])
    await expect(backups.remove(made.id)).rejects.toThrow('there is no backup')
  })

  it('that were not verified, or changed since, do not count', async () => {
    const { backups, clock } = await world()
    const first = await backups.create('manual')
    clock.now += hourMs
    const second = await backups.create('manual')
    truncateSync(first.file, first.bytes - 4_096)
    writeFileSync(`${second.file}.json`, '{')
    const listed = await backups.list()
    expect(listed.find(({ id }) => id === first.id)).toMatchObject({ state: 'failed' })
    expect(listed.find(({ id }) => id === second.id)).toMatchObject({ state: 'unverified' })
  })

  it('say in words why there is none', async () => {
    const { backups, alerts, folder } = await world()
    writeFileSync(join(folder, 'backups'), 'a file where the folder should be')
    await expect(backups.create('manual')).rejects.toThrow('no backup was made')
    expect(alerts).toHaveLength(1)
  })

  it('remove what one that was cut short had left, but not what another program may be writing', async () => {
    const { backups, folder } = await world()
    const inFolder = (name: string) => join(folder, 'backups', name)
    mkdirSync(join(folder, 'backups'))
    const leftover = 'crossbook-live-20261120T090000000-scheduled.db.partial'
    const underWay = 'crossbook-live-20261121T085900000-manual.db.partial'
    const foreign = 'notes.db.partial'
    for (const name of [leftover, `${leftover}-journal`, underWay, foreign]) writeFileSync(inFolder(name), 'pages')
    const yesterday = Date.now() / 1_000 - 86_400
    for (const name of [leftover, `${leftover}-journal`, foreign]) utimesSync(inFolder(name), yesterday, yesterday)
    const { id } = await backups.create('manual')
    expect(readdirSync(join(folder, 'backups')).sort()).toEqual([id, `${id}.json`, underWay, foreign].sort())
  })

  it('that are asked for at once are one', async () => {
    const { backups } = await world()
    const [one, other] = await Promise.all([backups.create('manual'), backups.create('manual')])
    expect(one).toEqual(other)
    expect(await backups.list()).toHaveLength(1)
  })

  it('bring back what was, and keep what is', async () => {
    const { backups, storage, file, folder } = await world()
    await storage.saveOpportunity(opportunity(1))
    const made = await backups.create('manual')
    await storage.saveOpportunity(opportunity(2))
    await storage.close()
    await prepareRestore(made, file, 'live')
    const aside = finishRestore(file, start + hourMs)
    expect(aside).toMatch(/before-restore-20261121T100000000\.db$/)
    expect(countOpportunities(file)).toBe(1)
    expect(countOpportunities(aside ?? '')).toBe(2)
    expect(existsSync(made.file)).toBe(true)
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([])
  })

  it('are restored also when the program ended half-way', async () => {
    const { backups, storage, file, folder } = await world()
    await storage.saveOpportunity(opportunity(1))
    const made = await backups.create('manual')
    await storage.saveOpportunity(opportunity(2))
    await storage.close()
    expect(settleRestore(file, start)).toBeNull()
    // Prepared, and then the program ended: the database is what it was.
    await prepareRestore(made, file, 'live')
    expect(settleRestore(file, start)).toContain('as it was')
    expect(countOpportunities(file)).toBe(2)
    // The old one was moved away, and then the program ended, its WAL still there.
    await prepareRestore(made, file, 'live')
    renameSync(file, `${file}.moved`)
    writeFileSync(`${file}-wal`, 'of the one that was moved')
    expect(settleRestore(file, start)).toContain('finished')
    expect(countOpportunities(file)).toBe(1)
    expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([])
  })

  it('are not restored when they are damaged or of another market', async () => {
    const { backups, storage, file } = await world()
    const made = await backups.create('manual')
    await storage.close()
    const before = readFileSync(file)
    await expect(prepareRestore(made, file, 'demo')).rejects.toThrow('holds live data')
    truncateSync(made.file, 8_192)
    const refused = `${made.id} was not restored: it is damaged`
    await expect(prepareRestore(made, file, 'live')).rejects.toThrow(refused)
    writeFileSync(made.file, 'no database')
    await expect(prepareRestore(made, file, 'live')).rejects.toThrow(refused)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('come by the clock, and the oldest scheduled ones go', async () => {
    const { backups, clock } = await world({ everyHours: 24, keep: 2 })
    const manual = await backups.create('manual')
    backups.start()
    onTestFinished(() => backups.stop())
    for (let day = 1; day <= 4; day++) {
      clock.now = start + day * 24 * hourMs
      backups.check()
      await backups.idle()
      // Not again within the same day.
      clock.now += hourMs
      backups.check()
      await backups.idle()
    }
    const listed = await backups.list()
    expect(listed.filter(({ reason }) => reason === 'scheduled').map(({ at }) => at)).toEqual([
      start + 4 * 24 * hourMs,
      start + 3 * 24 * hourMs,
    ])
    expect(listed.some(({ id }) => id === manual.id)).toBe(true)
  })

  it('are made and kept after a clock that was ahead is set back', async () => {
    const { backups, clock, alerts } = await world({ everyHours: 24, keep: 2 })
    const year = 365 * 24 * hourMs
    const scheduledAt = async (now: number) => {
      clock.now = now
      backups.check()
      await backups.idle()
      return (await backups.list()).filter(({ reason }) => reason === 'scheduled').map(({ at }) => at - start)
    }
    clock.now = start + year
    backups.start()
    onTestFinished(() => backups.stop())
    await scheduledAt(start + year + 24 * hourMs)
    expect(await scheduledAt(start + year + 48 * hourMs)).toEqual([year + 48 * hourMs, year + 24 * hourMs])
    expect(await scheduledAt(start)).toEqual([year + 48 * hourMs, 0])
    // Not again within the same day, whatever else lies there.
    expect(await scheduledAt(start + hourMs)).toEqual([year + 48 * hourMs, 0])
    expect(await scheduledAt(start + 24 * hourMs)).toEqual([24 * hourMs, 0])
    expect(alerts).toEqual([])
  })
})

function countOpportunities(file: string): unknown {
  const database = new Sqlite(file, { readonly: true })
  try {
    return database.prepare('SELECT count(*) FROM opportunities').pluck().get()
  } finally {
    database.close()
  }
}

const opportunity = (id: number): Opportunity => ({
  ...{ id, kind: 'cross' as const, symbol: 'BTC_USDT', buy: 'binance:BTC_USDT', sell: 'okx:BTC_USDT', openedAt: start },
  ...{
    closedAt: start + 1_000,
    closeReason: 'threshold' as const,
    bestAt: start,
    bestGrossPercent: 0.2,
    bestNetPercent: 0.1,
  },
  ...{ bestBuyPrice: 100, bestSellPrice: 100.2, bestQuantity: 1, bestProfit: 0.1 },
  ...{ rejection: null, rejectionWords: null, buyFee: null, sellFee: null, opening: null, best: null },
})
