import { describe, expect, it } from 'vitest'
import { type Column, nextSort, sortRows, tableCsv } from '../../../src/renderer/ui/table.ts'

interface Row {
  readonly name: string
  readonly amount: string | null
}
const columns: readonly Column<Row>[] = [
  {
    id: 'name',
    title: 'Name',
    width: '1fr',
    cell: ({ name }) => name,
    sortValue: ({ name }) => name,
    csv: ({ name }) => name,
  },
  {
    id: 'amount',
    title: 'Amount',
    width: '1fr',
    isNumber: true,
    cell: ({ amount }) => amount,
    sortAmount: ({ amount }) => amount,
    csv: ({ amount }) => amount,
    csvTitle: 'amount_USDT',
  },
  { id: 'mark', title: '', width: '1fr', cell: () => null },
]
const rows: readonly Row[] = [
  { name: 'b', amount: '9' },
  { name: 'a10', amount: null },
  { name: 'a9', amount: '10.00000000000000000001' },
  { name: 'c', amount: '10' },
]
const namesBy = (by: string, descending: boolean) => sortRows(rows, columns, { by, descending }).map(({ name }) => name)

describe('a table of plain rows', () => {
  it('sorts decimal text as numbers, exactly, with absent last in either direction', () => {
    expect(namesBy('amount', false)).toEqual(['b', 'c', 'a9', 'a10'])
    expect(namesBy('amount', true)).toEqual(['a9', 'c', 'b', 'a10'])
  })

  it('sorts text as people count', () => expect(namesBy('name', false)).toEqual(['a9', 'a10', 'b', 'c']))

  it('leaves the order alone for a column that does not sort, or is not there', () => {
    expect([namesBy('mark', true), namesBy('gone', true)]).toEqual([
      rows.map(({ name }) => name),
      rows.map(({ name }) => name),
    ])
  })

  it('sorts numbers from the greatest first, and turns on a second click', () => {
    const [name, amount] = columns
    if (!name || !amount) throw new Error('no columns')
    const first = nextSort({ by: 'name', descending: false }, amount)
    expect([first, nextSort(first, amount), nextSort(first, name)]).toEqual([
      { by: 'amount', descending: true },
      { by: 'amount', descending: false },
      { by: 'name', descending: false },
    ])
  })

  it('writes the columns that have text into a file', () => {
    expect(tableCsv(columns, rows.slice(0, 2))).toBe('name,amount_USDT\r\nb,9\r\na10,\r\n')
  })
})
