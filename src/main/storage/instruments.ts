import type { Database } from 'better-sqlite3'
import { Instrument, instrumentKey } from '../../shared/domain/index.ts'
import { StorageError } from './error.ts'
import { MultiRowInsert } from './multi-row.ts'

const columns = [
  'id',
  'exchange',
  'symbol',
  'kind',
  'base',
  'quote',
  'native_name',
  'tick_size',
  'lot_size',
  'minimum_quantity',
  'minimum_notional',
  'contract_size',
  'status',
] as const

const list = columns.join(', ')
const prefixed = (prefix: string) => columns.map((column) => `${prefix}.${column}`).join(', ')

/** Saves instruments by id in one transaction; returns the rows inserted or changed. */
export function createInstrumentWriter(database: Database): (instruments: readonly Instrument[]) => number {
  const insert = new MultiRowInsert(
    database,
    `INSERT INTO instruments (${list})`,
    columns.length,
    `ON CONFLICT (id) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
     WHERE (${prefixed('instruments')}) IS NOT (${prefixed('excluded')})`,
  )
  return database.transaction((instruments: readonly Instrument[]) =>
    insert.run(instruments.length, (values, at, row) => {
      const instrument = instruments[row]
      if (instrument === undefined) return
      values[at] = instrument.id
      values[at + 1] = instrument.exchange
      values[at + 2] = instrument.symbol
      values[at + 3] = instrument.kind
      values[at + 4] = instrument.base
      values[at + 5] = instrument.quote
      values[at + 6] = instrument.nativeName
      values[at + 7] = instrument.tickSize
      values[at + 8] = instrument.lotSize
      values[at + 9] = instrument.minimumQuantity
      values[at + 10] = instrument.minimumNotional
      values[at + 11] = instrument.contractSize
      values[at + 12] = instrument.status
    }),
  ).immediate
}

const StoredInstrument = Instrument.omit({ key: true })

/**
 * Every instrument, by id. Throws a StorageError where one is not understood: passing it over would let its id be given away
 * again, and its recorded rows would then show under another name.
 */
export function createInstrumentReader(database: Database): () => readonly Instrument[] {
  const all = database.prepare(
    `SELECT id, exchange, symbol, kind, base, quote, native_name AS nativeName, tick_size AS tickSize, lot_size AS lotSize,
            minimum_quantity AS minimumQuantity, minimum_notional AS minimumNotional, contract_size AS contractSize, status
     FROM instruments ORDER BY id`,
  )
  return () =>
    all.all().map((row) => {
      const stored = StoredInstrument.safeParse(row)
      if (!stored.success) throw new StorageError('newer', unknownInstrument(row))
      return { ...stored.data, key: instrumentKey(stored.data.exchange, stored.data.symbol) }
    })
}

const unknownInstrument = (row: unknown): string =>
  `the database holds an instrument that this Crossbook does not understand (${JSON.stringify(row)}): ` +
  'install the Crossbook that wrote it, or use another folder (--data)'
