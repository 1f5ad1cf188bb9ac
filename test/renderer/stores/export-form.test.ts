import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type ExportForm,
  fileNameProblem,
  firstExportForm,
  normaliseSymbol,
  parseZoned,
  readForm,
  withPreset,
  withZone,
  writeZoned,
} from '../../../src/renderer/stores/export-form.ts'

const now = Date.UTC(2026, 10, 21, 14, 5, 9)
const form = (part: Partial<ExportForm>): ExportForm => ({ ...firstExportForm, ...part })

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the form of an export', () => {
  it('asks for everything of the last day at first', () => {
    expect(readForm(firstExportForm, now)).toEqual({
      ok: true,
      request: {
        what: 'book_tickers',
        exchanges: [],
        symbols: [],
        period: null,
        from: now - 86_400_000,
        to: null,
        format: 'csv',
      },
    })
  })

  it('sends the period with candles only, and nothing but the format for a copy of the file', () => {
    const chosen = form({ what: 'klines', period: '1m', exchanges: ['okx'], symbols: ['BTC_USDT'], preset: 'all' })
    expect(readForm(chosen, now)).toMatchObject({ request: { period: '1m', from: null, to: null } })
    expect(readForm({ ...chosen, what: 'trades' }, now)).toMatchObject({ request: { period: null } })
    expect(readForm({ ...chosen, format: 'sqlite', preset: 'custom', from: 'bad' }, now)).toEqual({
      ok: true,
      request: { what: 'klines', exchanges: [], symbols: [], period: null, from: null, to: null, format: 'sqlite' },
    })
  })

  it('reads times by the clock that is stated', () => {
    vi.stubEnv('TZ', 'America/New_York')
    const range = form({ preset: 'custom', from: '2026-11-20T09:00', to: '2026-11-21T09:00' })
    expect(readForm({ ...range, zone: 'utc' }, now)).toMatchObject({
      request: { from: Date.UTC(2026, 10, 20, 9), to: Date.UTC(2026, 10, 21, 9) },
    })
    expect(readForm(range, now)).toMatchObject({ request: { from: Date.UTC(2026, 10, 20, 14) } })
    const utc = withZone(range, 'utc')
    expect([utc.from, utc.to]).toEqual(['2026-11-20T14:00', '2026-11-21T14:00'])
    expect(withZone(utc, 'local')).toEqual(range)
  })

  it('names the field that is wrong', () => {
    const custom = (from: string, to: string) => readForm(form({ preset: 'custom', from, to, zone: 'utc' }), now)
    expect(custom('2026-02-30T00:00', '')).toMatchObject({ ok: false, field: 'from' })
    expect(custom('', 'soon')).toMatchObject({ ok: false, field: 'to' })
    expect(custom('2026-11-21T00:00', '2026-11-21T00:00')).toEqual({
      ok: false,
      field: 'to',
      problem: 'The range ends before it begins.',
    })
    expect(custom('', '')).toMatchObject({ ok: true, request: { from: null, to: null } })
    expect(readForm(form({ fileName: '../etc/passwd' }), now)).toMatchObject({ ok: false, field: 'fileName' })
  })

  it('takes plain file names only', () => {
    expect(fileNameProblem(' btc 2026-11.csv ')).toBeNull()
    expect(fileNameProblem('')).toBeNull()
    for (const bad of ['a/b', 'a\\b', 'c:x', '..', 'what?', 'x'.repeat(201)])
      expect(fileNameProblem(bad), bad).not.toBeNull()
  })

  it('begins a range of its own with the one chosen before, once', () => {
    const custom = withPreset(form({ preset: 'hour', zone: 'utc' }), 'custom', now)
    expect(custom).toMatchObject({ preset: 'custom', from: '2026-11-21T13:05', to: '2026-11-21T14:05' })
    const edited = withPreset({ ...custom, from: '2026-01-01T00:00' }, 'week', now)
    expect(withPreset(edited, 'custom', now).from).toBe('2026-01-01T00:00')
  })

  it('writes what it reads, to the minute', () => {
    vi.stubEnv('TZ', 'Asia/Kolkata')
    const at = Date.UTC(2026, 0, 2, 23, 45)
    for (const zone of ['local', 'utc'] as const) expect(parseZoned(writeZoned(at, zone), zone)).toBe(at)
  })

  it('understands symbols as people write them', () => {
    expect(['btc/usdt', ' eth-usdt perp ', 'SOL_USDT', ' / '].map(normaliseSymbol)).toEqual([
      'BTC_USDT',
      'ETH_USDT_PERP',
      'SOL_USDT',
      '',
    ])
  })
})
