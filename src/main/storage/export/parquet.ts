/**
 * Parquet: one row group per 61,440 rows (a multiple of the 2,048 that DuckDB works in), fewer where text is long;
 * zstd. docs/exports.md has the types and why.
 */
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import { zstd } from '../cold/zstd.ts'
import { type Batch, type Column, isText, numbersAt, type Sheet, type Sink, textAt } from './columns.ts'

const groupRows = 61_440
/** Of text waiting for its row group, characters. */
const groupCharacters = 16 * 1024 * 1024

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** Digits of amounts in all and after the point: all that 128 bits hold, split so that tokens of 18 decimals fit. */
const decimalPrecision = 38
const decimalScale = 18
const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?$/

/** An amount times 10^18; null where it is no plain decimal or does not fit DECIMAL(38, 18). */
function scaledDecimal(text: string): bigint | null {
  const [, sign = '', whole = '', fraction = ''] = decimalText.exec(text) ?? []
  const significant = fraction.replace(/0+$/, '')
  const integer = whole.replace(/^0+/, '')
  if (whole === '' && fraction === '') return null
  if (significant.length > decimalScale || integer.length > decimalPrecision - decimalScale) return null
  const scaled = BigInt(`${integer}${significant.padEnd(decimalScale, '0')}`)
  return sign === '-' ? -scaled : scaled
}

/** An amount that DECIMAL cannot hold: the file is to be written anew with this column as text. */
export class DecimalMisfit extends Error {
  readonly column: string

  constructor(name: string, value: string) {
    super(`${name} "${value}" does not fit DECIMAL(${decimalPrecision}, ${decimalScale})`)
    this.name = 'DecimalMisfit'
    this.column = name
  }
}

function schemaElement({ name, kind, isNullable }: Column, asText: ReadonlySet<string>): SchemaElement {
  const repetition = { name, repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED' } as const
  const text = { ...repetition, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
  switch (kind) {
    case 'time':
      return {
        ...repetition,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      }
    case 'number':
      return { ...repetition, type: 'DOUBLE' }
    case 'integer':
      return { ...repetition, type: 'INT64' }
    case 'boolean':
      return { ...repetition, type: 'BOOLEAN' }
    case 'amount':
      if (asText.has(name)) return text
      return {
        ...repetition,
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: 16,
        converted_type: 'DECIMAL',
        precision: decimalPrecision,
        scale: decimalScale,
      }
    case 'text':
      return text
  }
}

type Waiting = { readonly numbers: Float64Array } | { readonly text: (string | null)[] }

/** `asText`: amounts to be written as STRING. `write` throws a DecimalMisfit for another amount that DECIMAL cannot hold. */
export class ParquetSheet implements Sheet {
  private readonly sink: Sink
  private readonly columns: readonly Column[]
  private readonly asText: ReadonlySet<string>
  private readonly bytes = new ByteWriter(1 << 20)
  private readonly writer: ParquetWriter
  private readonly waiting: readonly Waiting[]
  private rows = 0
  private characters = 0

  constructor(sink: Sink, columns: readonly Column[], asText: ReadonlySet<string>) {
    this.sink = sink
    this.columns = columns
    this.asText = asText
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: [
        { name: 'crossbook', num_children: columns.length },
        ...columns.map((column) => schemaElement(column, asText)),
      ],
      codec: 'ZSTD',
      compressors: { ZSTD: (content) => zstd.compress(content) },
      createdBy: 'crossbook',
    })
    this.waiting = columns.map(({ kind }) => (isText(kind) ? { text: [] } : { numbers: new Float64Array(groupRows) }))
  }

  write(batch: Batch): void {
    for (let from = 0; from < batch.length; ) {
      const count = Math.min(batch.length - from, groupRows - this.rows)
      this.take(batch, from, count)
      from += count
      this.rows += count
      if (this.rows === groupRows || this.characters >= groupCharacters) this.writeGroup()
    }
  }

  end(metadata: ReadonlyMap<string, string>): void {
    this.writeGroup()
    this.writer.kvMetadata = [...metadata].map(([key, value]) => ({ key, value }))
    // Without a `flush` the library works synchronously.
    void this.writer.finish()
    this.handOn()
  }

  private take(batch: Batch, from: number, count: number): void {
    this.columns.forEach((_, index) => {
      const waiting = this.waiting[index]
      if (waiting === undefined) return
      if ('numbers' in waiting) {
        waiting.numbers.set(numbersAt(batch.values[index]).subarray(from, from + count), this.rows)
        return
      }
      const text = textAt(batch.values[index])
      for (let row = from; row < from + count; row++) {
        const value = text[row] ?? null
        waiting.text.push(value)
        // Short words are the same strings again and again.
        if (value !== null && value.length > 40) this.characters += value.length
      }
    })
  }

  private writeGroup(): void {
    if (this.rows === 0) return
    const columnData = this.columns.map((column, index) => this.source(column, this.waiting[index]))
    void this.writer.write({ columnData, rowGroupSize: this.rows })
    for (const waiting of this.waiting) if ('text' in waiting) waiting.text.length = 0
    this.rows = 0
    this.characters = 0
    this.handOn()
  }

  private source({ name, kind, isNullable }: Column, waiting: Waiting | undefined): ColumnSource {
    if (waiting === undefined) throw new TypeError(`no values of ${name}`)
    if ('text' in waiting) {
      if (kind === 'text' || this.asText.has(name)) return { name, data: waiting.text }
      const scaled = waiting.text.map((value) => {
        if (value === null) return null
        const decimal = scaledDecimal(value)
        if (decimal === null) throw new DecimalMisfit(name, value)
        return decimal
      })
      return { name, data: scaled, encoding: 'PLAIN' }
    }
    const numbers = waiting.numbers.subarray(0, this.rows)
    if (kind === 'boolean') {
      return { name, data: Array.from(numbers, (value) => (Number.isNaN(value) ? null : value !== 0)) }
    }
    // Of market numbers hardly any two are the same, so looking for a dictionary is lost time.
    // Nor does anybody look for a price in a file: the bounds that let a reader skip row groups are kept of times and texts.
    const encoding =
      kind === 'number' || kind === 'integer' ? { encoding: 'PLAIN' as const, statistics: kind !== 'number' } : {}
    const absent = isNullable && numbers.includes(Number.NaN)
    const convert = kind === 'integer' ? (value: number): number | bigint => BigInt(value) : (value: number) => value
    if (absent) {
      return { name, data: Array.from(numbers, (v) => (Number.isNaN(v) ? null : convert(v))), ...encoding }
    }
    return { name, data: kind === 'integer' ? Array.from(numbers, convert) : numbers, ...encoding }
  }

  private handOn(): void {
    this.sink.write(this.bytes.getBytes())
    this.bytes.index = 0
  }
}
