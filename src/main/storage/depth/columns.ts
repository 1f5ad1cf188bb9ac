/** Blocks of several books put together into the columns that a heatmap draws. Pure. */
import { outliersOf } from '../../../shared/consolidated-prices.ts'
import { codeOfSize, type DepthHistoryColumns, type DepthSegment } from '../../../shared/depth-history.ts'
import type { DepthBlock, DepthQuestion } from '../depth-contract.ts'
import { sizeOfCoarse } from './sizes.ts'

/** Rows of one segment; what lies above (a price that moved by half in a few hours) is not shown. */
const mostRows = 8_192

interface Sample {
  readonly block: DepthBlock
  readonly place: number
}

/** What one instrument has of one column: its samples in order of time. */
type Samples = Sample[]

/**
 * Of each book the mean of its samples in a column, then the sum over the books. A book whose middle price lies too far from the others'
 * (consolidated-prices.ts) is not added, and counted. Where the size of buckets changes within a column the earlier one holds. Of blocks of
 * one book that overlap, which a clock that was set back leaves, the one that begins first holds: the means of two hours are those of none.
 */
export function depthColumns(
  question: Omit<DepthQuestion, 'open'>,
  blocks: readonly DepthBlock[],
): Omit<DepthHistoryColumns, 'unreadable'> {
  const { from, columnMs, columns, instrumentIds } = question
  const sizeOfColumn = new Float64Array(columns).fill(Number.NaN)
  const samples = instrumentIds.map(() => Array.from({ length: columns }, (): Samples => []))
  const inOrder = [...blocks].sort((a, b) => a.fromTime - b.fromTime)
  /** By instrument: up to when its samples are told. */
  const toldUntil = new Float64Array(instrumentIds.length).fill(Number.NEGATIVE_INFINITY)
  for (const block of inOrder) {
    const index = instrumentIds.indexOf(block.instrumentId)
    const own = samples[index]
    if (own === undefined) continue
    block.live.forEach((one, place) => {
      const at = block.fromTime + place * block.columnMs
      if (one !== 1 || at < (toldUntil[index] as number)) return
      const column = Math.floor((at - from) / columnMs)
      const into = own[column]
      if (into === undefined) return
      if (Number.isNaN(sizeOfColumn[column])) sizeOfColumn[column] = block.bucketSize
      if (sizeOfColumn[column] !== block.bucketSize) return
      into.push({ block, place })
      toldUntil[index] = at + block.columnMs
    })
  }
  const live = new Uint8Array(columns)
  const setAside = new Uint8Array(columns)
  const bestBid = new Float64Array(columns).fill(Number.NaN)
  const bestAsk = new Float64Array(columns).fill(Number.NaN)
  for (let column = 0; column < columns; column++) {
    const firsts = samples.map((own) => own[column]?.[0])
    const isOutlier = outliersOf(firsts.map((first) => (first === undefined ? Number.NaN : middleOf(first))))
    firsts.forEach((first, i) => {
      if (first === undefined) return
      if (isOutlier[i] === true) {
        setAside[column] = (setAside[column] ?? 0) + 1
        samples[i]?.[column]?.splice(0)
        return
      }
      live[column] = (live[column] ?? 0) + 1
      const bid = first.block.bestBid[first.place] ?? Number.NaN
      const ask = first.block.bestAsk[first.place] ?? Number.NaN
      bestBid[column] = Number.isNaN(bestBid[column]) ? bid : Math.max(bid, bestBid[column] ?? bid)
      bestAsk[column] = Number.isNaN(bestAsk[column]) ? ask : Math.min(ask, bestAsk[column] ?? ask)
    })
  }
  const segments = segmentsOf(sizeOfColumn, live, samples)
  const last = segments.at(-1)
  const cells = last === undefined ? 0 : last.offset + last.columns * last.rows
  const sizes = new Uint8Array(cells * 2)
  const known = new Uint8Array(cells)
  for (const segment of segments) fill(segment, samples, sizes, known)
  return { from, columnMs, segments: [...segments], sizes, known, live, setAside, bestBid, bestAsk }
}

const middleOf = ({ block, place }: Sample): number =>
  ((block.bestBid[place] ?? Number.NaN) + (block.bestAsk[place] ?? Number.NaN)) / 2

function segmentsOf(
  sizeOfColumn: Float64Array,
  live: Uint8Array,
  samples: readonly (readonly Samples[])[],
): readonly DepthSegment[] {
  const segments: DepthSegment[] = []
  let offset = 0
  for (let column = 0; column < live.length; ) {
    if (live[column] === 0) {
      column++
      continue
    }
    const bucketSize = sizeOfColumn[column] ?? Number.NaN
    const firstColumn = column
    let low = Number.POSITIVE_INFINITY
    let end = Number.NEGATIVE_INFINITY
    for (; column < live.length && live[column] !== 0 && sizeOfColumn[column] === bucketSize; column++) {
      for (const own of samples) {
        for (const { block, place } of own[column] ?? []) {
          low = Math.min(low, block.low[place] ?? 0)
          end = Math.max(end, (block.low[place] ?? 0) + (block.known[place] ?? 0))
        }
      }
    }
    const rows = Math.max(0, Math.min(mostRows, end - low))
    const columns = column - firstColumn
    segments.push({ firstColumn, columns, bucketSize, lowBucket: rows === 0 ? 0 : low, rows, offset })
    offset += columns * rows
  }
  return segments
}

function fill(
  segment: DepthSegment,
  samples: readonly (readonly Samples[])[],
  sizes: Uint8Array,
  known: Uint8Array,
): void {
  const { firstColumn, columns, rows, lowBucket, offset } = segment
  const total = new Float64Array(rows)
  const ofBook = new Float64Array(rows)
  const counted = new Uint32Array(rows)
  for (let i = 0; i < columns; i++) {
    const start = offset + i * rows
    total.fill(0)
    for (const own of samples) {
      const taken = own[firstColumn + i] ?? []
      if (taken.length === 0) continue
      ofBook.fill(0)
      counted.fill(0)
      for (const { block, place } of taken) add(block, place, lowBucket, ofBook, counted)
      for (let row = 0; row < rows; row++) {
        const count = counted[row] as number
        if (count === 0) continue
        total[row] = (total[row] as number) + (ofBook[row] as number) / count
        known[start + row] = (known[start + row] as number) + 1
      }
    }
    for (let row = 0; row < rows; row++) {
      const code = codeOfSize(total[row] as number)
      sizes[(start + row) * 2] = code & 255
      sizes[(start + row) * 2 + 1] = code >> 8
    }
  }
}

function add(block: DepthBlock, place: number, lowBucket: number, sums: Float64Array, counted: Uint32Array): void {
  const shift = (block.low[place] ?? 0) - lowBucket
  const first = place * block.height
  const end = Math.min(block.known[place] ?? 0, sums.length - shift)
  for (let cell = 0; cell < end; cell++) {
    const row = cell + shift
    sums[row] = (sums[row] as number) + (sizeOfCoarse[block.codes[first + cell] as number] as number)
    counted[row] = (counted[row] as number) + 1
  }
}
