import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { baseQuantity, ofInstrument, readList, withRaw, withRawOf } from '../../../src/main/exchanges/account-rows.ts'
import { RowFields } from '../../../src/main/exchanges/row-fields.ts'
import { bad, foreign, good } from '../../../src/main/exchanges/rows.ts'
import { instrument } from '../../support/instruments.ts'

const bitcoin = instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const known = new Map([[bitcoin.nativeName, bitcoin]])
const Order = z.object({ symbol: z.string(), price: z.string() })
const read = (json: unknown) =>
  ofInstrument(Order, json, 'symbol', known, ({ price }, { symbol }) =>
    price === 'foreign' ? foreign : good(`${symbol} ${price}`),
  )

describe('a row about an instrument', () => {
  it('is read with it', () => {
    expect(read({ symbol: 'BTCUSDT', price: '1.5' })).toEqual(good('BTC_USDT 1.5'))
  })

  it('is unlisted before anything else of it is judged', () => {
    expect(read({ symbol: 'BTC-27DEC', price: 7 })).toEqual({ kind: 'unlisted', name: 'BTC-27DEC' })
  })

  it('names the field that is wrong', () => {
    expect(read({ price: '1.5' })).toEqual(bad('symbol', undefined))
    expect(read({ symbol: 'BTCUSDT', price: 7 })).toMatchObject({ problem: expect.stringMatching(/^price: 7: /) })
    expect(read(null)).toMatchObject({ kind: 'bad' })
  })
})

describe('a list of rows', () => {
  const good1 = { symbol: 'BTCUSDT', price: '1' }

  it('passes over odd and unlisted rows, and names them', () => {
    const rows = [{ symbol: 'X' }, good1, { symbol: 'BTCUSDT', price: 'foreign' }, { symbol: 'BTCUSDT' }]
    expect(readList('orders', rows, read)).toEqual({
      ok: true,
      value: ['BTC_USDT 1'],
      passedOver: {
        count: 2,
        samples: ['X: not a listed instrument', 'price: absent: Invalid input: expected string, received undefined'],
        names: ['X'],
      },
    })
  })

  it('is unreadable where rows are odd and none is good', () => {
    expect(readList('orders', [{ symbol: 'X' }, { symbol: 'BTCUSDT' }], read)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^orders: price: absent: /),
    })
  })

  it('is empty where all are about what is not listed', () => {
    expect(readList('orders', [{ symbol: 'X' }], read)).toMatchObject({ ok: true, value: [] })
  })

  it('keeps ten samples and every name', () => {
    const many = Array.from({ length: 12 }, (_, at) => ({ symbol: `X${at}` }))
    const list = readList('orders', many, read)
    if (!list.ok) throw new Error(list.problem)
    expect([list.passedOver?.count, list.passedOver?.samples.length, list.passedOver?.names.length]).toEqual([
      12, 10, 12,
    ])
  })
})

describe('the text a row was read from', () => {
  it('goes with the row, and not with a problem', () => {
    expect(withRaw(good('row'), { a: 1 })).toEqual(good({ row: 'row', raw: '{"a":1}' }))
    expect(withRaw(bad('a', 1), { a: 1 })).toEqual(bad('a', 1))
    const fields = new RowFields()
    expect(withRawOf(fields, { a: 1 }, 'row')).toEqual(good({ row: 'row', raw: '{"a":1}' }))
    fields.decimal('a', 'x')
    expect(withRawOf(fields, { a: 1 }, 'row')).toEqual(bad('a', 'x', 'no decimal number'))
  })
})

it('multiplies contracts out, exactly and with their sign', () => {
  const perpetual = instrument('htx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT', { contractSize: 0.001 })
  expect(baseQuantity(perpetual, '-3')).toBe('-0.003')
  expect(baseQuantity(bitcoin, '-3')).toBe('-3')
})

describe('the fields of a row', () => {
  const problemOf = (use: (fields: RowFields) => unknown) => {
    const fields = new RowFields()
    use(fields)
    return fields.problem
  }

  it('are decimals as they were written, of numbers too', () => {
    const fields = new RowFields()
    expect([fields.decimal('a', '0.10'), fields.decimal('b', 0.1), fields.decimal('c', -5)]).toEqual([
      '0.10',
      '0.1',
      '-5',
    ])
    expect([undefined, null, ''].map((value) => fields.decimalOrNull('d', value))).toEqual([null, null, null])
    expect(['0', '0.00', 0, '', '1'].map((value) => fields.decimalUnlessZero('e', value))).toEqual([
      ...[null, null, null, null],
      '1',
    ])
    expect(fields.problem).toBeNull()
  })

  it.each(['', 'abc', '1.', '0x10', 'Infinity', Number.NaN, null, undefined])('refuse %o for a decimal', (value) => {
    expect(problemOf((fields) => fields.decimal('qty', value))).toEqual(bad('qty', value, 'no decimal number'))
  })

  it('are times in milliseconds, and none other', () => {
    const fields = new RowFields()
    expect([fields.time('a', '1790134831587'), fields.time('b', 1_790_134_831_587)]).toEqual([
      ...[1_790_134_831_587, 1_790_134_831_587],
    ])
    expect(['', 0, '0', null, undefined].map((value) => fields.timeOrNull('c', value))).toEqual(Array(5).fill(null))
    expect(fields.problem).toBeNull()
    for (const value of ['1790134831', '1790134831587000', 1.5, 'soon', -1_790_134_831_587, null])
      expect(problemOf((other) => other.time('at', value))).toEqual(bad('at', value, 'no time in milliseconds'))
  })

  it('are words of a table, and no property that every table has', () => {
    const sides = { buy: 'BUY', sell: 'SELL' } as const
    expect(new RowFields().word<string>('side', 'sell', sides, '')).toBe('SELL')
    for (const word of ['Buy', 'toString', undefined])
      expect(problemOf((fields) => fields.word<string>('side', word, sides, ''))).toEqual(
        bad('side', word, 'an unknown word'),
      )
  })

  it('keep the first problem', () => {
    expect(
      problemOf((fields) => {
        fields.decimal('first', 'x')
        fields.decimal('second', 'y')
      }),
    ).toEqual(bad('first', 'x', 'no decimal number'))
  })
})
