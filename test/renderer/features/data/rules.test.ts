import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assertWritable } from '../../../../src/main/storage/export/partial-file.ts'
import { paceOf, saysFileIsThere, whyNotExport } from '../../../../src/renderer/features/data/export-rules.ts'
import { filterGaps } from '../../../../src/renderer/features/data/gapColumns.tsx'
import { parseDays, removedBefore, retentionChange } from '../../../../src/renderer/features/data/retention.ts'
import { firstExportForm, readForm } from '../../../../src/renderer/stores/export-form.ts'
import type { ExportEstimate } from '../../../../src/shared/data.ts'
import type { Gap } from '../../../../src/shared/domain/index.ts'
import { Settings } from '../../../../src/shared/settings.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

describe('whether an export can be begun', () => {
  const reading = readForm(firstExportForm, 0)
  const known = (part: Partial<ExportEstimate>): ExportEstimate => ({
    rows: 10,
    bytes: 1_000,
    first: 0,
    last: 1,
    isExact: true,
    freeBytes: 5_000,
    ...part,
  })
  const why = (estimate: Partial<ExportEstimate> | null, isWaiting = false, isLinked = true) =>
    whyNotExport({
      reading,
      isLinked,
      estimate: { known: estimate && known(estimate), problem: null, isWaiting },
    })

  it('is told in words', () => {
    expect(why({})).toBeNull()
    expect(why({}, false, false)).toMatch(/connection .* lost/)
    expect(why({ rows: 0 })).toMatch(/Nothing is stored/)
    expect(why({ rows: 0, isExact: false })).toBeNull()
    expect(why({ bytes: 9_000 })).toMatch(/5.* kB free.*9.* kB/)
    expect(why({ bytes: 9_000, freeBytes: null })).toBeNull()
    const wrong = readForm({ ...firstExportForm, fileName: 'a/b' }, 0)
    expect(
      whyNotExport({ reading: wrong, isLinked: true, estimate: { known: null, problem: null, isWaiting: false } }),
    ).toMatch(/"\/"/)
  })

  it('does not wait for an estimate, nor hang on a failed one', () => {
    expect(why({ rows: 0 }, true)).toBeNull()
    expect(why(null)).toBeNull()
  })
})

describe('a file that is there', () => {
  it('is told from other refusals by the words of the part that writes', () => {
    const folder = temporaryFolder()
    const [database, file] = [join(folder, 'crossbook.db'), join(folder, 'fills.csv')]
    for (const path of [database, file]) writeFileSync(path, 'x')
    const refusal = (path: string) => {
      try {
        assertWritable(path, false, database)
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
      return 'none'
    }
    expect(saysFileIsThere(refusal(file))).toBe(true)
    expect([database, folder, join(folder, 'new.csv')].map((path) => saysFileIsThere(refusal(path)))).toEqual([
      false,
      false,
      false,
    ])
    expect(saysFileIsThere(`fileName: ${file} is being written already`)).toBe(false)
  })
})

describe('the pace of an export', () => {
  it('is its average, and tells the time that is left', () => {
    const job = { rows: 250, totalRows: 1_000, startedAt: 0, finishedAt: null }
    expect(paceOf(job, 500)).toEqual({ rowsPerSecond: 500, part: 0.25, msLeft: 1_500 })
    expect(paceOf({ ...job, rows: 0 }, 500)).toEqual({ rowsPerSecond: 0, part: 0, msLeft: null })
    expect(paceOf({ ...job, totalRows: 0 }, 500)).toMatchObject({ part: null, msLeft: null })
    expect(paceOf({ ...job, rows: 1_100 }, 500)).toMatchObject({ part: 1, msLeft: 0 })
  })
})

describe('how long rows are kept', () => {
  const retention = Settings.parse({}).storage.retentionDays

  it('is whole days, or empty for ever', () => {
    expect(parseDays(' 90 ')).toEqual({ days: 90 })
    expect(parseDays('')).toEqual({ days: null })
    for (const bad of ['0', '-1', '1.5', 'x', '36501', '1e3']) expect(parseDays(bad), bad).toHaveProperty('invalid')
  })

  it('is written so that "for ever" outlives a default of days', () => {
    const settingsAfter = (change: { path: string[]; value: unknown }) => {
      const [, , table] = change.path
      return Settings.parse({
        storage: { retentionDays: table === undefined ? change.value : { [table]: change.value } },
      }).storage.retentionDays
    }
    expect(retentionChange(retention, 'klines', 30)).toEqual({
      path: ['storage', 'retentionDays', 'klines'],
      value: 30,
    })
    expect(retentionChange({ ...retention, klines: 30 }, 'klines', null)).toEqual({
      path: ['storage', 'retentionDays', 'klines'],
      value: null,
    })
    const forEver = retentionChange({ ...retention, trades: 7 }, 'book_tickers', null)
    expect(settingsAfter(forEver)).toEqual({ ...retention, trades: 7, book_tickers: null })
  })

  it('asks only where stored rows would go', () => {
    const now = 100 * 86_400_000
    expect(removedBefore({ oldest: 0 }, 30, now)).toBe(70 * 86_400_000)
    expect(removedBefore({ oldest: 80 * 86_400_000 }, 30, now)).toBeNull()
    expect(removedBefore({ oldest: null }, 30, now)).toBeNull()
    expect(removedBefore({ oldest: 0 }, null, now)).toBeNull()
  })
})

describe('the filter of gaps', () => {
  const gap = (id: number, part: Partial<Gap>): Gap => ({
    id,
    instrument: 'binance:BTC_USDT',
    exchange: 'binance',
    symbol: 'BTC_USDT',
    kind: 'book_ticker',
    period: null,
    from: 0,
    to: 1,
    cause: 'disconnect',
    detail: '',
    filledAt: null,
    whyNotFilled: null,
    ...part,
  })
  const gaps = [
    gap(1, {}),
    gap(2, { instrument: 'okx:ETH_USDT_PERP', kind: 'kline', period: '1m', cause: 'outage', detail: 'answered 503' }),
    gap(3, { whyNotFilled: 'quotes of the past are told by nobody' }),
  ]
  const ids = (text: string, kind: Gap['kind'] | '' = '', cause: Gap['cause'] | '' = '') =>
    filterGaps(gaps, { text, kind, cause }).map(({ id }) => id)

  it('finds words of what is shown, in any case and order', () => {
    expect(ids('')).toEqual([1, 2, 3])
    expect(ids('eth OKX')).toEqual([2])
    expect(ids('btc/usdt binance')).toEqual([1, 3])
    expect(ids('503 candles 1m')).toEqual([2])
    expect(ids('nobody')).toEqual([3])
    expect(ids('btc eth')).toEqual([])
  })

  it('takes kinds and causes, too', () => {
    expect(ids('', 'kline')).toEqual([2])
    expect(ids('', '', 'disconnect')).toEqual([1, 3])
    expect(ids('btc', 'kline', 'outage')).toEqual([])
  })
})
