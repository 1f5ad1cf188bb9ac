import { exactProduct, powersOfTen, type Scale, scaleOf } from '../../shared/decimal.ts'
import type { Instrument } from '../../shared/domain/index.ts'
import type { LevelList } from './depth.ts'
import type { Layout } from './layout.ts'

export type SlotKind =
  | 'text'
  | 'name'
  | 'integer'
  | 'unread'
  | 'decimal'
  | 'instrument'
  | 'levels'
  | 'choice'
  | 'varint'
  | 'sized'
  | 'sizedText'

/** The instrument of this name, if it is one that is listed. */
export type FindInstrument = (name: string) => Instrument | undefined

interface SlotParts {
  readonly find?: FindInstrument
  readonly list?: LevelList
  readonly of?: Slot
  readonly furtherTexts?: number
  readonly alternatives?: readonly Layout[]
  readonly isOptional?: boolean
  readonly inside?: Layout
}

/**
 * A place of a layout that differs from frame to frame, and after a successful read what stood there; its contents are meaningless after a
 * read that returned false. One class for every kind, so that what reads them meets objects of one shape.
 */
export class Slot {
  readonly kind: SlotKind
  /** integer, decimal, varint: the number is digits / 10^places; sized: where it ends */
  digits = Number.NaN
  places = 0
  /** instrument: never null after a successful read */
  instrument: Instrument | null = null
  /** instrument: from its sizes to base asset */
  scale: Scale = scaleOf(1)
  /** choice: which of the alternatives stood there; -1: none */
  chosen = -1
  readonly parts: SlotParts

  constructor(kind: SlotKind, parts: SlotParts = {}) {
    this.kind = kind
    this.parts = parts
  }

  /** integer, decimal, varint: the number, never -0. */
  get value(): number {
    return this.places === 0 ? this.digits : this.digits / (powersOfTen[this.places] ?? Number.NaN)
  }

  /** instrument, decimal: a size to base asset; NaN where the product has more digits than a float64 holds. */
  baseOf(size: Slot): number {
    return exactProduct(size.digits, size.places, this.scale)
  }
}

/** Plain ASCII without escapes, up to the first byte of what follows. */
export const text = (): Slot => new Slot('text')
/** Small letters, digits, and what stands beside them in ASCII: a stream's name for an instrument, that nobody wants to know. */
export const name = (): Slot => new Slot('name')
/** A JSON number without fraction and exponent, of up to 15 digits; it may be negative. */
export const integer = (): Slot => new Slot('integer')
/** An integer that is not negative and that nobody wants to know. */
export const unread = (): Slot => new Slot('unread')
/** Digits with or without a point between them, of up to 2^53 without the point; no sign. For numbers in quotes: JSON takes no leading 0. */
export const decimal = (): Slot => new Slot('decimal')
/** The name of an instrument, as `text`. A frame of one that is not found is refused. */
export const instrument = (find: FindInstrument): Slot => new Slot('instrument', { find })
/**
 * `[]` or `[["price","size"],...]`, into the list: a price above 0, a size of 0 or more, in contracts of the instrument `of`, which
 * stands before them in the frame. `furtherTexts`: how many texts stand behind each size, unread.
 */
export const levels = (list: LevelList, of: Slot, furtherTexts = 0): Slot =>
  new Slot('levels', { list, of, furtherTexts })
/** The first of the alternatives that stands there. */
export const oneOf = (...alternatives: readonly Layout[]): Slot => new Slot('choice', { alternatives })
/** The part, or nothing. */
export const optional = (part: Layout): Slot => new Slot('choice', { alternatives: [part], isOptional: true })

// Of protobuf

/** A varint of up to seven bytes. */
export const varint = (): Slot => new Slot('varint')
/** A length in one byte or two, and the part that is so long. */
export const sized = (inside: Layout): Slot => new Slot('sized', { inside })
/** A length in one byte, and so many bytes of plain ASCII. */
export const sizedText = (): Slot => new Slot('sizedText')
