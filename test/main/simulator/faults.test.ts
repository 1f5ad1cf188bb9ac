import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FaultBoard, type FaultEffects, type FrameSubject, garble } from '../../../src/main/simulator/fault-board.ts'
import { parseFault, parseFaults, readFaults } from '../../../src/main/simulator/faults.ts'
import { reshape } from '../../../src/main/simulator/reshape.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const origin = 'wss://stream.example'
const noEffects: FaultEffects = {
  drop: () => undefined,
  expireListenKeys: () => undefined,
  revokeKeys: () => () => undefined,
}

function file(text: string): string {
  const path = join(temporaryFolder(), 'faults.yaml')
  writeFileSync(path, text)
  return path
}

describe('the faults file', () => {
  it('is YAML or JSON with times in seconds', () => {
    const yaml =
      '- { kind: drop, at: 5, exchange: okx }\n- { kind: latency, ms: 300, every: 60, for: 2.5, probability: 0.5 }\n'
    const json = JSON.stringify([
      { kind: 'drop', at: 5, exchange: 'okx' },
      { kind: 'latency', ms: 300, every: 60, for: 2.5, probability: 0.5 },
    ])
    const expected = [
      { fault: { kind: 'drop', exchange: 'okx' }, atMs: 5_000, everyMs: null, forMs: 0 },
      { fault: { kind: 'latency', ms: 300, probability: 0.5 }, atMs: null, everyMs: 60_000, forMs: 2_500 },
    ]
    expect(readFaults(file(yaml))).toEqual(expected)
    expect(readFaults(file(json))).toEqual(expected)
  })

  it.each([
    [
      'an unknown kind',
      [{ kind: 'explode', at: 1 }],
      /^faults\[0\]\.kind: must be one of drop, silence, .*\(got "explode"\)$/,
    ],
    ['no kind', [{ at: 1 }], /^faults\[0\]\.kind: must be one of .*\(it is missing\)$/],
    [
      'a wrong value',
      [
        { kind: 'drop', at: 1 },
        { kind: 'latency', at: 1, for: 1, ms: 'fast' },
      ],
      /^faults\[1\]\.ms: expected number.*\(got "fast"\)$/,
    ],
    [
      'a missing value',
      [{ kind: 'status', at: 1, for: 1 }],
      /^faults\[0\]\.status: expected number.*\(it is missing\)$/,
    ],
    [
      'a status that is none',
      [{ kind: 'status', at: 1, for: 1, status: 200 }],
      /^faults\[0\]\.status: .*400 \(got 200\)$/,
    ],
    [
      'an unknown exchange',
      [{ kind: 'drop', at: 1, exchange: 'nowhere' }],
      /^faults\[0\]\.exchange: .*"binance".*\(got "nowhere"\)$/,
    ],
    ['an unknown key', [{ kind: 'drop', at: 1, colour: 'red' }], /^faults\[0\]: Unrecognized key: "colour"$/],
    ['no time', [{ kind: 'gap', for: 1 }], /^faults\[0\]: needs either at .* or every/],
    ['two times', [{ kind: 'gap', at: 1, every: 5, for: 1 }], /^faults\[0\]: needs either at .* or every/],
    ['no end', [{ kind: 'gap', at: 1 }], /^faults\[0\]\.for: must say how many seconds the gap lasts/],
    [
      'an end after the next beginning',
      [{ kind: 'gap', every: 5, for: 5 }],
      /^faults\[0\]\.for: must be shorter than every \(5 s\)/,
    ],
    ['a side that is none', [{ kind: 'gap', at: 1, for: 1, side: 'left' }], /^faults\[0\]\.side: .*\(got "left"\)$/],
    ['a side of what has none', [{ kind: 'drop', at: 1, side: 'private' }], /^faults\[0\]: Unrecognized key: "side"$/],
    [
      'a path that is none',
      [{ kind: 'status', status: 500, at: 1, for: 1, path: 'api' }],
      /^faults\[0\]\.path: .*\(got "api"\)$/,
    ],
    [
      'a channel that is none',
      [{ kind: 'gap', at: 1, for: 1, channel: 'depth' }],
      /^faults\[0\]\.channel: .*"order_book".*\(got "depth"\)$/,
    ],
    [
      'a change that is none',
      [{ kind: 'reshape', at: 1, for: 1, change: 'shrink' }],
      /^faults\[0\]\.change: .*"rename".*\(got "shrink"\)$/,
    ],
    ['a chance of crossing', [{ kind: 'cross', at: 1, for: 1, probability: 0.5 }], /Unrecognized key: "probability"/],
    ['a revocation without an end', [{ kind: 'revoke_key', at: 1 }], /^faults\[0\]\.for: must say how many seconds/],
    ['no list', { kind: 'drop', at: 1 }, /^faults: must be a list/],
    ['an entry that is none', ['drop'], /^faults\[0\]: must be/],
  ])('names %s', (_name, input, message) => {
    expect(() => parseFaults(input)).toThrow(message)
  })

  it('names a file that is missing or no YAML', () => {
    expect(() => readFaults('/nowhere/faults.yaml')).toThrow(
      /^faults file \/nowhere\/faults.yaml cannot be read: ENOENT/,
    )
    expect(() => readFaults(file('- { kind: drop\n'))).toThrow(/^faults file .*at line/)
  })
})

describe('the fault board', () => {
  const board = (input: unknown) => new FaultBoard(1, parseFaults(input), noEffects)

  it('keeps a fault in force from its time for its length', () => {
    const faults = board([{ kind: 'gap', at: 2, for: 3 }])
    const states = [0, 1_999, 2_000, 4_999, 5_000, 60_000].map((elapsed) => {
      faults.advance(elapsed)
      return faults.fateOfFrame('okx', origin).lost
    })
    expect(states).toEqual([false, false, true, true, false, false])
  })

  it('repeats a fault every so many seconds, first after one interval', () => {
    const faults = board([{ kind: 'gap', every: 10, for: 2 }])
    const states = [0, 5_000, 10_000, 11_999, 12_000, 20_000, 21_000, 22_500].map((elapsed) => {
      faults.advance(elapsed)
      return faults.fateOfFrame('okx', origin).lost
    })
    expect(states).toEqual([false, false, true, true, false, true, true, false])
  })

  it('drops once per time, even when a step comes late', () => {
    let drops = 0
    const faults = new FaultBoard(1, parseFaults([{ kind: 'drop', every: 10, exchange: 'gate' }]), {
      ...noEffects,
      drop: (exchange) => {
        if (exchange === 'gate') drops += 1
      },
    })
    for (const elapsed of [0, 9_990, 10_010, 10_020, 19_000, 21_000, 21_010]) faults.advance(elapsed)
    expect(drops).toBe(2)
  })

  it('strikes REST answers by a fault without a side only', () => {
    const faults = board([
      { kind: 'latency', ms: 5, side: 'private', at: 0, for: 1 },
      { kind: 'latency', ms: 100, at: 0, for: 1 },
    ])
    faults.advance(0)
    expect(faults.fateOfRequest('okx', origin, '/').delayMs).toBe(100)
    expect(faults.fateOfFrame('okx', origin, 'private').delayMs).toBe(105)
    expect(faults.fateOfFrame('okx', origin, 'public').delayMs).toBe(100)
  })

  it('strikes frames of the channel and market it names, and nothing else', () => {
    const faults = board([{ kind: 'latency', ms: 5, channel: 'order_book', symbol: 'BTC_USDT', at: 0, for: 1 }])
    faults.advance(0)
    const delay = (about: FrameSubject | null) => faults.fateOfFrame('okx', origin, 'public', about).delayMs
    expect(delay({ channel: 'order_book', symbol: 'BTC_USDT' })).toBe(5)
    expect(delay({ channel: 'order_book', symbol: 'ETH_USDT' })).toBe(0)
    expect(delay({ channel: 'trade', symbol: 'BTC_USDT' })).toBe(0)
    expect(delay(null)).toBe(0)
    expect(faults.fateOfRequest('okx', origin, '/').delayMs).toBe(0)
  })

  it('knows ahead when an exchange closes', () => {
    const faults = board([
      { kind: 'maintenance', exchange: 'okx', at: 2, for: 1 },
      { kind: 'maintenance', every: 10, for: 1 },
      { kind: 'maintenance', origin, at: 0, for: 60 },
    ])
    const told = (atMs: number) => {
      faults.advance(atMs)
      return faults.maintenanceOf('okx').map(({ fromMs, untilMs, isOngoing }) => [fromMs, untilMs, isOngoing])
    }
    const [first, next] = [
      [2_000, 3_000],
      [10_000, 11_000],
    ]
    expect(told(0)).toEqual([
      [...first, false],
      [...next, false],
    ])
    expect(told(2_500)).toEqual([
      [...first, true],
      [...next, false],
    ])
    expect(told(10_500)).toEqual([[...next, true]])
    const end = faults.inject({ kind: 'maintenance', exchange: 'okx' })
    expect(told(11_500)).toEqual([
      [20_000, 21_000, false],
      [10_500, null, true],
    ])
    end()
    expect(told(12_000)).toEqual([[20_000, 21_000, false]])
  })

  it('closes an exchange, and crosses the books of one market', () => {
    const faults = board([
      { kind: 'maintenance', exchange: 'okx', at: 0, for: 1 },
      { kind: 'cross', symbol: 'BTC_USDT', at: 0, for: 1 },
    ])
    faults.advance(0)
    expect(faults.fateOfRequest('okx', origin, '/').closed).toBe('maintenance')
    expect(faults.fateOfRequest('gate', origin, '/').closed).toBeNull()
    expect(faults.crosses('gate', origin, 'BTC_USDT')).toBe(true)
    expect(faults.crosses('gate', origin, 'ETH_USDT')).toBe(false)
    faults.advance(2_000)
    expect(faults.crosses('gate', origin, 'BTC_USDT')).toBe(false)
  })

  it.each([
    ['rename', '{"e":"trade","p":"1.5","T":123,"m":true}', '{"e":"trade","p":"1.5","T":123,"m_new":true}'],
    ['number_to_text', '{"u":7,"b":[["1.5","2"]],"T":-12.5}', '{"u":7,"b":[["1.5","2"]],"T":"-12.5"}'],
    ['rename', 'pong', 'pong'],
    ['number_to_text', '{"a":"1"}', '{"a":"1"}'],
  ] as const)('reshapes text: %s', (change, frame, reshaped) => {
    expect(reshape(frame, change)).toBe(reshaped)
  })

  it('reshapes protobuf: the number of the last message, or a number to text', () => {
    // Field 6 is the number 300, field 313 two bytes; in the end field 6 is text, or the bytes are of field 314.
    const frame = Buffer.from([0x30, 0xac, 0x02, 0xca, 0x13, 0x02, 0x61, 0x62])
    expect(reshape(frame, 'rename')).toEqual(Buffer.from([0x30, 0xac, 0x02, 0xd2, 0x13, 0x02, 0x61, 0x62]))
    expect(reshape(frame, 'number_to_text')).toEqual(
      Buffer.from([0x32, 0x03, 0x33, 0x30, 0x30, 0xca, 0x13, 0x02, 0x61, 0x62]),
    )
    expect(reshape(Buffer.from([0x0d, 1, 2, 3, 4]), 'rename')).toEqual(Buffer.from([0x0d, 1, 2, 3, 4]))
  })

  it('revokes keys again and again and gives them back each time, even when a step comes late', () => {
    const happened: string[] = []
    const faults = new FaultBoard(1, parseFaults([{ kind: 'revoke_key', every: 10, for: 2, exchange: 'gate' }]), {
      ...noEffects,
      revokeKeys: (exchange, key) => {
        happened.push(`revoked ${exchange} ${key}`)
        return () => happened.push('given back')
      },
    })
    for (const elapsed of [0, 10_000, 11_000, 20_000, 25_000]) faults.advance(elapsed)
    expect(happened).toEqual(['revoked gate null', 'given back', 'revoked gate null', 'given back'])
  })

  it('touches only the exchange and origin it names', () => {
    const faults = board([{ kind: 'status', status: 503, retryAfter: 3, at: 0, for: 9, exchange: 'okx', origin }])
    faults.advance(0)
    expect(faults.fateOfRequest('okx', origin, '/').status).toEqual({ status: 503, retryAfter: 3 })
    expect(faults.fateOfRequest('gate', origin, '/').status).toBeNull()
    expect(faults.fateOfRequest('okx', 'wss://other.example', '/').status).toBeNull()
  })

  it('chooses by probability, the same way for the same seed', () => {
    const run = (seed: number) => {
      const faults = new FaultBoard(seed, [], noEffects)
      faults.inject(parseFault({ kind: 'gap', probability: 0.3 }))
      return Array.from({ length: 1_000 }, () => faults.fateOfFrame('okx', origin).lost)
    }
    const first = run(1)
    expect(run(1)).toEqual(first)
    expect(run(2)).not.toEqual(first)
    const share = first.filter(Boolean).length / 1_000
    expect(share).toBeGreaterThan(0.25)
    expect(share).toBeLessThan(0.35)
  })

  it('garbles text and bytes so that they no longer parse', () => {
    expect(garble('{"a":1,"b":2}')).toBe('{"a":1,')
    const bytes = garble(Buffer.from([8, 1, 16, 2]))
    expect(bytes).toEqual(Buffer.from([8, 1 ^ 0xff]))
  })
})
