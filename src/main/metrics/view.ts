import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readDisk } from '../disk.ts'
import type { BucketCounts } from '../net/buckets.ts'
import type { Happenings } from './happenings.ts'
import type { ProcessGauge, ProcessReading } from './process.ts'
import type { MetricsSource } from './source.ts'

/** The database's files and their disk, bytes; null where one could not be measured. */
export interface Files {
  readonly databaseBytes: number | null
  readonly walBytes: number | null
  readonly freeBytes: number | null
  readonly diskBytes: number | null
}

/** Everything a scrape shows, read once, so that its numbers belong together. */
export interface View {
  readonly version: string
  readonly door: string
  readonly mode: string
  readonly startedAt: number
  readonly now: number
  readonly connections: ReturnType<MetricsSource['connections']>
  readonly sessions: ReturnType<MetricsSource['sessions']>
  readonly books: ReturnType<MetricsSource['books']>
  readonly accounts: ReturnType<MetricsSource['accounts']>
  readonly recorder: ReturnType<MetricsSource['recorder']>
  readonly storage: ReturnType<MetricsSource['storage']>
  readonly market: ReturnType<MetricsSource['market']>
  readonly clients: ReturnType<MetricsSource['clients']>
  readonly redis: ReturnType<MetricsSource['redis']>
  readonly api: ReturnType<MetricsSource['api']>
  readonly files: Files
  readonly process: ProcessReading
  readonly happenings: Happenings
  /** ms */
  readonly toScreen: BucketCounts
}

export async function takeView(
  source: MetricsSource,
  process: ProcessGauge,
  happenings: Happenings,
  toScreen: BucketCounts,
): Promise<View> {
  const files = await measureFiles(source.databaseFile())
  return {
    version: source.version,
    door: source.door,
    mode: source.mode(),
    startedAt: source.startedAt,
    now: Date.now(),
    connections: source.connections(),
    sessions: source.sessions(),
    books: source.books(),
    accounts: source.accounts(),
    recorder: source.recorder(),
    storage: source.storage(),
    market: source.market(),
    clients: source.clients(),
    redis: source.redis(),
    api: source.api(),
    files,
    process: process.read(),
    happenings,
    toScreen,
  }
}

async function measureFiles(file: string | null): Promise<Files> {
  if (file === null) return { databaseBytes: null, walBytes: null, freeBytes: null, diskBytes: null }
  // What cannot be measured is left out of the scrape: an absent number says so, and the rest is still told.
  const unknown = () => null
  const [database, wal, disk] = await Promise.all([
    stat(file).catch(unknown),
    stat(`${file}-wal`).catch(unknown),
    readDisk(dirname(file)).catch(unknown),
  ])
  return {
    databaseBytes: database?.size ?? null,
    // Without one the database is at rest.
    walBytes: database === null ? null : (wal?.size ?? 0),
    freeBytes: disk?.freeBytes ?? null,
    diskBytes: disk?.totalBytes ?? null,
  }
}
