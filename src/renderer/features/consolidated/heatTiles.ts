/** The past of order books in tiles, read as they come into sight and kept while there is room. Knows the contract and no canvas. */
import type { CrossbookApi } from '../../../shared/contract.ts'
import type { DepthHistoryColumns } from '../../../shared/depth-history.ts'

/** Columns of one tile. */
export const tileColumns = 180
/** Resolutions, as multiples of the time between two samples. */
export const resolutions = [1, 4, 12, 60] as const
/** Tiles kept; the one that was not drawn for longest goes first: at 180 columns of some 200 rows, 100 kB each. */
const mostTiles = 96
/** A tile is whole when so many samples passed since its end: the newest are still on their way. */
const settledSamples = 3
/** A read that failed is tried again after this. */
const retryMs = 5_000

export interface Tile {
  readonly from: number
  readonly columnMs: number
  /** null: not read yet. */
  columns: DepthHistoryColumns | null
  /** Grows with every reading. */
  version: number
  /** In words, why it could not be read; null: it could, or is being. */
  problem: string | null
}

interface Entry extends Tile {
  isReading: boolean
  isWhole: boolean
  readAt: number
}

export class HeatTiles {
  private readonly api: CrossbookApi
  private readonly instruments: readonly string[]
  private readonly sampleMs: number
  private readonly onChange: () => void
  /** The one that was asked for last stands last. */
  private readonly tiles = new Map<string, Entry>()
  private isClosed = false

  constructor(api: CrossbookApi, instruments: readonly string[], sampleMs: number, onChange: () => void) {
    this.api = api
    this.instruments = instruments
    this.sampleMs = sampleMs
    this.onChange = onChange
  }

  /** Those that cover a range, ascending; missing ones are read, and those that grow are read anew with each sample. */
  within(from: number, to: number, columnMs: number, now: number): readonly Tile[] {
    const spanMs = columnMs * tileColumns
    const found: Tile[] = []
    for (let at = Math.floor(from / spanMs) * spanMs; at < Math.min(to, now); at += spanMs) {
      const key = `${columnMs} ${at}`
      const tile = this.tiles.get(key) ?? this.begin(at, columnMs)
      this.tiles.delete(key)
      this.tiles.set(key, tile)
      const isDue = tile.columns === null && tile.problem === null ? true : now - tile.readAt >= this.pauseMs(tile)
      if (!tile.isWhole && !tile.isReading && isDue) void this.read(tile, now)
      found.push(tile)
    }
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= mostTiles) break
      if (!tile.isReading) this.tiles.delete(key)
    }
    return found
  }

  close(): void {
    this.isClosed = true
  }

  private pauseMs({ problem }: Entry): number {
    return problem === null ? this.sampleMs : retryMs
  }

  private begin(from: number, columnMs: number): Entry {
    return { from, columnMs, columns: null, version: 0, problem: null, isReading: false, isWhole: false, readAt: 0 }
  }

  private async read(tile: Entry, now: number): Promise<void> {
    const { from, columnMs } = tile
    tile.isReading = true
    tile.readAt = now
    const reply = await this.api.call('depth.columns', {
      instruments: [...this.instruments],
      ...{ from, columns: tileColumns, columnMs },
    })
    if (this.isClosed) return
    tile.isReading = false
    tile.version++
    tile.problem = reply.ok ? null : reply.message
    if (reply.ok) {
      tile.columns = reply.value
      tile.isWhole = from + tileColumns * columnMs + settledSamples * this.sampleMs < now
    }
    this.onChange()
  }
}

/** The finest resolution whose columns are no narrower than `leastPixels`. */
export const columnMsFor = (msPerPixel: number, sampleMs: number, leastPixels = 1.5): number => {
  const fitting = resolutions.find((multiple) => multiple * sampleMs >= msPerPixel * leastPixels)
  return (fitting ?? resolutions[resolutions.length - 1] ?? 1) * sampleMs
}
