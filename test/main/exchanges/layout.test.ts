import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LevelList } from '../../../src/main/exchanges/depth.ts'
import { binary, layout, readLayouts } from '../../../src/main/exchanges/layout.ts'
import {
  decimal,
  instrument,
  integer,
  levels,
  name,
  oneOf,
  optional,
  type Slot,
  sized,
  sizedText,
  text,
  unread,
  varint,
} from '../../../src/main/exchanges/layout-slots.ts'
import { parseDecimal } from '../../../src/shared/decimal.ts'
import { plainLevels } from '../../support/depth.ts'
import { instrument as listed } from '../../support/instruments.ts'

const btc = listed('gate', 'perpetual', 'BTC', 'USDT', 'BTC_USDT', { contractSize: 0.01 })
const symbolSlot = () => instrument((name) => (name === btc.nativeName ? btc : undefined))
const done = { kind: 'control', control: { type: 'ignored' } } as const

/** Reads one number between quotes; null where the frame is refused. */
function numberReader(slot: Slot): (digits: string) => number | null {
  const read = readLayouts({ frame: layout`["${slot}"]`, become: () => done })
  return (digits) => (read(Buffer.from(`["${digits}"]`), 0) === null ? null : slot.value)
}

function everything() {
  const [price, count, symbol] = [decimal(), integer(), symbolSlot()]
  const bids = new LevelList()
  const side = oneOf(layout`"buy"`, layout`"sell"`)
  const extra = optional(layout`,"extra":${levels(bids, symbol, 1)}`)
  const frame = layout`{"s":"${symbol}","any":"${text()}","p":"${price}","n":${count},"side":${side}${extra}}`
  const read = readLayouts({ frame, become: () => done })
  return (bytes: string) =>
    read(Buffer.from(bytes), 0) === null
      ? { refused: plainLevels(bids) }
      : { price: price.value, count: count.value, side: side.chosen, extra: extra.chosen, bids: plainLevels(bids) }
}
const plain = '{"s":"BTC_USDT","any":"x","p":"0.3521","n":-42,"side":"sell","extra":[["1.5","3","0"],["2","0","n"]]}'
const reading = {
  price: 0.3521,
  count: -42,
  side: 1,
  extra: 0,
  bids: [
    [1.5, 0.03],
    [2, 0],
  ],
}

describe('layout', () => {
  it('reads a frame of every kind of slot', () => {
    expect(everything()(plain)).toEqual(reading)
  })

  it('reads a frame without what is optional, and forgets the one before', () => {
    const read = everything()
    read(plain)
    expect(read(plain.replace(/,"extra".*\]\]/, ''))).toEqual({ ...reading, extra: -1, bids: [] })
    expect(read(plain)).toEqual(reading)
  })

  it.each([
    ['a blank', ' "n"', '"n"'],
    ['another order', '"n":-42,"side":"sell"', '"side":"sell","n":-42'],
    ['an escape', '"x"', '"\\u0078"'],
    ['text that is not ASCII', '"x"', '"币"'],
    ['an unlisted instrument', 'BTC_USDT', 'ETH_USDT'],
    ['an alternative that is none', '"sell"', '"hold"'],
    ['a leading zero in a JSON number', '-42', '-042'],
    ['minus 0', '-42', '-0'],
    ['a fraction in an integer', '-42', '-42.0'],
    ['16 digits in an integer', '-42', '1234567890123456'],
    ['no digit', '0.3521', ''],
    ['a negative decimal', '0.3521', '-0.3521'],
    ['an exponent', '0.3521', '1e5'],
    ['two points', '0.3521', '0.35.21'],
    ['nothing before the point', '0.3521', '.3521'],
    ['nothing behind the point', '0.3521', '1.'],
    ['a decimal beyond 2^53', '0.3521', '9007199254740993'],
    ['a price of 0', '"1.5"', '"0.0"'],
    ['a negative size', '"3"', '"-3"'],
    ['a size whose product is beyond 2^53', '"3"', '"9007199254740991.1"'],
    ['a number for a text', '"3"', '3'],
    ['an element too many', '"0"]', '"0","1"]'],
    ['an element too few', '"3","0"', '"3"'],
    ['a comma at the end of the levels', '"n"]]', '"n"],]'],
    ['a level that breaks off behind others', '["2","0","n"]', '["2","0"'],
    ['bytes behind the frame', ']]}', ']]}}'],
    ['a zero byte behind the frame', ']]}', ']]}\0'],
  ])('refuses %s and leaves no level behind', (_what, part, changed) => {
    const frame = plain.includes(part) ? plain.replace(part, changed) : plain.replace(changed, part)
    expect(frame).not.toBe(plain)
    expect(everything()(frame)).toEqual({ refused: [] })
  })

  it('takes for a stream’s name what JSON takes there, and of ASCII every small letter and digit', () => {
    const read = readLayouts({ frame: layout`{"stream":"${name()}@trade"}`, become: () => done })
    for (let byte = 0; byte < 256; byte++) {
      for (const before of ['', 'a', 'ab', 'abc', 'abcd']) {
        const frame = Buffer.concat([Buffer.from(`{"stream":"${before}`), Buffer.of(byte), Buffer.from('z9@trade"}')])
        const isTaken = read(frame, 0) !== null
        if (isTaken)
          expect(JSON.parse(frame.toString('latin1'))).toEqual({
            stream: `${before}${String.fromCharCode(byte)}z9@trade`,
          })
        expect(isTaken, `${before} ${byte}`).toBe((byte >= 0x30 && byte < 0x40) || (byte >= 0x60 && byte < 0x80))
      }
    }
  })

  it('refuses a frame cut off behind any byte, though a longer one stood there before', () => {
    const read = everything()
    for (let end = 0; end < plain.length; end++) {
      read(plain)
      expect(read(plain.slice(0, end))).toEqual({ refused: [] })
    }
  })

  it('reads decimals as parseDecimal does', () => {
    const read = numberReader(decimal())
    const digits = (max: number) => fc.stringMatching(new RegExp(`^\\d{1,${max}}$`))
    fc.assert(
      fc.property(digits(17), fc.option(digits(20)), (whole, fraction) => {
        const number = fraction === null ? whole : `${whole}.${fraction}`
        const value = read(number)
        if (value === null) expect(Number(number.replace('.', ''))).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
        else expect(value).toBe(parseDecimal(number))
      }),
      { numRuns: 5_000 },
    )
  })

  it('reads the integers of up to 15 digits that JSON.parse reads', () => {
    const read = numberReader(integer())
    fc.assert(
      fc.property(fc.integer({ min: 1 - 10 ** 15, max: 10 ** 15 - 1 }), (number) => {
        expect(read(String(number))).toBe(number)
      }),
      { numRuns: 3_000 },
    )
  })

  it('tells literals of every length from ones that differ in a byte', () => {
    const printable = fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'abc{}[]",:0129_-.@') })
    fc.assert(
      fc.property(printable, fc.nat(), fc.constantFrom(...'abz0"\0ÿ'), (literal, seed, letter) => {
        const read = readLayouts({ frame: layout`${literal}`, become: () => done })
        const at = seed % literal.length
        const changed = literal.slice(0, at) + letter + literal.slice(at + 1)
        expect(read(Buffer.from(literal, 'latin1'), 0)).toBe(done)
        if (changed !== literal) expect(read(Buffer.from(changed, 'latin1'), 0)).toBeNull()
      }),
      { numRuns: 2_000 },
    )
  })

  it('leaves a frame to the next layout, and one that is too long to the others', () => {
    const value = integer()
    const read = readLayouts(
      { frame: layout`[1,${value}]`, become: () => null },
      { frame: layout`[${integer()},${value}]`, become: () => done },
    )
    expect(read(Buffer.from('[1,2]'), 0)).toBe(done)
    expect(read(Buffer.alloc(1_000_000, '1'), 0)).toBeNull()
  })

  it('reads lengths and varints of binary forms, and refuses a length that is not true', () => {
    const [time, price] = [varint(), decimal()]
    const frame = binary`\x0a${sizedText()}\x30${time}\xda\x13${sized(binary`\x0a${sized(binary`${price}`)}`)}`
    const read = readLayouts({ frame, become: () => done })
    const bytesOf = (texts: readonly string[]) => Buffer.from(texts.join(''), 'latin1')
    const good = ['\x0a\x03abc', '\x30\xac\x02', '\xda\x13\x06', '\x0a\x041.25']
    expect(read(bytesOf(good), 0)).toBe(done)
    expect([time.digits, price.value]).toEqual([300, 1.25])
    const long = `1.${'0'.repeat(150)}`.slice(0, 16)
    for (const [at, other] of [
      [0, '\x0a\x04abc'],
      [0, '\x0a\x03a\xe9c'],
      [1, `\x30${'\xff'.repeat(9)}\x01`],
      [2, '\xda\x13\x07'],
      [2, '\xda\x13\x86\x01'],
      [3, '\x0a\x031.25'],
      [3, '\x0a\x051.25'],
      [3, `\x0a\x10${long}`],
    ] as const)
      expect(read(bytesOf(good.with(at, other)), 0), other).toBeNull()
    // A length of two bytes
    const far = ['\x0a\x03abc', '\x30\xac\x02', '\xda\x13\x86\x00', '\x0a\x041.25']
    expect(read(bytesOf(far), 0)).toBe(done)
  })

  it('passes over integers that nobody reads as strictly as over those that are read', () => {
    const read = readLayouts({ frame: layout`{"n":${unread()}}`, become: () => done })
    for (const good of ['0', '7', '1234', '123456789012345']) expect(read(Buffer.from(`{"n":${good}}`), 0)).toBe(done)
    for (const bad of ['', '-1', '01', '00', '1.5', '1e5', '1234567890123456', '"1"', ' 1'])
      expect(read(Buffer.from(`{"n":${bad}}`), 0), bad).toBeNull()
  })

  it('refuses literals that are no plain ASCII when it is declared', () => {
    expect(() => layout`{"é":${integer()}}`).toThrow('not plain ASCII')
  })
})
