import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ContinuityReport } from '../../../src/shared/data.ts'
import { filled, insertQuotes, noon } from '../storage/export/support.ts'

const cli = join(import.meta.dirname, '../../../src/main/cli.ts')

/** The command from its sources, without the launcher. */
function run(args: readonly string[]) {
  const env = { ...process.env, CROSSBOOK_MODE: 'live' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'continuity', ...args], {
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

/** Half a minute of two instruments, with a hole of one. */
async function dataFolder(): Promise<string> {
  const file = await filled((database) => {
    insertQuotes(database, [1, 2], noon, 10)
    insertQuotes(database, [1, 2], noon + 20_000, 10)
    insertQuotes(database, [2], noon + 10_000, 10)
    database.exec(
      `INSERT INTO gaps (instrument_id, kind, from_time, to_time, cause, detail) VALUES (1, 'book_ticker', ${noon + 10_000}, ${noon + 20_000}, 'outage', 'maintenance')`,
    )
  })
  return dirname(file)
}

const range = ['--from', '2023-11-15', '--to', '2023-11-16']

describe('crossbook continuity', () => {
  it('prints days on which something is missing, and how much is held in all', async () => {
    const { status, stdout, stderr } = run(['--data', await dataFolder(), '--symbol', 'BTC_USDT', ...range])
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: [
        'instrument        day         expected  held  missing  causes',
        'binance:BTC_USDT  2023-11-15        30    20       10  outage 10',
        'binance:BTC_USDT  all               30    20       10  66.666 % held',
        'okx:BTC_USDT      all               30    30        0  100.000 % held',
        '',
      ].join('\n'),
      stderr: '',
    })
  })

  it('gives the report as JSON', async () => {
    const flags = ['--symbol', 'BTC_USDT', '--exchange', 'binance', '--json', ...range]
    const { stdout } = run(['--data', await dataFolder(), ...flags])
    const causes = [{ cause: 'outage', missing: 10, detail: 'maintenance' }]
    expect(ContinuityReport.parse(JSON.parse(stdout))).toMatchObject({
      kind: 'book_ticker',
      series: [
        {
          instrument: 'binance:BTC_USDT',
          ...{ expected: 30, held: 20, missing: 10 },
          days: [{ at: Date.UTC(2023, 10, 15), expected: 30, causes }],
        },
      ],
    })
  })

  it('covers as many days as one report may, counted back to now', async () => {
    const { status, stderr } = run(['--data', await dataFolder(), '--from', '400d'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('names the flag that is wrong', async () => {
    const data = await dataFolder()
    const problem = (...flags: string[]) => {
      const { status, stderr } = run(['--data', data, ...flags])
      return `${status} ${stderr.trim()}`
    }
    expect(problem('--from', '2023-11-16', '--to', '2023-11-15')).toMatch(/^2 .*--from: 1700092800000 is not before to/)
    expect(problem('--from', '500d')).toMatch(/^2 .*--to: 500 days after from; one report covers 400 days at most/)
    expect(problem('--period', '1h')).toMatch(/^2 .*--period: "1h" given; only kline has one/)
    expect(problem('--symbol', 'NO_COIN')).toMatch(/^2 .*--symbol: nothing is stored under "NO_COIN"/)
  })
})
