import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createExportDesk } from '../../src/main/exports.ts'
import { createLogger } from '../../src/main/log.ts'
import { nameProblem } from '../../src/main/storage/export/index.ts'
import { ExportEstimate, ExportJob } from '../../src/shared/data.ts'
import { until } from '../support/loopback.ts'
import { csvRecords, filled, folder, insertQuotes, noon, request } from './storage/export/support.ts'

async function desk(seconds: number) {
  const database = await filled((file) => insertQuotes(file, [1, 2], noon, seconds))
  const there = join(folder(), 'exports')
  const changes: ExportJob[] = []
  const made = createExportDesk({
    database,
    folder: () => there,
    logger: createLogger('silent'),
    onChange: (job) => void changes.push(ExportJob.parse(job)),
    now: () => noon + 86_400_000,
  })
  onTestFinished(() => made.stop())
  const start = (more: Parameters<typeof request>[0], fileName: string | null = null, overwrite = false) =>
    made.start({ ...request(more), fileName, overwrite })
  const ended = (id: string) =>
    until(() => made.list().find((job) => job.id === id)?.state !== 'running', 'the end', 20_000)
  return { made, there, changes, start, ended, database }
}

describe('a desk of exports', () => {
  it('writes into its folder under a name that tells what it is, and tells how it goes on', async () => {
    const { made, there, changes, start, ended } = await desk(50)
    const job = await start({ exchanges: ['binance'], symbols: ['BTC_USDT'], from: noon, to: noon + 50_000 })
    expect(job).toMatchObject({
      state: 'running',
      totalRows: 50,
      file: join(there, 'book_tickers-binance-BTC_USDT-20231115-20231115.csv'),
      gapsFile: join(there, 'book_tickers-binance-BTC_USDT-20231115-20231115_gaps.csv'),
    })
    await ended(job.id)
    expect(made.list()).toEqual([changes.at(-1)])
    expect(changes.at(-1)).toMatchObject({
      state: 'finished',
      rows: 50,
      totalRows: 50,
      expectedRows: 50,
      gaps: 0,
      problem: null,
    })
    expect(csvRecords(readFileSync(job.file, 'utf8'))).toHaveLength(50)
    expect(readdirSync(there)).toHaveLength(2)
    // The next of the same name steps aside.
    const again = await start({ exchanges: ['binance'], symbols: ['BTC_USDT'], from: noon, to: noon + 50_000 })
    expect(again.file).toBe(join(there, 'book_tickers-binance-BTC_USDT-20231115-20231115_2.csv'))
    await ended(again.id)
    expect(made.list().map(({ id }) => id)).toEqual([again.id, job.id])
  })

  it.each([
    [{ what: 'klines', period: '1m', format: 'parquet' }, 'klines-1m-until-20231116.parquet'],
    [
      { what: 'fills', exchanges: ['binance', 'okx'], format: 'jsonl', from: noon },
      'fills-binance+okx-20231115-20231116.jsonl',
    ],
    [{ what: 'orders', format: 'sqlite' }, 'crossbook-20231116-120000.db'],
  ] as const)('makes up a name for %j', async (more, name) => {
    const { there, start, ended } = await desk(1)
    const { exchanges, ...rest } = { exchanges: [], ...more }
    const job = await start({ ...rest, exchanges: [...exchanges] })
    await ended(job.id)
    expect(readdirSync(there)).toEqual([name])
  })

  it('estimates rows and bytes of each format well enough to decide', async () => {
    const { made, start, ended, there } = await desk(5_000)
    for (const format of ['csv', 'jsonl', 'parquet', 'sqlite'] as const) {
      const estimate = ExportEstimate.parse(await made.estimate(request({ format })))
      const job = await start({ format }, `it.${format}`)
      await ended(job.id)
      const { bytes = 0, rows = 0 } = made.list()[0] ?? {}
      expect(estimate.bytes / bytes).toBeGreaterThan(0.5)
      expect(estimate.bytes / bytes).toBeLessThan(2)
      if (format !== 'sqlite')
        expect(estimate).toMatchObject({ rows, first: noon, last: noon + 4_999_000, isExact: true })
      expect(estimate.freeBytes).toBeGreaterThan(0)
    }
    expect(existsSync(join(there, 'estimate'))).toBe(false)
  })

  it('refuses a name that is none, a file that is there, a range that is none', async () => {
    const { there, start, made, ended } = await desk(1)
    const refused = (work: Promise<unknown>, message: string | RegExp) =>
      expect(work).rejects.toMatchObject({
        name: 'CallError',
        code: 'badRequest',
        message: expect.stringMatching(message),
      })
    await refused(start({}, '../out.csv'), /^fileName "\.\.\/out\.csv" is no name for a file: it names a folder/)
    await refused(made.estimate(request({ from: 2, to: 1 })), 'from 2 is not before to 1')
    await refused(start({ what: 'trades', period: '1m' }), 'only klines have one')
    await refused(start({ symbols: ['NO_SUCH'] }), 'symbols: nothing is stored under "NO_SUCH"')
    const first = await start({}, 'mine')
    expect(first.file).toBe(join(there, 'mine.csv'))
    await ended(first.id)
    await refused(start({}, 'mine.csv'), 'is there already')
    expect(made.list()).toHaveLength(1)
    writeFileSync(first.file, '')
    const replaced = await start({}, 'mine.csv', true)
    await ended(replaced.id)
    expect(readFileSync(replaced.file).length).toBeGreaterThan(0)
  })

  it('runs two at once, and cancels the rest with its stop', async () => {
    const { made, there, changes, start } = await desk(60_000)
    const both = Promise.all([start({}, 'one.csv'), start({ format: 'jsonl' }, 'two.jsonl')])
    await expect(start({}, 'three.csv')).rejects.toMatchObject({ code: 'unavailable' })
    const [one, two] = await both
    expect(() => made.cancel('export-9')).toThrow('there is no export "export-9"')
    made.cancel(one.id)
    await made.stop()
    await until(() => changes.filter(({ state }) => state === 'cancelled').length === 2, 'two ends', 5_000)
    expect({ left: readdirSync(there), states: made.list().map(({ id, state }) => [id, state]) }).toEqual({
      left: [],
      states: [
        [two.id, 'cancelled'],
        [one.id, 'cancelled'],
      ],
    })
    await expect(start({})).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('names of files', () => {
  it.each([
    '',
    '.hidden',
    'a/b',
    'a\\b',
    '..',
    'CON',
    'nul.csv',
    'com1.txt',
    'a:b',
    'a\u0000b',
    'a.',
    'a ',
    'x'.repeat(201),
  ])('refuse %j', (name) => expect(nameProblem(name)).toEqual(expect.any(String)))
  it.each(['a.csv', 'Kürse 2026 (1).parquet', 'console.csv', 'a..b'])('take %j', (name) =>
    expect(nameProblem(name)).toBe(null),
  )
})
