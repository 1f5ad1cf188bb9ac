/**
 * The content of one b-tree page, read strictly: a page of which anything does not add up gives nothing at all, since the rest of it
 * cannot be relied on either. Format: https://www.sqlite.org/fileformat2.html#b_tree_pages
 */
import type { PageFile } from './pages.ts'

export type Value = number | bigint | string | Buffer | null

/** One row or index entry: its columns as they are stored. */
export interface Cell {
  /** Of rowid tables; null elsewhere. */
  readonly rowid: number | null
  readonly values: readonly Value[]
}

export interface BtreePage {
  readonly isLeaf: boolean
  /** Of a rowid table; else of an index or a table without rowids, of which interior pages hold entries too. */
  readonly isTable: boolean
  /** Empty for the interior of a rowid table. */
  readonly cells: readonly Cell[]
  /** Of interior pages, in order: one more than there are separating keys. */
  readonly children: readonly number[]
  /** Of the interior of a rowid table: the highest rowid of each child but the last. */
  readonly keys: readonly number[]
}

const tableLeaf = 0x0d
const tableInterior = 0x05
const indexLeaf = 0x0a
const indexInterior = 0x02
const kinds = [tableLeaf, tableInterior, indexLeaf, indexInterior]
/** The database header stands before the first page's content. */
const firstPageOffset = 100
const noOverflow = 0
const utf8 = new TextDecoder('utf-8', { fatal: true })

class Damaged extends Error {}

function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Damaged(what)
}

/** In words why not, where the page is damaged. */
export function readPage(file: PageFile, page: number): BtreePage | string {
  const bytes = file.read(page)
  if (bytes === null) return 'it cannot be read'
  try {
    return parse(file, page, bytes)
  } catch (error) {
    // RangeError: it points beyond the page's end. TypeError: text that is none.
    if (error instanceof Damaged || error instanceof RangeError || error instanceof TypeError) return error.message
    throw error
  }
}

function parse(file: PageFile, page: number, bytes: Buffer): BtreePage {
  const { usable } = file.header
  const start = page === 1 ? firstPageOffset : 0
  const kind = bytes.readUInt8(start)
  check(kinds.includes(kind), 'it is no b-tree page')
  const isLeaf = kind === tableLeaf || kind === indexLeaf
  const isTable = kind === tableLeaf || kind === tableInterior
  const count = bytes.readUInt16BE(start + 3)
  const contentStart = bytes.readUInt16BE(start + 5) || 65_536
  const pointers = start + (isLeaf ? 8 : 12)
  check(pointers + 2 * count <= contentStart && contentStart <= usable, 'its cells overlap its header')
  const spans: [from: number, to: number][] = []
  const cells: Cell[] = []
  const children: number[] = []
  const keys: number[] = []
  for (let index = 0; index < count; index++) {
    const from = bytes.readUInt16BE(pointers + 2 * index)
    check(from >= contentStart, 'a cell lies outside')
    const at = { at: from }
    if (!isLeaf) {
      children.push(bytes.readUInt32BE(from))
      at.at += 4
    }
    if (isTable && !isLeaf) keys.push(Number(varint(bytes, at)))
    else {
      const length = Number(varint(bytes, at))
      const rowid = isTable ? Number(varint(bytes, at)) : null
      cells.push({ rowid, values: record(payload(file, bytes, at, length, isTable)) })
    }
    spans.push([from, Math.max(at.at, from + 4)])
  }
  if (!isLeaf) children.push(bytes.readUInt32BE(start + 8))
  checkSpace(bytes, start, contentStart, usable, spans)
  const rowids = isTable ? (isLeaf ? cells.map(({ rowid }) => rowid ?? 0) : keys) : []
  check(
    rowids.every((rowid, index) => index === 0 || rowid > (rowids[index - 1] ?? rowid)),
    'its rows are not in order',
  )
  return { isLeaf, isTable, cells, children, keys }
}

/** Cells and free blocks lie side by side, and what is between them is as much as the page says. */
function checkSpace(bytes: Buffer, start: number, contentStart: number, usable: number, cells: [number, number][]) {
  const spans = [...cells]
  let at = bytes.readUInt16BE(start + 1)
  while (at !== 0) {
    check(at >= contentStart && spans.length < usable, 'its free blocks lie outside')
    const next = bytes.readUInt16BE(at)
    check(next === 0 || next > at, 'its free blocks are not in order')
    spans.push([at, at + bytes.readUInt16BE(at + 2)])
    at = next
  }
  spans.sort((a, b) => a[0] - b[0])
  let fragments = 0
  let end = contentStart
  for (const [from, to] of spans) {
    check(from >= end && to <= usable, 'its cells overlap')
    fragments += from - end
    end = to
  }
  check(fragments + usable - end === bytes.readUInt8(start + 7), 'its free space does not add up')
}

/** The cell's payload, with what of it lies on overflow pages. Moves `at` to the cell's end. */
function payload(file: PageFile, bytes: Buffer, at: { at: number }, length: number, isTable: boolean): Buffer {
  const { usable } = file.header
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  check(length > 0 && length <= file.pageCount * usable, 'a cell is longer than the file')
  const fitting = least + ((length - least) % (usable - 4))
  const local = length <= most ? length : fitting <= most ? fitting : least
  check(at.at + local <= usable, 'a cell ends outside')
  const parts = [bytes.subarray(at.at, at.at + local)]
  at.at += local
  if (local === length) return parts[0] ?? Buffer.alloc(0)
  let next = bytes.readUInt32BE(at.at)
  at.at += 4
  for (let left = length - local; left > 0; ) {
    const page = file.read(next)
    check(page !== null, 'a part of a cell cannot be read')
    const part = page.subarray(4, 4 + Math.min(left, usable - 4))
    parts.push(part)
    left -= part.length
    next = page.readUInt32BE(0)
  }
  check(next === noOverflow, 'a cell goes on beyond its end')
  return Buffer.concat(parts)
}

/** https://www.sqlite.org/fileformat2.html#record_format */
function record(bytes: Buffer): Value[] {
  const head = { at: 0 }
  const headEnd = Number(varint(bytes, head))
  check(headEnd <= bytes.length && headEnd > 0, 'a row has no header')
  const values: Value[] = []
  let body = headEnd
  while (head.at < headEnd) {
    const type = Number(varint(bytes, head))
    const size = sizeOfType(type)
    check(body + size <= bytes.length, 'a row is shorter than its columns')
    values.push(columnOf(bytes, body, type, size))
    body += size
  }
  check(head.at === headEnd && body === bytes.length, 'a row is not as long as its columns')
  return values
}

const fixedSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function sizeOfType(type: number): number {
  check(type !== 10 && type !== 11 && type >= 0, 'a column is of no type')
  return fixedSizes[type] ?? (type - (type % 2 === 0 ? 12 : 13)) / 2
}

function columnOf(bytes: Buffer, at: number, type: number, size: number): Value {
  if (type === 0) return null
  if (type === 7) return bytes.readDoubleBE(at)
  if (type === 8) return 0
  if (type === 9) return 1
  if (type === 6) {
    const value = bytes.readBigInt64BE(at)
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
  if (type < 6) return bytes.readIntBE(at, size)
  const part = bytes.subarray(at, at + size)
  return type % 2 === 0 ? part : utf8.decode(part)
}

/** Up to nine bytes, big end first, seven bits each but the ninth. */
function varint(bytes: Buffer, at: { at: number }): number | bigint {
  let value = 0
  for (let index = 0; index < 8; index++) {
    const byte = bytes.readUInt8(at.at++)
    // Seven of them fit into a double exactly.
    if (index === 7) return long(bytes, at)
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return value
  }
  return value
}

function long(bytes: Buffer, at: { at: number }): bigint {
  at.at -= 8
  let value = 0n
  for (let index = 0; index < 9; index++) {
    const byte = bytes.readUInt8(at.at++)
    if (index === 8) return BigInt.asIntN(64, (value << 8n) | BigInt(byte))
    value = (value << 7n) | BigInt(byte & 0x7f)
    if (byte < 0x80) return value
  }
  return value
}
