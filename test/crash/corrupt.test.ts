import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { salvageDatabase } from '../../src/main/storage/copy.ts'
import { nativeBindingOf } from '../../src/main/storage/database.ts'
import { openStorage } from '../../src/main/storage/index.ts'
import { salvage } from '../../src/main/storage/salvage/salvage.ts'
import { createHub, type TestHub } from '../support/hub.ts'
import { temporaryFolder } from '../support/temporary.ts'
import {
  differences,
  type Flip,
  flipOf,
  flipped,
  type PageUse,
  pageUses,
  type Rows,
  randomOf,
  rowsOf,
} from './flips.ts'
import { populate } from './populated.ts'

/** 50 in CI; `CROSSBOOK_CORRUPT_FLIPS=1000 vitest run test/crash/corrupt.test.ts` before a release. */
const flips = Number(process.env.CROSSBOOK_CORRUPT_FLIPS ?? 50)
const seed = Number(process.env.CROSSBOOK_CORRUPT_SEED ?? 20_261_121)
/** A hub is started on one file in this many. */
const hubEvery = 10
const pageSize = 4_096
const limitMs = 60_000 + flips * 2_000

/** No exchange: nothing but the database is on trial. */
const quiet = {
  mode: 'live',
  exchanges: Object.fromEntries(['binance', 'okx', 'gate', 'mexc'].map((id) => [id, { enabled: false }])),
}
/** Rows that refer to a row of the other table go with it. */
const dependents: Readonly<Record<string, string>> = { order_events: 'orders', transfer_events: 'transfers' }

let folder = ''
let sound = ''
let rows: Rows = new Map()
let uses: ReadonlyMap<number, PageUse> = new Map()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossbook-corrupt-'))
  sound = join(folder, 'sound.db')
  await populate(sound)
  rows = rowsOf(sound)
  uses = pageUses(sound)
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pageOf = ({ at }: Flip): PageUse =>
  uses.get(Math.floor(at / pageSize) + 1) ?? { tree: null, table: null, kind: 'none', cells: 0 }

/** Salvages a file with one byte flipped; null: it could not be, which is told. */
function salvaged(flip: Flip, backup: string | null) {
  const file = join(folder, 'flipped.db')
  const target = join(folder, 'salvaged.db')
  flipped(sound, file, flip)
  const report = salvage(
    { file, target, backup, mode: 'live', now: Date.now(), busyTimeoutMs: 1_000, nativeBinding: nativeBindingOf({}) },
    () => undefined,
  )
  const database = new Sqlite(target, { readonly: true })
  const integrity = database.pragma('integrity_check', { simple: true })
  const orphans = database.pragma('foreign_key_check')
  database.close()
  return { report, integrity, orphans, found: differences(rows, rowsOf(target)) }
}

describe(`${flips} flipped bytes (seed ${seed})`, () => {
  it('leave a salvage that is sound, misses nothing but the page that was hit, and says what is missing', {
    timeout: limitMs,
  }, () => {
    const random = randomOf(seed)
    const size = statSync(sound).size
    const unnoticed = { alone: 0, withBackup: 0 }
    for (let index = 0; index < flips; index++) {
      const flip = flipOf(random, size)
      const hit = pageOf(flip)
      for (const backup of [null, sound]) {
        // A page of instruments takes the rows that refer to them along, unless a backup brings them back.
        if (backup === null && hit.table === 'instruments') continue
        const { integrity, orphans, found, report } = salvaged(flip, backup)
        const elsewhere = found.filter(({ table }) => table !== hit.table && dependents[table] !== hit.table)
        const own = found.find(({ table }) => table === hit.table)
        const foreign = found.reduce((sum, table) => sum + table.foreign.length, 0)
        const said = report.tables.some((table) => table.lostPages + table.doubtfulRows + table.fromBackup > 0)
        const missing = (own?.missing ?? 0) - (own?.foreign.length ?? 0)
        expect({ flip, hit, integrity, orphans, elsewhere, tooMany: Math.max(0, missing - hit.cells) }).toEqual({
          ...{ flip, hit, integrity: 'ok', orphans: [], elsewhere: [], tooMany: 0 },
        })
        // Lost rows are never lost silently.
        expect({ flip, hit, said: missing === 0 || said }).toEqual({ flip, hit, said: true })
        // One byte inside a number of one row: SQLite has no checksum that could tell.
        expect({ flip, hit, foreign: Math.min(foreign, 2) <= 1 }).toEqual({ flip, hit, foreign: true })
        if (backup === null) unnoticed.alone += foreign
        else unnoticed.withBackup += foreign
      }
    }
    process.stdout.write(
      `${flips} flips: ${unnoticed.alone} changed numbers went unnoticed without a backup, ${unnoticed.withBackup} with one\n`,
    )
    // What a verified backup holds is never wrong afterwards: only rows that are state, or that came later, can be.
    expect(unnoticed.withBackup).toBeLessThanOrEqual(Math.ceil(flips / 20))
  })

  it('never end the hub, and the ways out work', { timeout: limitMs }, async () => {
    const random = randomOf(seed + 1)
    const size = statSync(sound).size
    const states: string[] = []
    for (let index = 0; index < flips; index += hubEvery) {
      const flip = flipOf(random, size)
      const place = join(folder, `hub-${index}`)
      mkdirSync(place)
      const file = join(place, 'crossbook.db')
      flipped(sound, file, flip)
      markUnclean(file)
      const test = createHub({ settings: quiet, folder: place })
      await test.hub.start()
      const status = await test.ask('database.status', {})
      states.push(status.state)
      expect({ flip, state: status.state }).toEqual({
        flip,
        state: expect.stringMatching(/^(ok|damaged|other|newer)$/),
      })
      expect({ flip, words: status.words === null }).toEqual({ flip, words: status.state === 'ok' })
      if (status.canSalvage) {
        const { setAside } = await test.ask('database.salvage', {})
        expect({ flip, kept: existsSync(setAside ?? '') }).toEqual({ flip, kept: true })
        expect(await test.ask('database.status', {})).toMatchObject({ state: 'ok', canSalvage: false })
      }
      await test.hub.stop()
    }
    process.stdout.write(`hubs on damaged files: ${states.join(' ')}\n`)
  })
})

/** So that the opening checks it; a header that is no database's any more is left as it is. */
function markUnclean(file: string): void {
  try {
    const database = new Sqlite(file)
    try {
      database.prepare("UPDATE meta SET value = '0' WHERE key = 'clean_close'").run()
    } finally {
      database.close()
    }
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
  }
}

/** That the database was damaged is stored once there is one again. */
const toldMeanwhile = 'alerts'

describe('a damaged database', { timeout: 120_000 }, () => {
  /** Rows of the snapshots' table lie on this page. */
  const dataPage = () => [...uses].find(([, use]) => use.tree === 'book_tickers' && use.kind === 'leaf')?.[0] ?? 0

  async function damagedHub(prepare?: (test: TestHub) => Promise<void>): Promise<TestHub> {
    const place = temporaryFolder()
    const file = join(place, 'crossbook.db')
    copyFileSync(sound, file)
    if (prepare) {
      const before = createHub({ settings: quiet, folder: place })
      await before.hub.start()
      await prepare(before)
      await before.hub.stop()
    }
    const intact = join(place, 'intact.db')
    copyFileSync(file, intact)
    // The page's kind: nothing can take it for what it was.
    flipped(intact, file, { at: (dataPage() - 1) * pageSize, mask: 0xff })
    markUnclean(file)
    const test = createHub({ settings: quiet, folder: place })
    await test.hub.start()
    return test
  }

  it('is shown with the newest verified backup, and the market goes on unrecorded', async () => {
    const test = await damagedHub(async ({ ask }) => void (await ask('backups.create', {})))
    const status = await test.ask('database.status', {})
    expect(status).toMatchObject({
      state: 'damaged',
      words: expect.stringMatching(/is damaged .*restore the newest backup, salvage .* or begin a new one/),
      newestBackup: { state: 'verified', mode: 'live' },
      lost: expect.stringMatching(/^The newest verified backup is of .*: restoring it loses the 1 min recorded since/),
      canSalvage: true,
    })
    expect(await test.ask('recorder.status', {})).toMatchObject({ recording: false })

    const { setAside } = await test.ask('backups.restore', { id: status.newestBackup?.id ?? '' })
    expect(existsSync(setAside ?? '')).toBe(true)
    expect(await test.ask('database.status', {})).toMatchObject({ state: 'ok', words: null })
    const found = differences(rows, rowsOf(test.hub.info().databaseFile))
    expect(found.filter(({ table }) => table !== toldMeanwhile)).toEqual([])
    expect((await test.ask('alerts.list', {})).map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/The database is what it was at .*; what was recorded from then to .* is not in it/),
    )
  })

  it('is salvaged: everything but that page, the hole among the gaps, the damaged file kept', async () => {
    const test = await damagedHub()
    const { setAside, report } = await test.ask('database.salvage', {})
    const quotes = report.tables.find(({ table }) => table === 'book_tickers')
    expect(quotes).toMatchObject({ lostPages: 1, fromBackup: 0, ranges: [{ upTo: expect.any(String) }] })
    expect(existsSync(setAside ?? '')).toBe(true)
    const after = rowsOf(test.hub.info().databaseFile)
    const found = differences(rows, after).filter(({ table }) => table !== 'gaps' && table !== toldMeanwhile)
    const [only, ...others] = found
    expect([only?.table, only?.foreign, others]).toEqual(['book_tickers', [], []])
    expect(only?.missing).toBeLessThanOrEqual(uses.get(dataPage())?.cells ?? 0)
    const alerts = (await test.ask('alerts.list', {})).map(({ message }) => message)
    expect(alerts).toContainEqual(
      expect.stringMatching(/rows were salvaged; book_tickers: 1 pages unreadable \(from .* to .*Z\)/),
    )
  })

  it('is put away for a new one when that is asked for, and only then', async () => {
    const test = await damagedHub()
    const { setAside } = await test.ask('database.beginAnew', {})
    expect(existsSync(setAside ?? '')).toBe(true)
    expect(await test.ask('database.status', {})).toMatchObject({ state: 'ok' })
    expect(await test.hub.call(test.client, 'database.beginAnew', {})).toMatchObject({
      ok: false,
      message: expect.stringContaining('is not damaged'),
    })
  })

  it('stays as it is when its salvage is cancelled, at any moment', async () => {
    const test = await damagedHub()
    const { file } = await test.ask('database.status', {})
    const before = readFileSync(file)
    for (const waitMs of [0, 5, 20, 60]) {
      const salvaging = test.hub.call(test.client, 'database.salvage', {})
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await test.ask('progress.cancel', { id: 'salvage' })
      expect(await salvaging).toMatchObject({ ok: false, message: expect.stringContaining('was cancelled') })
    }
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(dirname(file)).filter((name) => name.includes('partial') || name.includes('restoring'))).toEqual(
      [],
    )
    await test.ask('database.salvage', {})
    expect(await test.ask('database.status', {})).toMatchObject({ state: 'ok' })
  })

  it('whose header is gone is set aside at once, and may be salvaged afterwards', async () => {
    const place = temporaryFolder()
    const file = join(place, 'crossbook.db')
    flipped(sound, file, { at: 3, mask: 0x55 })
    const test = createHub({ settings: quiet, folder: place })
    await test.hub.start()
    const status = await test.ask('database.status', {})
    expect(status).toMatchObject({ state: 'ok', setAside: expect.stringContaining('.corrupt-'), canSalvage: true })
    expect(await test.ask('recorder.status', {})).toMatchObject({ recording: true })
    await test.ask('database.salvage', {})
    expect(differences(rows, rowsOf(file))).toEqual([])
    expect(existsSync(status.setAside ?? '')).toBe(true)
  })

  it('found damaged by a later read is written to no more, says so, and is checked by the next opening', async () => {
    const file = join(temporaryFolder(), 'crossbook.db')
    copyFileSync(sound, file)
    const storage = await openStorage({ file })
    const descriptor = openSync(file, 'r+')
    for (const [page, { table, kind }] of uses) {
      if (table === 'klines' && kind === 'leaf')
        writeSync(descriptor, Buffer.alloc(8, 0xff), 0, 8, (page - 1) * pageSize)
    }
    closeSync(descriptor)
    await expect(storage.klines(1, '1m', null, 500)).rejects.toMatchObject({ kind: 'corrupt' })
    const before = statSync(`${file}-wal`).size
    await expect(storage.setMeta('a', 'b')).rejects.toMatchObject({ kind: 'corrupt' })
    expect({
      trouble: storage.trouble?.kind,
      notices: storage.notices.map((notice) => notice.includes('is damaged')),
      written: statSync(`${file}-wal`).size - before,
    }).toEqual({ trouble: 'corrupt', notices: [true], written: 0 })
    await storage.close()
    await expect(openStorage({ file })).rejects.toMatchObject({
      kind: 'corrupt',
      message: expect.stringContaining('salvage'),
    })
  })

  it('of which nothing can be read is said to be so, and nothing is changed', async () => {
    const file = join(temporaryFolder(), 'nothing.db')
    copyFileSync(import.meta.filename, file)
    const target = `${file}.out`
    const report = await salvageDatabase(file, target, { backup: null, mode: 'live', now: Date.now() })
    expect(report.tables.every(({ rows, table }) => rows === 0 || table === 'meta')).toBe(true)
  })
})
