import { describe, expect, it } from 'vitest'
import { commonFilter, emptyForm, formProblem, isFiltered, symbolText } from '../../../src/renderer/ui/filter-form.ts'

describe('filters of a list', () => {
  it('that are empty ask for everything', () => {
    const all = { account: null, exchange: null, text: null, from: null, to: null }
    expect([commonFilter(emptyForm), isFiltered(emptyForm)]).toEqual([all, false])
    expect(commonFilter({ ...emptyForm, text: '  ' }).text).toBeNull()
  })
  it('hold both days whole, in the zone of this machine', () => {
    const { from, to } = commonFilter({ ...emptyForm, fromDay: '2026-11-20', toDay: '2026-11-21' })
    expect([from, to]).toEqual([new Date(2026, 10, 20).getTime(), new Date(2026, 10, 22).getTime()])
  })
  it('do not ask for an exchange that is none', () => {
    expect(commonFilter({ ...emptyForm, exchange: 'nowhere' }).exchange).toBeNull()
    expect(commonFilter({ ...emptyForm, exchange: 'okx' }).exchange).toBe('okx')
  })
  it('look for symbols as they are stored', () => {
    expect([symbolText('btc/usdt perp'), symbolText('bot-1'), symbolText(null)]).toEqual([
      'btc_usdt_perp',
      'bot-1',
      null,
    ])
  })
  it('say when no day is left', () => {
    expect(formProblem({ ...emptyForm, fromDay: '2026-11-21', toDay: '2026-11-20' })).toBe('begins after it ends')
    expect(formProblem({ ...emptyForm, fromDay: '2026-11-21', toDay: '2026-11-21' })).toBeNull()
  })
})
