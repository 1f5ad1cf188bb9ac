import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePush, type Push } from '../../../../src/main/exchanges/mexc/protobuf.ts'
import { readPush } from '../../../../src/main/exchanges/mexc/reader.ts'

const quote = (bidPrice: string): Push => ({ channel: 'c', symbol: 'BTCUSDT', publicAggreBookTicker: { bidPrice } })
const readBid = (text: string): unknown => {
  const body = readPush(encodePush(quote(text)))?.body
  return body?.type === 'bookTicker' ? body.bidPrice : 'no book ticker'
}
const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${maxLength}}$`))

describe('MEXC push reader', () => {
  it('reads any decimal to the number that Number gives', () => {
    fc.assert(
      fc.property(digits(20), fc.option(digits(24)), (whole, fraction) => {
        const text = fraction === null ? whole : `${whole}.${fraction}`
        expect(readBid(text)).toBe(Number(text))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ['0.1', 0.1],
    ['123456789012345.6', 123_456_789_012_345.6],
    ['9007199254740993', 9_007_199_254_740_992],
    ['0.00000000000000000000000000001', 1e-29],
    ['1.5E-7', 1.5e-7],
    ['1e8', 1e8],
    ['00012.50', 12.5],
    ['', 0],
    ['1.', Number.NaN],
    ['.5', Number.NaN],
    ['1,5', Number.NaN],
    ['+1', Number.NaN],
    [' 1', Number.NaN],
    ['1e999', Number.NaN],
    ['١', Number.NaN],
  ])('reads %j as %d', (text, number) => {
    expect(readBid(text)).toBe(number)
  })

  it('reads none of two quotes in one frame, and no trade whose id is no text', () => {
    const one = encodePush(quote('2'))
    const two = encodePush({ channel: 'c', symbol: 'BTCUSDT', publicAggreBookTicker: { askPrice: '3' } })
    expect(readPush(Buffer.concat([one, two]))?.body).toBeNull()
    const deal = { price: '2', quantity: '1', tradeType: 1, time: 5, tradeId: 'ab' }
    const deals = encodePush({ channel: 'c', symbol: 'BTCUSDT', publicAggreDeals: { deals: [deal], eventType: 'e' } })
    const broken = Buffer.from(deals)
    broken[broken.indexOf('ab')] = 0xff
    expect([readPush(deals)?.body, readPush(broken)]).toEqual([
      { type: 'deals', deals: [{ ...deal, price: 2, quantity: 1 }] },
      null,
    ])
  })

  it('reads back every field that was written', () => {
    const text = fc.integer({ min: 1, max: 10 ** 15 }).map((units) => (units / 1e6).toFixed(6))
    const time = fc.nat({ max: 8_640_000_000_000 })
    const deal = fc.record({
      price: text,
      quantity: text,
      tradeType: fc.integer({ min: 1, max: 2 }),
      time,
      tradeId: fc.string(),
    })
    fc.assert(
      fc.property(fc.string(), time, time, fc.array(deal), (symbol, createTime, sendTime, deals) => {
        const frame = encodePush({
          channel: 'c',
          symbol,
          createTime,
          sendTime,
          publicAggreDeals: { deals, eventType: 'e' },
        })
        expect(readPush(frame)).toEqual({
          symbol,
          createTime,
          sendTime,
          body: {
            type: 'deals',
            deals: deals.map((each) => ({ ...each, price: Number(each.price), quantity: Number(each.quantity) })),
          },
        })
      }),
    )
  })

  it('takes the last of a repeated field and any order of fields', () => {
    const parts: Push[] = [{ channel: 'd', symbol: 'ETHUSDT' }, { channel: 'e', sendTime: 5 }, quote('2')]
    expect(readPush(Buffer.concat(parts.map(encodePush)))).toEqual({
      symbol: 'BTCUSDT',
      createTime: 0,
      sendTime: 5,
      body: { type: 'bookTicker', bidPrice: 2, bidQuantity: 0, askPrice: 0, askQuantity: 0 },
    })
  })

  it.each([
    ['a message that reaches beyond the frame', 'da137f0a0131'],
    ['a field that reaches beyond its message', 'da13020a0531313131310a'],
    ['a length of 4 GiB', 'da13ffffffff0f'],
    ['a number that never ends', '30ffffffffffffffffffffff'],
    ['field number 0', '0000'],
    ['an end of no group', '840a'],
    ['a group that never ends', `${'8b0a'.repeat(200)}`],
    ['wire type 6', '860a00'],
  ])('gives null for %s', (_name, hex) => {
    expect(readPush(Buffer.from(hex, 'hex'))).toBeNull()
  })

  it('skips a known field of another wire type', () => {
    // field 315 as a number
    expect(readPush(Buffer.from('d81301', 'hex'))).toEqual({ symbol: '', createTime: 0, sendTime: 0, body: null })
  })
})
