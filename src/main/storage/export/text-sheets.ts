/** CSV (RFC 4180) and JSON Lines. docs/exports.md has the rules. */
import { type Batch, type Column, isText, numbersAt, type Sheet, type Sink, textAt, type Values } from './columns.ts'
import { TextBuffer } from './text-buffer.ts'

const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const commaText = latin(',')
const comma = 44
const quote = 34
const newline = 10
/** A spreadsheet takes text that begins so for a formula. Amounts are spared: a minus belongs to them. */
const formula = /^[=+\-@\t\r]/
const needsQuotes = /[",\r\n]/

/** Writes the value of one row, and what stands before it. */
type Cell = (row: number) => void

/** Names in the text formats: a time is two fields, ISO and epoch ms. */
const fieldNames = ({ name, kind }: Column): string[] => (kind === 'time' ? [name, `${name}_ms`] : [name])

abstract class TextSheet implements Sheet {
  protected readonly out: TextBuffer
  protected readonly columns: readonly Column[]
  /** Decimals to try first, by column. */
  protected readonly decimals: Uint8Array

  constructor(sink: Sink, columns: readonly Column[]) {
    this.out = new TextBuffer(sink)
    this.columns = columns
    this.decimals = new Uint8Array(columns.length)
  }

  write({ length, values }: Batch): void {
    const cells = this.columns.map((column, index) => this.cell(column, index, values[index]))
    for (let row = 0; row < length; row++) {
      for (const cell of cells) cell(row)
      this.endRow()
      this.out.endRow()
    }
  }

  end(): void {
    this.out.flush()
  }

  protected abstract cell(column: Column, index: number, values: Values | undefined): Cell
  protected abstract endRow(): void
}

export class CsvSheet extends TextSheet {
  constructor(sink: Sink, columns: readonly Column[]) {
    super(sink, columns)
    this.out.text(`${columns.flatMap(fieldNames).join(',')}\r\n`)
  }

  protected cell(column: Column, index: number, values: Values | undefined): Cell {
    const value = this.value(column, index, values)
    if (index === 0) return value
    return (row) => {
      this.out.byte(comma)
      value(row)
    }
  }

  protected endRow(): void {
    this.out.byte(13)
    this.out.byte(newline)
  }

  private value({ kind }: Column, index: number, values: Values | undefined): Cell {
    const { out, decimals } = this
    if (isText(kind)) {
      const texts = textAt(values)
      const encoded = remembering((text) => csvText(text, kind === 'text'))
      return (row) => {
        const text = texts[row] ?? null
        if (text !== null) out.text(encoded(text))
      }
    }
    const numbers = numbersAt(values)
    switch (kind) {
      case 'time':
        return (row) => {
          const time = numbers[row] ?? Number.NaN
          if (Number.isNaN(time)) out.byte(comma)
          else out.bothTimes(time, commaText)
        }
      case 'boolean':
        return (row) => {
          const flag = numbers[row] ?? Number.NaN
          if (!Number.isNaN(flag)) out.text(flag === 0 ? 'false' : 'true')
        }
      case 'integer':
        return (row) => {
          const value = numbers[row] ?? Number.NaN
          if (!Number.isNaN(value)) out.integer(value)
        }
      default:
        return (row) => {
          const value = numbers[row] ?? Number.NaN
          if (!Number.isNaN(value)) decimals[index] = out.number(value, decimals[index] ?? 0)
        }
    }
  }
}

/** Exchanges, symbols and sides come again and again; long texts do not. */
function remembering(encode: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    if (text.length > 40) return encode(text)
    let result = known.get(text)
    if (result === undefined) {
      result = encode(text)
      if (known.size < 1_000) known.set(text, result)
    }
    return result
  }
}

/** Null is an empty field, so empty text is a quoted one. */
function csvText(text: string, guarded: boolean): string {
  const safe = guarded && formula.test(text) ? `'${text}` : text
  if (safe === '') return '""'
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export class JsonLinesSheet extends TextSheet {
  protected cell({ name, kind }: Column, index: number, values: Values | undefined): Cell {
    const { out, decimals } = this
    const key = latin(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`)
    if (isText(kind)) {
      const texts = textAt(values)
      const encoded = remembering((text) => JSON.stringify(text))
      return (row) => {
        out.copy(key)
        const text = texts[row] ?? null
        out.text(text === null ? 'null' : encoded(text))
      }
    }
    const numbers = numbersAt(values)
    switch (kind) {
      case 'time': {
        const between = latin(`",${JSON.stringify(`${name}_ms`)}:`)
        return (row) => {
          out.copy(key)
          const time = numbers[row] ?? Number.NaN
          if (Number.isNaN(time)) out.text(`null,"${name}_ms":null`)
          else {
            out.byte(quote)
            out.bothTimes(time, between)
          }
        }
      }
      case 'boolean':
        return (row) => {
          out.copy(key)
          const flag = numbers[row] ?? Number.NaN
          out.text(Number.isNaN(flag) ? 'null' : flag === 0 ? 'false' : 'true')
        }
      case 'integer':
        return (row) => {
          out.copy(key)
          const value = numbers[row] ?? Number.NaN
          if (Number.isNaN(value)) out.text('null')
          else out.integer(value)
        }
      default:
        return (row) => {
          out.copy(key)
          const value = numbers[row] ?? Number.NaN
          if (Number.isNaN(value)) {
            out.text('null')
            return
          }
          out.byte(quote)
          decimals[index] = out.number(value, decimals[index] ?? 0)
          out.byte(quote)
        }
    }
  }

  protected endRow(): void {
    this.out.byte(125)
    this.out.byte(newline)
  }
}
