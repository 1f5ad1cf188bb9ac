/** What must hold of whatever a connector makes of any bytes. Each check gives words for what is wrong, or null. */
import type { AccountEvent, AccountNormalized } from '../../src/main/exchanges/account-contract.ts'
import type { Normalized } from '../../src/main/exchanges/contract.ts'
import { LevelList } from '../../src/main/exchanges/depth.ts'
import { pushToJson } from '../../src/main/exchanges/mexc/protobuf.ts'
import {
  Balance,
  type BuiltInExchangeId,
  Fill,
  FundingPayment,
  Order,
  Position,
  Transfer,
} from '../../src/shared/domain/index.ts'
import { plainLevels } from '../support/depth.ts'
import { expectations } from './expected/index.ts'
import { exact, type Told, type Values } from './expected/readers.ts'

/** Of two float64 that stand for one decimal: the last bits may differ where digits were too many. */
const tolerance = 2 ** -50
/** Values that a result may hold for each byte of its input, and some of its own. */
const valuesPerByte = 4
const ownValues = 400

const isNear = (got: number, wanted: number): boolean =>
  got === wanted || Math.abs(got - wanted) <= tolerance * Math.abs(wanted)

function isSame(got: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true
  if (Array.isArray(wanted)) {
    return Array.isArray(got) && got.length === wanted.length && wanted.every((one, at) => isSame(got[at], one))
  }
  if (typeof wanted !== 'number') return Object.is(got, wanted)
  // rates are decimal text
  return isNear(typeof got === 'string' ? exact(got) : typeof got === 'number' ? got : Number.NaN, wanted)
}

const problemOf = (values: Values, wanted: Values): string | null => {
  for (const [field, value] of Object.entries(wanted)) {
    if (!isSame(values[field], value))
      return `${field} is ${String(JSON.stringify(values[field])).slice(0, 80)}, the frame says ${String(JSON.stringify(value)).slice(0, 80)}`
  }
  return null
}

interface Accepted {
  readonly kind: Told['kind']
  readonly name: string
  readonly contractSize: number
  readonly values: Values
}

function acceptedOf(result: Normalized): readonly Accepted[] {
  if (result.kind === 'depth') {
    const { instrument, bids, asks, ...more } = result.depth
    const values = { ...more, bids: plainLevels(bids), asks: plainLevels(asks) }
    const { nativeName: name, contractSize } = instrument
    const { quote } = result
    return [
      { kind: 'depth', name, contractSize, values },
      ...(quote ? [{ kind: quote.kind, name: quote.instrument.nativeName, contractSize, values: { ...quote } }] : []),
    ]
  }
  if (result.kind !== 'events') return []
  return result.events.map((event) => {
    if (event.kind === 'funding_rate') return { kind: event.kind, name: '', contractSize: 1, values: { ...event.rate } }
    const { instrument } = event
    return {
      kind: event.kind,
      name: instrument.nativeName,
      contractSize: instrument.contractSize,
      values: { ...event },
    }
  })
}

/** Every number of every event stands in the frame, at the key where it belongs, and the frame fits its schema. */
export function wrongNumber(
  exchange: BuiltInExchangeId,
  feed: string,
  data: Buffer,
  isBinary: boolean,
  result: Normalized,
): string | null {
  const accepted = acceptedOf(result)
  if (accepted.length === 0) return null
  const expected = expectations[exchange].read(feed, data, isBinary)
  if (expected === null) return `${accepted[0]?.kind} of a frame that holds none`
  if (!expected.fitsSchema) return `${accepted[0]?.kind} of a frame that its schema refuses`
  for (const { kind, name, contractSize, values } of accepted) {
    const { exchangeAt } = values
    if (typeof exchangeAt === 'number' && !(exchangeAt > 0)) return `${kind} of ${name}: exchangeAt is ${exchangeAt}`
    // of a funding rate the unified symbol is told, so that its name is not compared
    const candidates = expected.told.filter(
      (told) => told.kind === kind && (kind === 'funding_rate' || told.name === name),
    )
    const problems = candidates.map((told) => problemOf(values, told.values(contractSize)))
    if (problems.includes(null)) continue
    return `${kind} of ${name}: ${problems[0] ?? 'no such thing in the frame'}`
  }
  return null
}

/** A result holds no number that is none, and no more than its input accounts for. */
export function impossibleResult(result: unknown, inputBytes: number): string | null {
  const most = valuesPerByte * inputBytes + ownValues
  let count = 0
  const visit = (value: unknown, path: string): string | null => {
    if (++count > most) return `more than ${most} values of ${inputBytes} bytes`
    if (typeof value === 'number') return Number.isFinite(value) ? null : `${path} is ${value}`
    if (value instanceof LevelList) return visit(plainLevels(value), path)
    if (value instanceof Map) return visit([...value], path)
    if (typeof value !== 'object' || value === null) return null
    for (const [key, member] of Object.entries(value)) {
      const problem = visit(member, `${path}.${key}`)
      if (problem !== null) return problem
    }
    return null
  }
  return visit(result, 'result')
}

const rowSchemas = {
  balance: [Balance, 'balance'],
  order: [Order, 'order'],
  fill: [Fill, 'fill'],
  position: [Position, 'position'],
  transfer: [Transfer, 'transfer'],
  funding_payment: [FundingPayment, 'payment'],
} as const

/** Whether rows of accounts are what the domain says they are. */
export function wrongRow(row: unknown): string | null {
  const value = typeof row === 'object' && row !== null && 'row' in row ? row.row : row
  if (typeof value !== 'object' || value === null || !('account' in value)) return null
  const schema =
    'tradeId' in value
      ? Fill
      : 'filledQuantity' in value
        ? Order
        : 'paymentId' in value
          ? FundingPayment
          : 'transferId' in value
            ? Transfer
            : 'settleAsset' in value
              ? Position
              : 'wallet' in value
                ? Balance
                : null
  if (schema === null) return null
  const parsed = schema.safeParse(value)
  const issue = parsed.error?.issues[0]
  return issue === undefined ? null : `${issue.path.join('.')}: ${issue.message}`
}

export function wrongEvents(result: AccountNormalized): string | null {
  if (result.kind !== 'events') return null
  for (const event of result.events) {
    if (event.kind === 'hint') continue
    const [schema, key] = rowSchemas[event.kind]
    const parsed = schema.safeParse(rowOf(event, key))
    const issue = parsed.error?.issues[0]
    if (issue !== undefined) return `${event.kind}: ${issue.path.join('.')}: ${issue.message}`
  }
  return null
}
const rowOf = (event: AccountEvent, key: string): unknown => Object.getOwnPropertyDescriptor(event, key)?.value

/** Numbers of account rows; the others (leverage, ids) are texts of their own. */
const amounts = [
  'free',
  'locked',
  'total',
  'price',
  'stopPrice',
  'quantity',
  'quoteQuantity',
  'filledQuantity',
  'averagePrice',
  'fee',
  'realisedPnl',
  'entryPrice',
  'markPrice',
  'unrealisedPnl',
  'liquidationPrice',
  'amount',
] as const
const computedTolerance = 1e-9

/** Every number that stands in these texts, whatever its key. */
export function numbersIn(values: readonly unknown[]): readonly number[] {
  const found = new Set<number>([0, 1])
  const visit = (value: unknown): void => {
    const number = exact(value)
    if (!Number.isNaN(number)) found.add(Math.abs(number))
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member)
  }
  values.forEach(visit)
  return [...found]
}

/**
 * Every amount of a row stands in the input, or is made of two that do: the sum, difference, product or quotient (contracts multiplied
 * out, locked of total and free, the average price of an amount). `factors` are the contract sizes.
 */
export function inventedAmount(row: unknown, numbers: readonly number[], factors: readonly number[]): string | null {
  if (typeof row !== 'object' || row === null) return null
  const near = (a: number, b: number): boolean =>
    Math.abs(a - b) <= computedTolerance * Math.max(Math.abs(a), Math.abs(b))
  const direct = new Set(factors.flatMap((factor) => numbers.map((number) => number * factor)))
  for (const field of amounts) {
    const value = Object.getOwnPropertyDescriptor(row, field)?.value
    if (typeof value !== 'string') continue
    const wanted = Math.abs(Number(value))
    if (direct.has(wanted)) continue
    const all = [...direct]
    const isMade = all.some(
      (a) =>
        near(a, wanted) ||
        all.some(
          (b) => near(a + b, wanted) || near(Math.abs(a - b), wanted) || near(a * b, wanted) || near(a / b, wanted),
        ),
    )
    if (!isMade) return `${field} is ${value}, which nothing in the input makes`
  }
  return null
}

export const jsonOf = (data: Buffer, isBinary: boolean): unknown => {
  if (isBinary) return pushToJson(data)
  try {
    return JSON.parse(data.toString())
  } catch {
    // no JSON: it holds no numbers
    return null
  }
}
