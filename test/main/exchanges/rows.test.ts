import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { HistoryCandle } from '../../../src/main/exchanges/contract.ts'
import {
  bad,
  checked,
  foreign,
  good,
  joinPassedOver,
  readCandleRows,
  readListing,
  readRows,
} from '../../../src/main/exchanges/rows.ts'
import { instrument } from '../../support/instruments.ts'

const Coin = z.object({ name: z.string(), rules: z.array(z.object({ tick: z.string() })) })
const read = (json: unknown) =>
  checked(Coin, json, ({ name, rules }) => (name.startsWith('_') ? foreign : good(`${name} ${rules[0]?.tick}`)))
const coin = (name: string) => ({ name, rules: [{ tick: '0.1' }] })

describe('rows of a list', () => {
  it('are all there, without a word, when all are good', () => {
    expect(readRows('coins', [coin('A'), coin('_'), coin('B')], 'name', read)).toEqual({
      ok: true,
      value: ['A 0.1', 'B 0.1'],
    })
  })

  it('are passed over one by one, with name, field and value', () => {
    const rows = [{ name: 'A', rules: [{ tick: 5 }] }, coin('B'), null, { name: '', rules: 'x'.repeat(200) }]
    expect(readRows('coins', rows, 'name', read)).toEqual({
      ok: true,
      value: ['B 0.1'],
      passedOver: {
        count: 3,
        samples: [
          'A: rules.0.tick: 5: Invalid input: expected string, received number',
          'row 2: row: null: Invalid input: expected object, received null',
          `row 3: rules: "${'x'.repeat(79)}…: Invalid input: expected array, received string`,
        ],
        names: ['A'],
      },
    })
  })

  it('keep ten samples and every name', () => {
    const rows = [coin('B'), ...Array.from({ length: 30 }, (_, n) => ({ name: `X${n}` }))]
    const parsed = readRows('coins', rows, 'name', read)
    const { count, samples, names } = (parsed.ok ? parsed.passedOver : null) ?? { samples: [], names: [] }
    expect([count, samples.length, names.length]).toEqual([30, 10, 30])
  })

  it('are a problem when none is good, though some are foreign', () => {
    expect(readRows('coins', [coin('_'), { name: 'A' }], 'name', read)).toEqual({
      ok: false,
      problem: 'coins: none of 1 rows can be read: A: rules: absent: Invalid input: expected array, received undefined',
    })
  })

  it('may all be foreign, and none at all is an empty answer but no listing', () => {
    expect([readRows('c', [coin('_')], 'name', read), readRows('c', [], 'name', read)]).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [] },
    ])
    expect(readListing('coins', [], 'name', read)).toEqual({ ok: false, problem: 'coins: the list is empty' })
  })

  it('never throw, whatever they are', () => {
    fc.assert(fc.property(fc.array(fc.jsonValue()), (rows) => void readRows('coins', rows, 'name', read)))
  })
})

describe('candle rows', () => {
  const minute = 60_000
  const range = {
    instrument: instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT'),
    period: '1m',
    from: 10 * minute,
    to: 14 * minute,
  } as const
  const candle = (openTime: number, close: number): HistoryCandle => ({
    ...{ openTime, open: 1, high: 9, low: 1, close, volume: 1, quoteVolume: null },
    isClosed: null,
  })
  const readCandle = (json: unknown) =>
    checked(z.tuple([z.number(), z.number()]), json, ([time, close]) =>
      close > 0 ? good(candle(time, close)) : bad('close', close, 'no price'),
    )

  it('come ascending, with a hole for each that cannot be right', () => {
    const rows = [
      [14 * minute, 5],
      [13 * minute, 0],
      [12 * minute + 1, 3],
      [11 * minute, 2],
      [11 * minute, 3],
      [10 * minute, 1],
      [9 * minute, 1],
    ]
    expect(readCandleRows(range, rows, 0, readCandle)).toEqual({
      ok: true,
      value: [candle(10 * minute, 1), candle(11 * minute, 2), candle(14 * minute, 5)],
      passedOver: {
        count: 4,
        samples: [
          '780000: close: 0: no price',
          '720001: open time: 720001: no 1m candle opens then',
          '660000: open time: 660000: comes twice',
          '540000: open time: 540000: asked for 600000 to 840000',
        ],
        names: ['780000', '720001', '660000', '540000'],
      },
    })
  })
})

describe('what several calls passed over', () => {
  it('is one account, or none', () => {
    const part = (count: number, name: string) => ({ count, samples: [`${name}: x`], names: [name] })
    expect([joinPassedOver([undefined, undefined]), joinPassedOver([part(1, 'A'), undefined, part(2, 'B')])]).toEqual([
      null,
      { count: 3, samples: ['A: x', 'B: x'], names: ['A', 'B'] },
    ])
  })
})
