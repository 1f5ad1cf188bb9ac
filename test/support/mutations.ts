import fc from 'fast-check'

/** Another number of the same length: every digit of the frame may change, the first of a run not to 0. */
const freshDigits = (text: string, seeds: readonly number[]): string => {
  let next = 0
  const seed = () => seeds[next++ % seeds.length] ?? 0
  return text.replace(/\d+/g, (run) =>
    [...run].map((digit, index) => (index === 0 && digit !== '0' ? 1 + (seed() % 9) : seed() % 10)).join(''),
  )
}

/** Members of the outermost braces and brackets of a text, which need not be JSON. */
function membersOf(text: string): readonly string[] {
  const members: string[] = []
  let depth = 0
  let start = 1
  let isText = false
  for (let at = 1; at < text.length - 1; at++) {
    const letter = text[at]
    if (letter === '"' && text[at - 1] !== '\\') isText = !isText
    if (isText) continue
    if (letter === '{' || letter === '[') depth++
    if (letter === '}' || letter === ']') depth--
    if (letter === ',' && depth === 0) {
      members.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...members, text.slice(start, -1)]
}

/** The objects and arrays of a JSON text as [start, end), outermost first. */
function containersOf(text: string): readonly (readonly [number, number])[] {
  const open: number[] = []
  const found: (readonly [number, number])[] = []
  let isText = false
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '"' && text[at - 1] !== '\\') isText = !isText
    if (isText) continue
    if (letter === '{' || letter === '[') open.push(at)
    const start = letter === '}' || letter === ']' ? open.pop() : undefined
    if (start !== undefined) found.push([start, at + 1])
  }
  return found.reverse()
}

const pick = <T>(list: readonly T[], seed: number): T | undefined => list[seed % Math.max(1, list.length)]

/** One object or array of the frame with its members changed. */
const withMembers =
  (change: (members: readonly string[]) => readonly string[], seed: number) =>
  (text: string): string => {
    const [start, end] = pick(containersOf(text), seed) ?? [0, text.length]
    return `${text.slice(0, start + 1)}${change(membersOf(text.slice(start, end))).join(',')}${text.slice(end - 1)}`
  }

const oddValues = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-1',
  '1',
  '2',
  '01',
  '1.5',
  '1e3',
  '1e400',
  '12345678901234567890',
  '""',
  '"0"',
  '"-0"',
  '"-5"',
  '"1."',
  '".5"',
  '"1e5"',
  '"0x10"',
  '"+1"',
  '" 1"',
  '"00012.50"',
  '"0.00000000000000000000000001"',
  '"9007199254740993"',
  '"123456789.123456789"',
  '"\\u0031"',
  '"\\u0062uy"',
  '"é"',
  '"buy"',
  '"sell"',
  '[]',
  '{}',
  '[[]]',
  '[{"a":1}]',
]
const oddMembers = [
  '"zz":1',
  '"st":1',
  '"st":2',
  '"event":"update"',
  '"event":1',
  '"é":1',
  '"\\u0073":"X"',
  '"__proto__":{"s":"X"}',
  '"a" : 1',
  '"x":[1,{"y":[null,true,-1.5e-3]}]',
  '"x":"\\n"',
  '"x":"tab\there"',
  '1',
  '"s"',
  '',
]

/** Blanks put between the tokens. */
const withBlanks = (blank: string) => (text: string) => {
  let isText = false
  return [...text]
    .map((letter, at) => {
      if (letter === '"' && text[at - 1] !== '\\') isText = !isText
      return !isText && '{}[],:'.includes(letter) ? `${blank}${letter}${blank}` : letter
    })
    .join('')
}

const nat = fc.nat(10_000)
const textChange = fc.oneof(
  fc.array(nat, { minLength: 1, maxLength: 40 }).map((seeds) => (text: string) => freshDigits(text, seeds)),
  fc.tuple(nat, nat).map(([which, a]) =>
    withMembers((members) => {
      const at = a % members.length
      return [...members.slice(at), ...members.slice(0, at)]
    }, which),
  ),
  fc.tuple(nat, nat, nat).map(([which, from, to]) =>
    withMembers((members) => {
      const copy = pick(members, from) ?? ''
      const at = to % (members.length + 1)
      return [...members.slice(0, at), copy, ...members.slice(at)]
    }, which),
  ),
  fc
    .tuple(nat, nat)
    .map(([which, at]) => withMembers((members) => members.filter((_, index) => index !== at % members.length), which)),
  fc.tuple(nat, nat, fc.constantFrom(...oddMembers)).map(([which, seed, member]) =>
    withMembers((members) => {
      const at = seed % (members.length + 1)
      return [...members.slice(0, at), member, ...members.slice(at)]
    }, which),
  ),
  fc
    .tuple(nat, nat, fc.constantFrom(...oddValues))
    .map(([which, at, value]) =>
      withMembers(
        (members) =>
          members.map((member, index) =>
            index === at % members.length ? (/^"[^"]*":/.exec(member)?.[0] ?? '') + value : member,
          ),
        which,
      ),
    ),
  fc.constantFrom(' ', '\n', '\t', '\r\n', '\u00a0', '\u000b').map(withBlanks),
)

const byteChange: fc.Arbitrary<(bytes: Buffer) => Buffer> = fc.oneof(
  fc.tuple(nat, fc.nat(255)).map(([at, byte]) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes)
    if (changed.length > 0) changed[at % changed.length] = byte
    return changed
  }),
  fc.tuple(nat, fc.constantFrom(...'"\\{}[],:.-+eE0 19tfn')).map(([at, letter]) => (bytes: Buffer) => {
    const position = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, position), Buffer.from(letter), bytes.subarray(position)])
  }),
  fc.tuple(nat, fc.integer({ min: 1, max: 4 })).map(([at, count]) => (bytes: Buffer) => {
    const position = at % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, position), bytes.subarray(position + count)])
  }),
  fc.nat(10_000).map((at) => (bytes: Buffer) => bytes.subarray(0, at % (bytes.length + 1))),
  fc.uint8Array({ maxLength: 3 }).map((tail) => (bytes: Buffer) => Buffer.concat([bytes, tail])),
)

/**
 * Frames that are nearly the given ones: fresh digits; members of an object or array moved, repeated, left out, added or of another
 * value; blanks; bytes changed, added, cut. Most are still JSON, many still what they were.
 */
export const nearly = (frames: readonly (string | Buffer)[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...frames.map(String)),
      fc.array(textChange, { maxLength: 3 }),
      fc.oneof(
        { weight: 2, arbitrary: fc.constant<((bytes: Buffer) => Buffer)[]>([]) },
        { weight: 1, arbitrary: fc.array(byteChange, { maxLength: 2 }) },
      ),
    )
    .map(([frame, textChanges, byteChanges]) =>
      byteChanges.reduce<Buffer>(
        (bytes, change) => change(bytes),
        Buffer.from(textChanges.reduce((text, change) => change(text), frame)),
      ),
    )

/** Runs of digits that are a number in a binary frame, and no tag or length by chance. */
const numberText = /\d+\.\d+|\d{9,}/g

/** Binary frames with other digits in their numbers, and with bytes changed, added, cut. */
export const nearlyBinary = (frames: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.constantFrom(...frames.map((frame) => frame.toString('latin1'))),
      fc.array(nat, { minLength: 1, maxLength: 40 }),
      fc.array(byteChange, { maxLength: 3 }),
    )
    .map(([frame, seeds, changes]) =>
      changes.reduce<Buffer>(
        (bytes, change) => change(bytes),
        Buffer.from(
          frame.replace(numberText, (number) => freshDigits(number, seeds)),
          'latin1',
        ),
      ),
    )

/** The frame cut off behind every byte. */
export const truncated = (frame: string | Buffer): readonly Buffer[] =>
  Array.from({ length: Buffer.from(frame).length }, (_, end) => Buffer.from(frame).subarray(0, end))
