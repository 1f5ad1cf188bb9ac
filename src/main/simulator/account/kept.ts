/**
 * An account of a simulated exchange as a file, so that a demo that starts again finds it as it was left: an exchange does not forget.
 *
 * The file is a SHA-256 digest (32 bytes), then V8's serialisation of a `KeptFile`. It is read back only where it is, byte for byte, what
 * this format wrote; else the account begins anew.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { Amount } from '../../../shared/amount.ts'
import type { EpochMs, ExchangeId } from '../../../shared/domain/index.ts'
import { codeOf, messageOf } from '../../errors.ts'
import { replaceFile } from '../../files.ts'
import { pairOf } from '../symbols.ts'
import type { SimInstrument } from '../venue.ts'
import type { AccountState } from './engine.ts'

/** Raised with every change of what an account's state is made of. */
const format = 1
const digestBytes = 32
/**
 * Of numbers given since the last writing nothing is known after a crash. As many are left out, so that no id comes twice: more than an
 * account gets between two writings.
 */
const numbersLeftOut = 10_000

/** What an account was when it was written. */
export interface KeptAccount {
  readonly savedAt: EpochMs
  /** The pairs that must be listed for it to be restored. */
  readonly symbols: readonly string[]
  /** Throws where a market is not listed. */
  restore(find: (symbol: string) => SimInstrument | undefined): AccountState
}

interface KeptFile {
  readonly format: number
  readonly exchange: ExchangeId
  readonly seed: number
  readonly savedAt: EpochMs
  /** The simulator ended in order right after. */
  readonly isLast: boolean
  readonly symbols: readonly string[]
  /** An AccountState, packed. */
  readonly state: unknown
}

const fileOf = (folder: string, exchange: ExchangeId): string => join(folder, `${exchange}.account`)
const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

export interface KeepOptions {
  readonly folder: string
  readonly exchange: ExchangeId
  readonly seed: number
}

export interface WrittenAccount {
  readonly state: AccountState
  readonly savedAt: EpochMs
  /** Nothing happens in it any more. */
  readonly isLast: boolean
  /** The pairs that are listed. */
  readonly symbols: readonly string[]
}

/** Throws the system's error. */
export function writeAccount({ folder, exchange, seed }: KeepOptions, account: WrittenAccount): void {
  const bases = new Set<string>()
  const state = pack(account.state, bases, new Map())
  const symbols = account.symbols.filter((symbol) => bases.has(pairOf(symbol).base))
  const file: KeptFile = { ...account, format, exchange, seed, symbols, state }
  const bytes = serialize(file)
  mkdirSync(folder, { recursive: true })
  replaceFile(fileOf(folder, exchange), Buffer.concat([digestOf(bytes), bytes]))
}

/** Null where there is none, or none of this seed. Throws where it cannot be read, in one line. */
export function readAccount({ folder, exchange, seed }: KeepOptions): KeptAccount | null {
  const path = fileOf(folder, exchange)
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new Error(`${path} cannot be read: ${messageOf(error)}`)
  }
  const body = bytes.subarray(digestBytes)
  if (!digestOf(body).equals(bytes.subarray(0, digestBytes))) throw new Error(`${path} is damaged`)
  const file: KeptFile = deserialize(body)
  if (file.format !== format) throw new Error(`${path} is of another version of Crossbook`)
  if (file.exchange !== exchange || file.seed !== seed) return null
  const { savedAt, isLast, symbols, state } = file
  return {
    savedAt,
    symbols,
    restore: (find) => {
      const restored = unpack(state, find, new Map()) as AccountState
      return isLast ? restored : withNumbersLeftOut(restored)
    },
  }
}

function withNumbersLeftOut(state: AccountState): AccountState {
  const { count } = state.orders
  count.orders += numbersLeftOut
  count.fills += numbersLeftOut
  count.revisions += numbersLeftOut
  return {
    ...state,
    book: { ...state.book, entries: state.book.entries + numbersLeftOut },
    transfers: { ...state.transfers, made: state.transfers.made + numbersLeftOut },
    payments: state.payments + numbersLeftOut,
  }
}

const isInstrument = (value: object): value is SimInstrument => 'symbol' in value && 'lotSize' in value

/** Amounts and instruments as marks of what they are; whatever is shared stays shared. */
function pack(value: unknown, bases: Set<string>, packed: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = packed.get(value)
  if (known !== undefined) return known
  if (value instanceof Amount) return { $amount: value.toFixed() }
  if (isInstrument(value)) {
    bases.add(value.base)
    const mark = { $instrument: value.symbol }
    packed.set(value, mark)
    return mark
  }
  if (Array.isArray(value)) {
    const list: unknown[] = value.map((one) => pack(one, bases, packed))
    packed.set(value, list)
    return list
  }
  const fields = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, pack(one, bases, packed)]))
  packed.set(value, fields)
  return fields
}

function unpack(
  value: unknown,
  find: (symbol: string) => SimInstrument | undefined,
  unpacked: Map<object, unknown>,
): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = unpacked.get(value)
  if (known !== undefined) return known
  const made = Array.isArray(value) ? value.map((one) => unpack(one, find, unpacked)) : unmarked(value)
  unpacked.set(value, made)
  return made

  function unmarked(from: object): unknown {
    if ('$amount' in from) return new Amount(String(from.$amount))
    if ('$instrument' in from) {
      const symbol = String(from.$instrument)
      const found = find(symbol)
      if (!found) throw new Error(`${symbol} is not listed`)
      return found
    }
    return Object.fromEntries(Object.entries(from).map(([name, one]) => [name, unpack(one, find, unpacked)]))
  }
}
