import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseTime, requestOf } from '../../../src/main/commands/export.ts'
import { until } from '../../support/loopback.ts'
import { csvRecords, filled, folder, insertQuotes, jsonRecords, noon } from '../storage/export/support.ts'

const cli = join(import.meta.dirname, '../../../src/main/cli.ts')

// The folders of these tests hold no settings, which would mean the demo.
const env = { ...process.env, CROSSBOOK_MODE: 'live' }

/** The command from its sources, without the launcher. */
function run(args: readonly string[]) {
  const child = spawn(process.execPath, [cli, 'export', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { child, ended }
}

const dataFolder = async (seconds: number): Promise<string> =>
  dirname(await filled((database) => insertQuotes(database, [1, 2], noon, seconds)))

describe('crossbook export', () => {
  it('writes a file, and says what is in it', async () => {
    const data = await dataFolder(20)
    const out = join(folder(), 'out.csv')
    const { ended } = run(['--what', 'book_tickers', '--exchange', 'okx', '--data', data, '--out', out])
    expect(await ended).toEqual({ code: 0, stdout: `${out}: 20 rows, 0.0 MB; 20 expected, 0 gaps\n`, stderr: '' })
    expect(csvRecords(readFileSync(out, 'utf8'))).toHaveLength(20)
  })

  it('streams to standard output, where the summary does not belong', async () => {
    const data = await dataFolder(20)
    const flags = ['--from', '2023-11-15T12:00:05Z', '--to', String(noon + 7_000), '--format', 'jsonl', '--out', '-']
    const { code, stdout, stderr } = await run(['--what', 'book_tickers', '--data', data, ...flags]).ended
    expect(code).toBe(0)
    expect(jsonRecords(stdout).map(({ time }) => time)).toEqual([
      ...['2023-11-15T12:00:05.000Z', '2023-11-15T12:00:05.000Z'],
      ...['2023-11-15T12:00:06.000Z', '2023-11-15T12:00:06.000Z'],
    ])
    expect(stderr).toBe('standard output: 4 rows, 0.0 MB; 4 expected, 0 gaps\n')
  })

  it('ends quietly when nobody reads on, and waits for a slow reader', async () => {
    const data = await dataFolder(20_000)
    const { child, ended } = run(['--what', 'book_tickers', '--data', data, '--format', 'csv', '--out', '-'])
    await once(child.stdout, 'readable')
    child.stdout.destroy()
    expect(await ended).toMatchObject({ code: 0, stderr: '' })
    const slow = run(['--what', 'book_tickers', '--data', data, '--format', 'csv', '--out', '-'])
    slow.child.stdout.pause()
    await new Promise((resolve) => setTimeout(resolve, 300))
    slow.child.stdout.resume()
    const { code, stdout } = await slow.ended
    expect([code, csvRecords(stdout).length]).toEqual([0, 40_000])
  })

  it('leaves nothing when it is interrupted', async () => {
    const data = await dataFolder(80_000)
    const there = folder()
    const { child, ended } = run(['--what', 'book_tickers', '--data', data, '--out', join(there, 'out.csv')])
    await until(() => readdirSync(there).length > 0, 'it to begin', 10_000)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 1, stderr: 'crossbook: cancelled: nothing was kept\n' })
    expect(readdirSync(there)).toEqual([])
  })

  it('takes the demo’s database where that is asked for', async () => {
    const data = await dataFolder(3)
    mkdirSync(join(data, 'demo'))
    const demo = join(data, 'demo', 'crossbook.db')
    cpSync(join(data, 'crossbook.db'), demo)
    const database = new Sqlite(demo)
    database.exec("UPDATE meta SET value = 'demo' WHERE key = 'mode'; DELETE FROM book_tickers WHERE instrument_id = 1")
    database.close()
    const { stdout, code } = await run([
      '--what',
      'book_tickers',
      '--demo',
      '--data',
      data,
      '--format',
      'csv',
      '--out',
      '-',
    ]).ended
    expect([code, csvRecords(stdout).map(({ exchange }) => exchange)]).toEqual([0, ['okx', 'okx', 'okx']])
  })

  it.each([
    [
      ['--what', 'trades', '--out', 'a.txt'],
      /^crossbook: --format: "a\.txt" does not tell it; give one of csv, jsonl, parquet, sqlite\n$/,
    ],
    [
      ['--what', 'trades', '--from', 'yesterday', '--out', 'a.csv'],
      /'--from <time>' argument 'yesterday' is invalid\. a time is 2026-11-21/,
    ],
    [
      ['--what', 'trades', '--symbol', 'NO_SUCH', '--out', 'a.csv'],
      /^crossbook: symbols: nothing is stored under "NO_SUCH"/,
    ],
  ] as const)('refuses %j with one line and exit code 2', async (args, message) => {
    const { code, stderr } = await run([...args, '--data', await dataFolder(1)]).ended
    expect([code, stderr.trimEnd().split('\n').length]).toEqual([2, 1])
    expect(stderr).toMatch(message)
  })

  it('says that nothing was recorded yet', async () => {
    const data = folder()
    const { code, stderr } = await run(['--what', 'trades', '--data', data, '--out', join(data, 'a.csv')]).ended
    expect([code, stderr]).toEqual([1, `crossbook: there is no database in ${data}: nothing was recorded yet\n`])
  })
})

describe('flags that do not go together', () => {
  it.each([
    [{ what: 'trades', format: 'parquet', out: '-' }, /^--out: parquet needs a file; only csv and jsonl can/],
    [{ out: 'a.csv' }, /^--what: say which rows/],
    [{ what: 'trades', period: '1m', out: 'a.csv' }, /^--period: only klines have one, not trades$/],
    [
      { what: 'trades', from: noon, to: noon - 1, out: 'a.csv' },
      /^--from: 2023-11-15T12:00:00\.000Z is not before --to 2023-11-15T11:59:59\.999Z$/,
    ],
  ] as const)('are refused: %j', (flags, message) => expect(() => requestOf(flags)).toThrow(message))

  it.each([
    ['a.CSV', 'csv'],
    ['a.ndjson', 'jsonl'],
    ['a.parquet', 'parquet'],
    ['a.db', 'sqlite'],
  ])('are not needed where the ending of %s tells the format', (out, format) =>
    expect(requestOf({ what: 'fills', out })).toMatchObject({ what: 'fills', format, exchanges: [], from: null }),
  )
})

describe('times on the command line', () => {
  it.each([
    ['2026-11-21', Date.UTC(2026, 10, 21)],
    ['2026-11-21T10:00', Date.UTC(2026, 10, 21, 10)],
    ['2026-11-21T10:00:00.5Z', Date.UTC(2026, 10, 21, 10, 0, 0, 500)],
    ['2026-11-21T10:00:00+02:00', Date.UTC(2026, 10, 21, 8)],
    ['1795600000000', 1_795_600_000_000],
    ['90m', noon - 5_400_000],
    ['7d', noon - 604_800_000],
  ])('takes %s', (text, time) => expect(parseTime(text, noon)).toBe(time))

  it.each(['', 'now', '2026-02-30', '2026-13-01', '1795600000', '7 days', '-1d', '21.11.2026'])('refuses %j', (text) =>
    expect(parseTime(text, noon)).toBe(null),
  )
})
