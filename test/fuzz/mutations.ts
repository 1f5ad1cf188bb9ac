/** A frame and what is done to it: `mutate` gives the same bytes for the same seed, so that a case is told by two numbers. */
import type { Frame } from './corpus.ts'
import { jsonChanges, textOf, treeOf } from './json-mutations.ts'
import { encode, fieldsOf, protobufChanges } from './protobuf-mutations.ts'
import type { Random } from './random.ts'

/** One thing done to a frame; done again with its seed it gives the same. */
export interface Step {
  readonly name: string
  readonly seed: number
  apply(data: Buffer, random: Random): Buffer
}

const weighted = <T extends readonly [string, number, unknown]>(list: readonly T[], random: Random): T => {
  let left = random.next() * list.reduce((sum, [, weight]) => sum + weight, 0)
  const chosen = list.find(([, weight]) => {
    left -= weight
    return left < 0
  })
  const [first] = list
  if (first === undefined) throw new Error('no changes')
  return chosen ?? first
}

type ByteChange = (data: Buffer, random: Random, others: readonly Frame[]) => Buffer
const byteChanges: readonly (readonly [name: string, weight: number, change: ByteChange])[] = [
  ['cut off', 3, (data, random) => data.subarray(0, random.below(data.length + 1))],
  [
    'a byte changed',
    3,
    (data, random) => {
      const changed = Buffer.from(data)
      if (changed.length > 0) changed[random.below(changed.length)] = random.below(256)
      return changed
    },
  ],
  [
    'a byte of JSON put in',
    2,
    (data, random) =>
      spliced(data, random.below(data.length + 1), 0, Buffer.from(random.pick([...'"\\{}[],:.-+eE0 19tfn']))),
  ],
  [
    'bytes left out',
    2,
    (data, random) => spliced(data, random.below(data.length + 1), 1 + random.below(4), Buffer.alloc(0)),
  ],
  [
    'bytes of another put in',
    1,
    (data, random, others) => {
      const other = random.pick(others).data
      const from = random.below(other.length + 1)
      return spliced(
        data,
        random.below(data.length + 1),
        random.below(20),
        other.subarray(from, from + random.below(40)),
      )
    },
  ],
  [
    'two frames in one',
    2,
    (data, random, others) =>
      Buffer.concat([data, Buffer.from(random.pick(['', '\n', ','])), random.pick(others).data]),
  ],
  ['twice in one', 1, (data) => Buffer.concat([data, data])],
  [
    'blanks',
    1,
    (data, random) =>
      Buffer.concat([
        Buffer.from(random.pick([' ', '\n', '\ufeff', '\t'])),
        data,
        Buffer.from(random.pick([' ', '\0', '\u00a0'])),
      ]),
  ],
]
const spliced = (data: Buffer, at: number, length: number, more: Buffer): Buffer =>
  Buffer.concat([data.subarray(0, at), more, data.subarray(at + length)])

const shareOfByteChanges = 0.12
const mostSteps = 4

/** The steps of one case. */
export function stepsOf({ isBinary }: Frame, others: readonly Frame[], random: Random): readonly Step[] {
  return Array.from({ length: 1 + random.below(mostSteps) }, (): Step => {
    const seed = random.below(2 ** 31)
    if (random.chance(shareOfByteChanges)) {
      const [name, , change] = weighted(byteChanges, random)
      return { name, seed, apply: (data, own) => change(data, own, others) }
    }
    if (isBinary) {
      const [name, , change] = weighted(protobufChanges, random)
      return {
        name,
        seed,
        apply: (data, own) => {
          const fields = fieldsOf(data)
          return fields === null ? data : encode(change(fields, own), own)
        },
      }
    }
    const [name, , change] = weighted(jsonChanges, random)
    return {
      name,
      seed,
      apply: (data, own) => {
        const tree = treeOf(data.toString())
        return tree === null ? data : Buffer.from(textOf(change(tree, own)))
      },
    }
  })
}
