/**
 * Reads the busiest frames straight from their bytes: what a frame of a channel looks like is declared once, as it stands on the wire,
 *
 *     layout`{"u":${id},"s":"${symbol}","b":"${price}","a":${levels(asks)}}`
 *
 * and one walk (`layout-walk.ts`) compares every byte between the slots and reads the slots: numbers from their digits, an instrument
 * found by its name, levels into a `LevelList`. It makes no text and no object. A frame that differs by a byte is refused, which says
 * nothing about it: `scan.ts` takes keys in any order, JSON.parse and the schema judge everything. A slot takes what JSON takes in its
 * place, less than all of it and never more, so that a frame that is accepted means what the slow way makes of it.
 */
import type { EpochMs } from '../../shared/domain/index.ts'
import type { Normalized } from './contract.ts'
import type { LevelList } from './depth.ts'
import type { Slot } from './layout-slots.ts'
import { compileReader, longestLiteral } from './layout-walk.ts'
import type { Reader } from './scan.ts'

/** Literal bytes and the slots between them; a text or a layout among the values of the template stands in its place as it is. */
export const layout = (texts: TemplateStringsArray, ...values: readonly (Slot | Layout | string)[]): Layout =>
  build(texts, values, /^[\x20-\x5b\x5d-\x7e]*$/, 'not plain ASCII')

/** The same of a binary form: a literal of up to 7 bytes may hold any, written `\xda`; a longer one ASCII. */
export const binary = (texts: TemplateStringsArray, ...values: readonly (Slot | Layout | string)[]): Layout =>
  build(texts, values, /^([\0-\xff]{0,7}|[\0-\x7f]*)$/, 'neither short nor ASCII')

function build(
  texts: readonly string[],
  values: readonly (Slot | Layout | string)[],
  allowed: RegExp,
  problem: string,
): Layout {
  const literals = [texts[0] ?? '']
  const slots: Slot[] = []
  const append = (literal: string) => literals.push((literals.pop() ?? '') + literal)
  values.forEach((value, index) => {
    if (typeof value === 'string') append(value)
    else {
      const [first = '', ...others] = value instanceof Layout ? value.texts : ['', '']
      append(first)
      literals.push(...others)
      slots.push(...(value instanceof Layout ? value.slots : [value]))
    }
    append(texts[index + 1] ?? '')
  })
  const wrong = literals.find((literal) => !allowed.test(literal))
  if (wrong !== undefined) throw new TypeError(`${problem}: ${wrong}`)
  return new Layout(literals, slots)
}

export class Layout {
  /** One more than slots. */
  readonly texts: readonly string[]
  readonly slots: readonly Slot[]
  /** Every list that a read may fill. */
  private readonly lists: readonly LevelList[]

  constructor(texts: readonly string[], slots: readonly Slot[]) {
    for (const text of texts) {
      if (text.length > longestLiteral) throw new RangeError(`longer than ${longestLiteral}: ${text}`)
    }
    this.texts = texts
    this.slots = slots
    this.lists = slots.flatMap(({ parts }) => [
      ...(parts.list ? [parts.list] : []),
      ...(parts.alternatives?.flatMap(({ lists }) => lists) ?? []),
      ...(parts.inside?.lists ?? []),
    ])
  }

  get hasLists(): boolean {
    return this.lists.length > 0
  }

  clear(): void {
    for (const list of this.lists) list.clear()
  }
}

/** A layout, and what a frame of it becomes once its slots are read; null leaves the frame to the others, as `Reader` does. */
export interface Declared {
  readonly frame: Layout
  readonly become: (receivedAt: EpochMs) => Normalized | null
}

/** Reads the frames of these layouts, first byte to last, the busiest first. Of the others their lists are left empty. */
export const readLayouts = (...declared: readonly Declared[]): Reader => compileReader(declared)
