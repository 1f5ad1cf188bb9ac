import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldIs, Names, textOf } from '../../../src/main/exchanges/names.ts'
import {
  absent,
  beginning,
  boolean,
  compileShape,
  decimal,
  decimalOrInteger,
  ending,
  exactly,
  integer,
  literal,
  optional,
  readFirst,
  text,
  wholePart,
} from '../../../src/main/exchanges/scan.ts'
import { nearly, truncated } from '../../support/mutations.ts'

/** A shape with every kind of field, and what a reading of it gives. */
function everything() {
  const name = text()
  const stream = ending('@ticker')
  const price = decimal()
  const size = decimalOrInteger()
  const time = wholePart()
  const count = integer()
  const isMaker = boolean()
  const state = optional(integer())
  const bid = decimal()
  const bidSize = decimal()
  const read = compileShape({
    stream,
    channel: literal('ticker'),
    event: absent(),
    data: { name, price, size, time, inner: { count, isMaker }, state, bids: exactly(beginning(bid, bidSize)) },
  })
  return (bytes: Buffer) =>
    read(bytes)
      ? {
          stream: textOf(bytes, stream),
          name: textOf(bytes, name),
          price: price.value,
          size: size.value,
          time: time.value,
          count: count.value,
          isMaker: isMaker.value,
          state: state.isPresent ? state.value : null,
          bid: bid.value,
          bidSize: bidSize.value,
        }
      : null
}

const frame =
  '{"stream":"abc@ticker","channel":"ticker","data":{"u":12,"name":"ABC","price":"0.35210000","size":-108,"time":"1619093543708.2642",' +
  '"inner":{"count":42,"isMaker":true},"state":1,"bids":[["19177.79","3","0",{"n":[1,-2.5e+3,null]}]]},"more":[true,{"deep":{}}]}'
const reading = {
  stream: 'abc@ticker',
  name: 'ABC',
  price: 0.3521,
  size: -108,
  time: 1_619_093_543_708,
  count: 42,
  isMaker: true,
  state: 1,
  bid: 19_177.79,
  bidSize: 3,
}
const read = (frameText: string | Buffer) => everything()(Buffer.from(frameText))

/** The same by JSON.parse; null where the frame is not of the shape. */
function judge(bytes: Buffer): unknown {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString())
  } catch {
    return null
  }
  const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
    path.reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
      value,
    )
  const number = (value: unknown): unknown =>
    typeof value === 'string' && /\d/.test(value) ? Number(value) + 0 : undefined
  const data = at(json, 'data')
  if (at(json, 'channel') !== 'ticker' || at(json, 'event') !== undefined || at(data, 'bids', 1) !== undefined)
    return null
  const size = at(data, 'size')
  return {
    stream: at(json, 'stream'),
    name: at(data, 'name'),
    price: number(at(data, 'price')),
    size: typeof size === 'number' ? size : number(size),
    time: Math.trunc(Number(String(at(data, 'time')).replace(/\..*/, ''))),
    count: at(data, 'inner', 'count'),
    isMaker: at(data, 'inner', 'isMaker') === true ? 1 : at(data, 'inner', 'isMaker') === false ? 0 : undefined,
    state: at(data, 'state') ?? null,
    bid: number(at(data, 'bids', 0, 0)),
    bidSize: number(at(data, 'bids', 0, 1)),
  }
}

describe('scan', () => {
  it('reads a frame', () => {
    expect(read(frame)).toEqual({ ...reading, isMaker: 1 })
  })

  it('reads keys in any order, with blanks between, and without what is optional', () => {
    const changed = `\r\n {"more" : [ ] , "data":{"bids":[ [ "1" , "2.0" ] ],"inner":{"isMaker":false,"count":-7},"time":"5","size":"1.5",
      "price":"2","name":""},\t"channel" :"ticker","stream":"@ticker"} `
    expect(read(changed)).toEqual({
      stream: '@ticker',
      name: '',
      price: 2,
      size: 1.5,
      time: 5,
      count: -7,
      isMaker: 0,
      state: null,
      bid: 1,
      bidSize: 2,
    })
  })

  it('reads decimals of more digits than a float64 holds as Number does', () => {
    const decimals = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 0, max: 25 }), fc.boolean())
    fc.assert(
      fc.property(decimals, ([number, places, isNegative]) => {
        const digits = String(number).padStart(places + 1, '0')
        const plain = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
        const price = isNegative ? `-${plain}` : plain
        expect(read(frame.replace('0.35210000', price))?.price).toBe(Number(price) + 0)
      }),
      { numRuns: 3_000 },
    )
  })

  it('forgets the last frame: optional fields, order of keys', () => {
    const readAll = everything()
    const turned = frame.replace('"u":12,"name":"ABC",', '"name":"ABC","u":12,').replace('"state":1,', '')
    const results = [frame, turned, frame, 'x', frame].map((one) => readAll(Buffer.from(one)))
    const first = { ...reading, isMaker: 1 }
    expect(results).toEqual([first, { ...first, state: null }, first, null, first])
  })

  it.each<[string, (whole: string) => string]>([
    ['an escape in a wanted text', (whole) => whole.replace('"ABC"', '"\\u0041BC"')],
    ['an escape in a key', (whole) => whole.replace('"name"', '"n\\u0061me"')],
    ['an escape in a skipped text', (whole) => whole.replace('"u":12', '"u":"\\n"')],
    ['a wanted text that is not ASCII', (whole) => whole.replace('"ABC"', '"币安"')],
    ['a wanted key twice', (whole) => whole.replace('"u":12', '"price":"1"')],
    ['an absent key', (whole) => whole.replace('"more"', '"event"')],
    ['another text than the literal', (whole) => whole.replace('"ticker"', '"tickers"')],
    ['another ending', (whole) => whole.replace('@ticker', '@tickers')],
    ['a text shorter than the ending', (whole) => whole.replace('abc@ticker', 'ticker')],
    ['a number for decimal text', (whole) => whole.replace('"0.35210000"', '0.3521')],
    ['decimal text for an integer', (whole) => whole.replace('"count":42', '"count":"42"')],
    ['a fraction for an integer', (whole) => whole.replace('"count":42', '"count":42.0')],
    ['an exponent for an integer', (whole) => whole.replace('"count":42', '"count":42e0')],
    ['an integer of 16 digits', (whole) => whole.replace('"count":42', '"count":1234567890123456')],
    ['minus 0', (whole) => whole.replace('"count":42', '"count":-0')],
    ['a leading zero', (whole) => whole.replace('"count":42', '"count":042')],
    ['null', (whole) => whole.replace('"count":42', '"count":null')],
    ['null for a boolean', (whole) => whole.replace('true', 'null')],
    ['null for an optional', (whole) => whole.replace('"state":1', '"state":null')],
    ['no digits', (whole) => whole.replace('0.35210000', '')],
    ['no digits before the point', (whole) => whole.replace('0.35210000', '.5')],
    ['no digits behind the point', (whole) => whole.replace('0.35210000', '5.')],
    ['an exponent in decimal text', (whole) => whole.replace('0.35210000', '1e5')],
    ['a decimal of more than 40 digits', (whole) => whole.replace('0.35210000', `0.${'1'.repeat(40)}`)],
    ['two elements for one', (whole) => whole.replace('"bids":[', '"bids":[["1","2"],')],
    ['no element', (whole) => whole.replace(/"bids":.*\]\]/, '"bids":[]')],
    ['an element too few', (whole) => whole.replace(/"bids":.*\]\]/, '"bids":[["1"]]')],
    ['bytes behind the frame', (whole) => `${whole}x`],
    ['a zero byte behind the frame', (whole) => `${whole}\0`],
    ['two frames', (whole) => whole + whole],
    ['a byte order mark', (whole) => `\ufeff${whole}`],
    ['an array', (whole) => `[${whole}]`],
    ['a comma at the end', (whole) => whole.replace('"u":12,', '"u":12,,')],
    ['deep nesting', (whole) => whole.replace('"u":12', `"u":${'['.repeat(40)}${']'.repeat(40)}`)],
    ['nothing', () => ''],
  ])('refuses %s', (_what, change) => {
    expect(change(frame)).not.toBe(frame)
    expect(read(change(frame))).toBeNull()
  })

  it('refuses a frame cut off behind any byte', () => {
    expect(truncated(frame).filter((bytes) => read(bytes) !== null)).toEqual([])
  })

  it('means what JSON.parse makes of every frame that it accepts', () => {
    const readAll = everything()
    let accepted = 0
    fc.assert(
      fc.property(nearly([frame]), (bytes) => {
        const result = readAll(bytes)
        if (result === null) return
        accepted++
        expect(result).toEqual(judge(bytes))
      }),
      { numRuns: 5_000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })

  it('skips exactly the JSON that JSON.parse takes', () => {
    const wanted = integer()
    const readWanted = compileShape({ wanted })
    // no escapes and no deep nesting: of such JSON nothing is refused
    const plain = fc.string({ unit: fc.constantFrom(...'abcXYZ019 _-é币'), maxLength: 8 })
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('null', 'true', 'false', '[]', '{}', '[ ]', '{\n}'),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
        fc.constantFrom('-0', '1E5', '1e+5', '1.50e-07', '0.0', '-12.5'),
        plain.map((inner) => `"${inner}"`),
        fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
        fc
          .array(fc.tuple(plain, tie('any')), { maxLength: 3 })
          .map((members) => `{${members.map(([key, inner]) => `"${key}":${inner}`).join(',')}}`),
      ),
    })).any
    fc.assert(
      fc.property(value, fc.nat(), (skipped, number) => {
        expect(readWanted(Buffer.from(`{"skipped":${skipped},"wanted":${number}}`))).toBe(true)
        expect(wanted.value).toBe(number)
      }),
      { numRuns: 2_000 },
    )
    const broken = fc.string({ unit: fc.constantFrom(...'{}[]:,"0123.-+eEtrufalsn '), maxLength: 12 })
    fc.assert(
      fc.property(broken, (skipped) => {
        const whole = `{"skipped":${skipped},"wanted":1}`
        if (readWanted(Buffer.from(whole))) expect(JSON.parse(whole)).toMatchObject({ wanted: 1 })
      }),
      { numRuns: 20_000 },
    )
  })

  it('ends a text of broken UTF-8 where JSON.parse ends it', () => {
    const wanted = integer()
    const readWanted = compileShape({ wanted })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (inner) => {
        const bytes = Buffer.concat([Buffer.from('{"skipped":"'), inner, Buffer.from('","wanted":1}')])
        if (readWanted(bytes)) expect(JSON.parse(bytes.toString())).toMatchObject({ wanted: 1 })
      }),
      { numRuns: 5_000 },
    )
  })

  it('takes no shape that it cannot read', () => {
    expect(() => compileShape({ é: text() })).toThrow(TypeError)
    expect(() => literal('a"b')).toThrow(TypeError)
    expect(() => compileShape(Object.fromEntries(Array.from({ length: 32 }, (_, key) => [`k${key}`, text()])))).toThrow(
      RangeError,
    )
  })
})

describe('scan names', () => {
  const name = text()
  const readName = compileShape({ name })
  const find = (names: Names, value: string) => {
    const bytes = Buffer.from(JSON.stringify({ name: value }))
    expect(readName(bytes)).toBe(true)
    expect(fieldIs(bytes, name, value)).toBe(true)
    expect(fieldIs(bytes, name, `${value} `)).toBe(false)
    return names.find(bytes, name)
  }

  it('finds the text of the bytes, however many names meet on a place', () => {
    const names = new Names()
    const all = Array.from({ length: 5_000 }, (_, number) => `NAME${number}USDT`)
    expect([...all, ...all].map((one) => find(names, one))).toEqual([...all, ...all])
    expect(find(names, '')).toBe('')
  })

  it('finds any plain text', () => {
    const names = new Names()
    const plain = fc.string({ unit: fc.constantFrom(...'ABCabc019-_ '), maxLength: 12 })
    fc.assert(fc.property(plain, (value) => find(names, value) === value))
  })
})

describe('readFirst', () => {
  const events = { kind: 'events', events: [] } as const
  const rejected = { kind: 'rejected', reason: 'json', detail: '' } as const

  it('asks the readers in turn, then the normalizer, which alone sees binary frames', () => {
    const normalize = readFirst([(data) => (data.length === 1 ? events : null), () => null], () => rejected)
    expect(normalize(Buffer.from('1'), false, 0)).toBe(events)
    expect(normalize(Buffer.from('22'), false, 0)).toBe(rejected)
    expect(normalize(Buffer.from('1'), true, 0)).toBe(rejected)
  })
})
