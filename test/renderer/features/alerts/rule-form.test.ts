import { describe, expect, it } from 'vitest'
import { emptyRule, formOf, parseRule, ruleIdOf } from '../../../../src/renderer/features/alerts/rule-form.ts'
import { conditionText, subjectText } from '../../../../src/renderer/format/alert-words.ts'
import { acceptsAlert, acknowledgedBy } from '../../../../src/renderer/stores/alert-history.ts'
import { AlertRule, type AlertRuleKind, alertRuleKinds } from '../../../../src/shared/alert-rules.ts'
import type { Alert } from '../../../../src/shared/domain/index.ts'

const complete = { ...emptyRule, name: 'Mine', instrument: 'binance:BTC_USDT_PERP', price: '1', account: 'main' }

describe('a rule as it is written', () => {
  it.each(alertRuleKinds)('becomes a rule and its form again (%s)', (kind: AlertRuleKind) => {
    const { rule, problems } = parseRule({ ...complete, kind })
    expect(problems).toBe(null)
    if (rule === null) throw new Error('it is complete')
    expect(AlertRule.parse(JSON.parse(JSON.stringify(rule)))).toEqual(rule)
    expect(parseRule(formOf(rule)).rule).toEqual(rule)
    expect(conditionText(rule)).not.toBe('')
  })

  it('says what is wrong with which field', () => {
    const { problems } = parseRule({ ...emptyRule, kind: 'price', instrument: 'BTC', price: 'much', holdSeconds: '-1' })
    expect(Object.keys(problems ?? {}).sort()).toEqual(['holdSeconds', 'instrument', 'name', 'price'])
    expect(problems).toMatchObject({
      name: 'A rule needs a name.',
      price: 'This must be a number, such as 1234.5.',
      instrument: 'an instrument such as binance:BTC_USDT',
    })
    expect(parseRule({ ...complete, kind: 'funding', instrument: 'binance:BTC_USDT' }).problems).toEqual({
      instrument: 'a perpetual such as binance:BTC_USDT_PERP',
    })
  })

  it('writes a price of many zeros as one types it, in its form and in words', () => {
    const written = { ...complete, kind: 'price' as const, price: '0.00000045', name: 'Low' }
    const { rule } = parseRule(written)
    if (rule === null) throw new Error('it is complete')
    expect(formOf(rule).price).toBe('0.00000045')
    expect(parseRule(formOf(rule))).toEqual({ rule, problems: null })
    expect(conditionText(rule)).toBe('Binance BTC/USDT perp above 0.00000045')
  })

  it('takes no price whose comma may be one of thousands', () => {
    const form = { ...complete, kind: 'price' as const, price: '64,200' }
    expect(parseRule(form).problems).toEqual({ price: 'This must be a number, such as 1234.5.' })
  })

  it('takes nothing written for any, and leaves out what its kind does not ask for', () => {
    expect(parseRule({ ...complete, symbol: ' ', account: '' }).rule).toEqual(
      AlertRule.parse({ kind: 'net_spread', name: 'Mine', symbol: null, abovePercent: 0.2 }),
    )
  })

  it('gets a key of its own, made of its name', () => {
    expect(ruleIdOf('BTC Spread > 0.2 %', [])).toBe('btc-spread-0-2')
    expect(ruleIdOf('Mine', ['mine', 'mine-2'])).toBe('mine-3')
    expect([ruleIdOf('币', []), ruleIdOf('123', ['rule'])]).toEqual(['rule', 'rule-2'])
    expect(ruleIdOf('x'.repeat(60), ['x'.repeat(40)])).toBe(`${'x'.repeat(38)}-2`)
  })
})

describe('alerts on the screen', () => {
  const alert: Alert = {
    ...{ id: 5, at: 1, severity: 'warning', rule: 'price', ruleId: 'mine', subject: 'gate:BTC_USDT>okx:BTC_USDT_PERP' },
    ...{ message: 'Mine: high', acknowledgedAt: null },
  }

  it('name pairs by their exchanges', () => {
    expect(subjectText(alert.subject)).toBe('Gate → OKX perp BTC/USDT')
    expect(subjectText('okx:ETH_USDT')).toBe('OKX ETH/USDT')
    expect(subjectText('storage')).toBe('storage')
  })

  it('pass a filter as the hub filters, and are acknowledged once', () => {
    const all = { severity: null, rule: null, ruleId: null, text: null, unacknowledged: false }
    const passes = (more: object) => acceptsAlert({ ...all, ...more }, alert)
    expect([passes({}), passes({ text: 'HIGH' }), passes({ ruleId: 'mine', unacknowledged: true })]).toEqual([
      true,
      true,
      true,
    ])
    expect([
      passes({ severity: 'error' }),
      passes({ text: 'low' }),
      acceptsAlert(all, { ...alert, rule: 'opportunity' }),
    ]).toEqual([...[false, false, false]])
    const done = { ids: null, upTo: 5, at: 9, unacknowledged: 0 }
    const seen = acknowledgedBy(done, alert)
    expect(seen.acknowledgedAt).toBe(9)
    expect(acknowledgedBy({ ...done, at: 10 }, seen)).toBe(seen)
    expect(acknowledgedBy({ ...done, upTo: 4 }, alert)).toBe(alert)
    const info: Alert = { ...alert, severity: 'info', ruleId: null }
    expect(acknowledgedBy(done, info)).toBe(info)
  })
})
