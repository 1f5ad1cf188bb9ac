/** Depth as exchanges write it, levels of decimal text, to `depth.ts`: every number checked, contracts multiplied out. */
import type { z } from 'zod'
import { multiplyDecimal, parseDecimal, type Scale, scaleOf } from '../../shared/decimal.ts'
import type { EpochMs, Instrument } from '../../shared/domain/index.ts'
import type { Parsed } from '../net/rest.ts'
import type { Normalized } from './contract.ts'
import { type DepthSnapshot, type DepthUpdate, LevelList } from './depth.ts'
import { bad, checked, good } from './rows.ts'

/** What stands behind price and quantity (a count of orders, say) is not read. */
export type TextLevel = readonly [price: string, quantity: string, ...rest: unknown[]]

interface TextSides {
  readonly bids: readonly TextLevel[]
  readonly asks: readonly TextLevel[]
}

/** A depth message in the exchange's numbers: quantities may count contracts, ids may be no ids. */
export type TextDepth = Omit<DepthUpdate, keyof TextSides> & TextSides
export type TextSnapshot = Omit<DepthSnapshot, keyof TextSides> & TextSides

interface Wrong {
  readonly field: string
  readonly value: unknown
  readonly why: string
}

/**
 * Of one connection: all its messages share two lists of levels, so that each holds until the next one is read.
 *
 * Out     one depth
 * Rejects value: an id that is no safe integer, first after last, a time that is none, a price that is not above 0, a negative
 *         quantity. The message is lost then, and the next one tells the book so by its ids
 */
export function createDepthReader(): (told: TextDepth) => Normalized {
  const bids = new LevelList()
  const asks = new LevelList()
  return (told) => {
    const wrong = wrongIds(told) ?? fill(told, bids, asks, told.instrument)
    if (wrong === null) return { kind: 'depth', depth: { ...told, bids, asks } }
    const { field, value, why } = wrong
    const shown = String(JSON.stringify(value)).slice(0, 80)
    return {
      kind: 'rejected',
      reason: 'value',
      detail: `${told.instrument.nativeName} depth: ${field}: ${shown}: ${why}`,
    }
  }
}

/** A whole book of `instrument` by REST; a field that is wrong is named with what stood there. */
export function readSnapshot<S extends z.ZodType>(
  schema: S,
  body: unknown,
  instrument: Instrument,
  read: (reply: z.output<S>) => TextSnapshot,
): Parsed<DepthSnapshot> {
  const reading = checked(schema, body, (reply) => {
    const told = read(reply)
    const bids = new LevelList()
    const asks = new LevelList()
    const wrong = wrongId('last id', told.lastId) ?? wrongTime(told.exchangeAt) ?? fill(told, bids, asks, instrument)
    return wrong === null ? good({ ...told, bids, asks }) : bad(wrong.field, wrong.value, wrong.why)
  })
  if (reading.kind === 'row') return { ok: true, value: reading.value }
  return { ok: false, problem: `depth: ${reading.kind === 'bad' ? reading.problem : 'unreadable'}` }
}

function wrongIds({ firstId, lastId, previousId, exchangeAt }: TextDepth): Wrong | null {
  const wrong = wrongId('first id', firstId) ?? wrongId('last id', lastId) ?? wrongTime(exchangeAt)
  if (wrong !== null) return wrong
  if (firstId > lastId) return { field: 'first id', value: firstId, why: `after the last, ${lastId}` }
  // below 0 it is no id, and so follows on nothing
  return previousId === null || Number.isSafeInteger(previousId)
    ? null
    : { field: 'previous id', value: previousId, why: 'no safe integer' }
}

const wrongId = (field: string, value: number): Wrong | null =>
  Number.isSafeInteger(value) && value >= 0 ? null : { field, value, why: 'no safe integer of 0 or more' }

const wrongTime = (value: EpochMs | null): Wrong | null =>
  value === null || (value > 0 && value < Number.POSITIVE_INFINITY) ? null : { field: 'time', value, why: 'no time' }

function fill(told: TextSides, bids: LevelList, asks: LevelList, { contractSize }: Instrument): Wrong | null {
  const scale = scaleOf(contractSize)
  return fillSide('bids', told.bids, bids, scale) ?? fillSide('asks', told.asks, asks, scale)
}

function fillSide(side: string, rows: readonly TextLevel[], list: LevelList, scale: Scale): Wrong | null {
  list.clear()
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]
    const price = row === undefined ? Number.NaN : parseDecimal(row[0])
    const quantity = row === undefined ? Number.NaN : multiplyDecimal(row[1], scale)
    // a NaN passes no comparison
    if (!(price > 0) || !(quantity >= 0))
      return { field: `${side}.${at}`, value: row, why: 'no price above 0 with a quantity of 0 or more' }
    list.push(price, quantity)
  }
  return null
}
