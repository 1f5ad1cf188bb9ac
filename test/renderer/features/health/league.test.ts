import { expect, it } from 'vitest'
import { leagueColumns } from '../../../../src/renderer/features/health/columns.tsx'
import { leagueLines } from '../../../../src/renderer/features/health/league.ts'
import { sortRows, tableCsv } from '../../../../src/renderer/ui/table.ts'
import type { ExchangeHour } from '../../../../src/shared/market-health.ts'

const hourMs = 3_600_000
const first = 1_699_999_200_000

const hour = (more: Partial<ExchangeHour>): ExchangeHour => ({
  ...{ exchange: 'okx', hour: first, since: first, observedMinutes: 60, liveMinutes: 60, messages: 1_000_000 },
  ...{ rejected: 0, reconnects: 0, gaps: 0, resyncs: 0, delayCounts: [10], clockOffsetMs: null, clockMinutes: 0 },
  ...more,
})

it('makes a line of each exchange’s hours, with holes where nothing was measured', () => {
  const lines = leagueLines(
    [
      hour({ gaps: 2 }),
      // Two runs of one hour.
      hour({ hour: first + 2 * hourMs, delayCounts: [0, 0, 0, 0, 98] }),
      hour({ hour: first + 2 * hourMs, since: first + 2.5 * hourMs, delayCounts: [0, 0, 0, 0, 0, 0, 0, 0, 2] }),
      hour({ exchange: 'gate', hour: first + 2 * hourMs, delayCounts: [] }),
    ],
    first - 20 * hourMs,
    first + 2 * hourMs + 5,
  )
  expect(lines.map(({ exchange, delays99 }) => [exchange, delays99])).toEqual([
    ['okx', [1, Number.NaN, 4]],
    ['gate', [Number.NaN, Number.NaN, Number.NaN]],
  ])
  const sorted = sortRows(lines, leagueColumns, { by: 'delayP99Ms', descending: false })
  const [head, okx, gate] = tableCsv(leagueColumns, sorted).split('\r\n')
  expect(head).toBe(
    'exchange,liveShare,gapsPerMillion,reconnects,resyncs,delayP50Ms,delayP99Ms,clockOffsetMs,messages,rejected',
  )
  expect(okx).toBe('okx,1,0.666666666667,0,0,2,4,,3000000,0')
  expect(gate).toBe('gate,1,0,0,0,,,,1000000,0')
})

it('says that an exchange was live all the time only where it was', () => {
  const column = leagueColumns.find(({ id }) => id === 'liveShare')
  const texts = [43_200, 43_199, 42_000, 1, 0].map((liveMinutes) => {
    const [line] = leagueLines([hour({ observedMinutes: 43_200, liveMinutes })], first, first + 5)
    return line && column?.cell(line)
  })
  expect(texts).toEqual(['100.0 %', '99.9 %', '97.2 %', '<0.1 %', '0.0 %'])
})
