/** Rows of depth_chunks. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { DepthBlock } from '../depth-contract.ts'
import { StorageError } from '../error.ts'
import type { Handlers } from '../jobs.ts'
import { decodeDepth, depthFormat, encodeDepth, type StoredDepth } from './chunk.ts'
import { depthColumns } from './columns.ts'
import type { DepthReadJobs } from './jobs.ts'

/** Returns the rows inserted or changed. */
export function createDepthWriter(database: Database): (block: DepthBlock) => number {
  const insert = database.prepare<[StoredDepth & { readonly toTime: EpochMs }]>(
    // After a clock was set back a block begins where one is stored already, and may end sooner.
    `INSERT INTO depth_chunks (instrument_id, from_time, to_time, column_ms, column_count, bucket_size, format, data)
     VALUES (@instrumentId, @fromTime, @toTime, @columnMs, @columnCount, @bucketSize, @format, @data)
     ON CONFLICT (instrument_id, from_time) DO UPDATE SET to_time = excluded.to_time, column_ms = excluded.column_ms,
       column_count = excluded.column_count, bucket_size = excluded.bucket_size, format = excluded.format, data = excluded.data
     WHERE excluded.to_time >= to_time`,
  )
  return (block) => {
    const { instrumentId, fromTime, columnMs, bucketSize, live } = block
    const columnCount = live.length
    const toTime = fromTime + columnCount * columnMs
    const data = encodeDepth(block)
    const stored = { instrumentId, fromTime, columnMs, columnCount, bucketSize, format: depthFormat, data }
    return insert.run({ ...stored, toTime }).changes
  }
}

export function createDepthReader(database: Database): Handlers<DepthReadJobs> {
  const overlapping = database.prepare<{ ids: string; from: EpochMs; to: EpochMs }, StoredDepth>(
    `SELECT instrument_id AS instrumentId, from_time AS fromTime, column_ms AS columnMs, column_count AS columnCount,
            bucket_size AS bucketSize, format, data
     FROM json_each(@ids) wanted JOIN depth_chunks c ON c.instrument_id = wanted.value
     WHERE from_time < @to AND to_time > @from`,
  )
  const oldest = database.prepare<[], EpochMs | null>('SELECT min(from_time) FROM depth_chunks').pluck()

  return {
    depthColumns: (question) => {
      const { instrumentIds, from, columns, columnMs, open } = question
      const blocks: DepthBlock[] = []
      const stored = new Set<string>()
      let unreadable = 0
      for (const chunk of overlapping.iterate({
        ids: JSON.stringify(instrumentIds),
        from,
        to: from + columns * columnMs,
      })) {
        const block = readable(chunk)
        if (block === null) {
          unreadable++
          continue
        }
        blocks.push(block)
        stored.add(nameOf(block))
      }
      // A block may be stored by now and still be told as open.
      const all = [...blocks, ...open.filter((block) => !stored.has(nameOf(block)))]
      return { ...depthColumns(question, all), unreadable }
    },
    oldestDepth: () => oldest.get() ?? null,
  }
}

const nameOf = ({ instrumentId, fromTime }: Pick<DepthBlock, 'instrumentId' | 'fromTime'>): string =>
  `${instrumentId} ${fromTime}`

/** null: it is damaged or of a newer form, which the reply counts. */
function readable(chunk: StoredDepth): DepthBlock | null {
  try {
    return decodeDepth(chunk)
  } catch (error) {
    if (error instanceof StorageError) return null
    throw error
  }
}
