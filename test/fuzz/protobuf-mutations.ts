/** Changes to protobuf that know its structure: fields with their numbers, types and lengths, messages within them. */
import type { Random } from './random.ts'

interface Field {
  readonly number: number
  readonly wireType: number
  /** Without tag and, of a length-delimited field, without its length; of a varint, its bytes. */
  readonly content: Buffer | readonly Field[]
}

const varint = 0
const fixed64 = 1
const delimited = 2
const fixed32 = 5
const fixedBytes: Readonly<Record<number, number>> = { [fixed64]: 8, [fixed32]: 4 }
const longestVarint = 10

/** null: no whole message. */
export function fieldsOf(bytes: Buffer, depth = 0): readonly Field[] | null {
  const fields: Field[] = []
  let at = 0
  const readVarint = (): number | null => {
    let value = 0
    for (let count = 0; count < longestVarint; count++) {
      const byte = bytes[at++]
      if (byte === undefined) return null
      value += (byte & 127) * 2 ** (7 * count)
      if (byte < 128) return value
    }
    return null
  }
  while (at < bytes.length) {
    const tag = readVarint()
    if (tag === null || tag < 8) return null
    const [number, wireType] = [Math.floor(tag / 8), tag % 8]
    const start = at
    if (wireType === varint) {
      if (readVarint() === null) return null
      fields.push({ number, wireType, content: bytes.subarray(start, at) })
      continue
    }
    const length = wireType === delimited ? readVarint() : (fixedBytes[wireType] ?? null)
    if (length === null || at + length > bytes.length) return null
    const content = bytes.subarray(at, at + length)
    at += length
    const inner =
      wireType === delimited && depth < 3 && number > 0 && !isText(content) ? fieldsOf(content, depth + 1) : null
    fields.push({ number, wireType, content: inner === null || inner.length === 0 ? content : inner })
  }
  return fields
}
const isText = (content: Buffer): boolean => /^[\x20-\x7e]*$/.test(content.toString('latin1'))

const isGroup = (content: Field['content']): content is readonly Field[] => !Buffer.isBuffer(content)

export function varintOf(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}

/** `lengthOf` tells the length that is written, which may be a lie. */
function bytesOf(fields: readonly Field[], lengthOf: (bytes: Buffer) => Buffer): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wireType, content }) => {
      const tag = varintOf(number * 8 + wireType)
      const bytes = isGroup(content) ? bytesOf(content, lengthOf) : content
      return wireType === delimited ? [tag, lengthOf(bytes), bytes] : [tag, bytes]
    }),
  )
}
const trueLength = (bytes: Buffer): Buffer => varintOf(bytes.length)

const oddTexts = [
  '',
  '0',
  '-1',
  '1e5',
  'NaN',
  '00012.5',
  '.5',
  '1.',
  '+1',
  '0x1',
  '٣',
  '12345678901234567890.123',
  '1e400',
  ' 1',
  '\0',
  'é',
]
const oddVarints = [
  '00',
  '01',
  '02',
  '7f',
  '8000',
  '808000',
  'ffffffff07',
  'ffffffff0f',
  'ffffffffffffffff7f',
  'ffffffffffffffffff01',
  '8080808080808080808001',
].map((hex) => Buffer.from(hex, 'hex'))
const longText = 1_000_000
const manyFields = 400

type Change = (fields: readonly Field[], random: Random) => readonly Field[]

/** Descends into messages within messages at random. */
const somewhere =
  (change: Change): Change =>
  (fields, random) => {
    const groups = fields.flatMap(({ content }, at) => (isGroup(content) ? [at] : []))
    if (groups.length === 0 || random.chance(0.35)) return change(fields, random)
    const into = random.pick(groups)
    return fields.map((field, at) =>
      at === into && isGroup(field.content) ? { ...field, content: somewhere(change)(field.content, random) } : field,
    )
  }
const atField = (change: (field: Field, random: Random) => Field): Change =>
  somewhere((fields, random) => {
    const chosen = random.below(Math.max(1, fields.length))
    return fields.map((field, at) => (at === chosen ? change(field, random) : field))
  })
const everyField = (fields: readonly Field[], change: (field: Field) => Field): readonly Field[] =>
  fields.map((field) =>
    change(isGroup(field.content) ? { ...field, content: everyField(field.content, change) } : field),
  )

const textual = (field: Field, text: string): Field => ({ ...field, wireType: delimited, content: Buffer.from(text) })
const isNumberText = ({ wireType, content }: Field): boolean =>
  wireType === delimited && !isGroup(content) && /^\d+(\.\d+)?$/.test(content.toString('latin1'))
const freshDigits = (field: Field, random: Random): Field =>
  isNumberText(field) && !isGroup(field.content)
    ? textual(
        field,
        field.content
          .toString('latin1')
          .replace(/\d/g, (digit) => String(digit === '0' ? random.below(10) : 1 + random.below(9))),
      )
    : field

export const protobufChanges: readonly (readonly [name: string, weight: number, change: Change])[] = [
  [
    'all digits fresh',
    6,
    (fields, random) => everyField(fields, (field) => (random.chance(0.7) ? freshDigits(field, random) : field)),
  ],
  ['odd text', 6, atField((field, random) => (isGroup(field.content) ? field : textual(field, random.pick(oddTexts))))],
  [
    'odd varint',
    6,
    atField((field, random) => (field.wireType === varint ? { ...field, content: random.pick(oddVarints) } : field)),
  ],
  [
    'odd varint for anything',
    2,
    atField((field, random) => ({ ...field, wireType: varint, content: random.pick(oddVarints) })),
  ],
  [
    'another number',
    4,
    atField((field, random) => ({
      ...field,
      number: random.pick([1, 2, 3, 4, 5, 6, 7, 8, 9, 313, 314, 315, 308, 20_000]),
    })),
  ],
  [
    'another type',
    3,
    atField((field, random) => ({
      ...field,
      wireType: random.below(8),
      content: isGroup(field.content) ? bytesOf(field.content, trueLength) : field.content,
    })),
  ],
  [
    'field twice',
    4,
    somewhere((fields, random) => {
      if (fields.length === 0) return fields
      const field = random.pick(fields)
      const at = random.below(fields.length + 1)
      return [...fields.slice(0, at), freshDigits(field, random), ...fields.slice(at)]
    }),
  ],
  ['field gone', 4, somewhere((fields, random) => fields.filter((_, at) => at !== random.below(fields.length)))],
  [
    'other order',
    3,
    somewhere((fields, random) => {
      const from = random.below(Math.max(1, fields.length))
      return [...fields.slice(from), ...fields.slice(0, from)]
    }),
  ],
  [
    'contents swapped',
    5,
    somewhere((fields, random) => {
      if (fields.length < 2) return fields
      const [a, b] = [random.pick(fields), random.pick(fields)]
      return fields.map((field) =>
        field === a ? { ...b, number: a.number } : field === b ? { ...a, number: b.number } : field,
      )
    }),
  ],
  [
    'many fields',
    0.3,
    somewhere((fields, random) =>
      fields.length === 0 ? fields : Array.from({ length: manyFields }, () => random.pick(fields)),
    ),
  ],
  [
    'a text of a megabyte',
    0.05,
    atField((field, random) =>
      textual(field, `${random.pick(['9', 'A', '0.'])}${random.pick(['9', 'x', '0']).repeat(longText)}`),
    ),
  ],
]

/** Lengths that are not true, and varints longer than they need be. */
const lies: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => varintOf(Math.max(0, bytes.length + random.below(9) - 4)),
  (_bytes, random) => random.pick(oddVarints),
  // the same number in more bytes than it needs
  (bytes) => Buffer.from([(bytes.length & 127) | 128, ((bytes.length >> 7) & 127) | 128, (bytes.length >> 14) & 127]),
]
const shareOfLies = 0.15

export function encode(fields: readonly Field[], random: Random): Buffer {
  if (!random.chance(shareOfLies)) return bytesOf(fields, trueLength)
  const lie = random.pick(lies)
  return bytesOf(fields, (bytes) => (random.chance(0.3) ? lie(bytes, random) : trueLength(bytes)))
}

/** The message with every text emptied that is no UTF-8; null: no whole message. */
export function withoutBrokenTexts(data: Buffer): Buffer | null {
  const fields = fieldsOf(data)
  const isBroken = (content: Buffer): boolean => !Buffer.from(content.toString('utf8')).equals(content)
  const mended = (list: readonly Field[]): readonly Field[] =>
    list.map((field) => {
      if (isGroup(field.content)) return { ...field, content: mended(field.content) }
      return field.wireType === delimited && isBroken(field.content) ? { ...field, content: Buffer.alloc(0) } : field
    })
  return fields === null ? null : bytesOf(mended(fields), trueLength)
}
