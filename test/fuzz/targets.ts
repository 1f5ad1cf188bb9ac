/** What a case is put to: the connector's own reader of that feed, stream or reply, and what must hold of its result. */
import type { AccountConnector, Ask } from '../../src/main/exchanges/account-contract.ts'
import type { InstrumentLookup } from '../../src/main/exchanges/contract.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { parseExactJson } from '../../src/main/net/exact-json.ts'
import type { RestCall, RestResult } from '../../src/main/net/rest.ts'
import { type BuiltInExchangeId, exchangeIds, type Instrument } from '../../src/shared/domain/index.ts'
import { impossibleResult, inventedAmount, jsonOf, numbersIn, wrongEvents, wrongNumber, wrongRow } from './checks.ts'
import { askedAt, documentedPath, type Frame, lookupFor, type Source } from './corpus.ts'
import { expectations } from './expected/index.ts'
import { type AccountAsk, accountAsks, publicCalls } from './rest-calls.ts'
import { samples } from './samples.ts'

/** Exchanges page and retry: a case asks no more often than this. */
const mostAsks = 12

/** Words for what is wrong with the result of a frame; null: nothing. Throws where the reader does. */
export type Target = (frame: Frame, choice: number) => string | null | Promise<string | null>

interface Exchange {
  readonly id: BuiltInExchangeId
  /** What samples tell lies around it. */
  readonly receivedAt: number
  readonly lookup: InstrumentLookup
  readonly instruments: readonly Instrument[]
  readonly contractSizes: readonly number[]
  account(): AccountConnector
}

function exchangeOf(id: BuiltInExchangeId, corpus: readonly Source[]): Exchange {
  const lookup = lookupFor(id, corpus)
  const all = [...lookup.spot.values(), ...lookup.perpetual.values()]
  const options = {
    account: `${id}-main`,
    credentials: { key: 'key', secret: 'c2VjcmV0', passphrase: 'words' },
    lookup,
  }
  return {
    id,
    receivedAt: askedAt(id),
    lookup,
    instruments: all.filter(({ nativeName }) => samples[id].usual.includes(nativeName)),
    contractSizes: [...new Set(all.map(({ contractSize }) => contractSize))],
    account: () => connectors[id].account.create(options),
  }
}

const first = (...problems: readonly (() => string | null)[]): string | null => {
  for (const problem of problems) {
    const found = problem()
    if (found !== null) return found
  }
  return null
}

/**
 * A fresh normalizer for each case, so that a case says all; and one that sees every case, as a long connection does. Both are told first
 * what a frame of the exchange cannot be read without.
 */
function publicTarget({ id, receivedAt, lookup }: Exchange, feed: string, accepted: Set<string>): Target {
  const create = () => connectors[id].createNormalizer(feed, lookup)
  const lasting = create()
  return ({ data, isBinary }) => {
    const normalize = create()
    for (const before of expectations[id].before?.(data) ?? []) {
      normalize(before, false, receivedAt)
      lasting(before, false, receivedAt)
    }
    const result = normalize(data, isBinary, receivedAt)
    if (result.kind === 'depth') accepted.add('depth')
    if (result.kind === 'depth' && result.quote) accepted.add(result.quote.kind)
    if (result.kind === 'events') for (const { kind } of result.events) accepted.add(kind)
    const problem = first(
      () => impossibleResult(result, data.length),
      () => wrongNumber(id, feed, data, isBinary, result),
    )
    return problem ?? impossibleResult(lasting(data, isBinary, receivedAt), data.length)
  }
}

function privateTarget(exchange: Exchange, name: string, accepted: Set<string>): Target {
  const { receivedAt } = exchange
  const streamOf = () => exchange.account().streams.find(({ id }) => id === name)
  const stream = streamOf()
  if (stream === undefined) throw new Error(`${exchange.id} has no private stream ${name}`)
  const lasting = stream.createNormalizer()
  return ({ data, isBinary }) => {
    const result = stream.createNormalizer()(data, isBinary, receivedAt)
    if (result.kind === 'events') for (const { kind } of result.events) accepted.add(kind)
    return first(
      () => impossibleResult(result, data.length),
      () => wrongEvents(result),
      () => {
        if (result.kind !== 'events') return null
        const numbers = numbersIn([jsonOf(data, isBinary)])
        const rows = result.events.map((event) => Object.values(event).find((value) => typeof value === 'object'))
        return firstOf(rows, (row) => inventedAmount(row, numbers, exchange.contractSizes))
      },
      () => impossibleResult(lasting(data, isBinary, receivedAt), data.length),
    )
  }
}
const firstOf = <T>(list: readonly T[], problem: (one: T) => string | null): string | null => {
  for (const one of list) {
    const found = problem(one)
    if (found !== null) return found
  }
  return null
}

const unreadable = (message: string): RestResult<never> => ({
  ok: false,
  failure: { kind: 'unreadable', code: null, message, retryAfterMs: null },
})

/** As the REST client reads a reply; null where the text is no JSON, which never reaches a connector. */
function bodyOf(call: RestCall<unknown>, data: Buffer): { readonly body: unknown } | null {
  try {
    return { body: (call.exactIntegers ? parseExactJson : JSON.parse)(data.toString()) }
  } catch {
    // as the client: unreadable
    return null
  }
}
const pathOf = (call: RestCall<unknown>): string => new URL(call.url).pathname
const okHead = { status: 200, headers: {} }

/** Answers one path with the case's reply and the others with samples; documented bodies answer everything. */
function restTarget(
  exchange: Exchange,
  path: string,
  replies: ReadonlyMap<string, Frame>,
  asks: readonly AccountAsk[],
  accepted: Set<string>,
): Target {
  const { receivedAt } = exchange
  const connector = connectors[exchange.id]
  const calls = publicCalls(connector, exchange.instruments, receivedAt).filter(
    (call) => path === documentedPath || pathOf(call) === path,
  )
  return async (frame, choice) => {
    const chosen = choice % (calls.length + asks.length)
    const call = calls[chosen]
    if (call !== undefined) {
      const read = bodyOf(call, frame.data)
      if (read === null) return null
      connector.dialect.failure(okHead, read.body, receivedAt)
      const parsed = call.parse(read.body)
      if (parsed.ok) accepted.add('reply')
      return impossibleResult(parsed, frame.data.length)
    }
    const asked = asks[chosen - calls.length]
    if (asked === undefined) return null
    let count = 0
    let inputBytes = 0
    const read: unknown[] = []
    const ask: Ask = async (one) => {
      const sample = replies.get(pathOf(one))
      const isCase = path === documentedPath || pathOf(one) === path
      const answer = isCase ? frame : sample
      const found = answer === undefined || ++count > mostAsks ? null : bodyOf(one, answer.data)
      if (found === null) return unreadable('no answer')
      read.push(found.body)
      inputBytes += answer?.data.length ?? 0
      const said = connector.dialect.failure(okHead, found.body, receivedAt)
      if (said !== null) return { ok: false, failure: { ...said, retryAfterMs: said.retryAfterMs ?? null } }
      const parsed = one.parse(found.body)
      return parsed.ok ? parsed : unreadable(parsed.problem)
    }
    const rows = await accountAsks[asked](exchange.account(), ask, exchange.instruments, receivedAt)
    if (rows.length > 0) accepted.add(asked)
    return first(
      () => impossibleResult(rows, inputBytes * 2),
      () => firstOf(rows, wrongRow),
      () => {
        const numbers = numbersIn(read)
        return firstOf(rows, (row) =>
          inventedAmount(
            typeof row === 'object' && row !== null && 'row' in row ? row.row : row,
            numbers,
            exchange.contractSizes,
          ),
        )
      },
    )
  }
}

/** By path: what an account asks there, seen by asking everything once. */
async function asksByPath(
  exchange: Exchange,
  replies: ReadonlyMap<string, Frame>,
): Promise<ReadonlyMap<string, AccountAsk[]>> {
  const { receivedAt } = exchange
  const found = new Map<string, AccountAsk[]>()
  const note = (path: string, asked: AccountAsk) => {
    const known = found.get(path) ?? []
    if (!known.includes(asked)) found.set(path, [...known, asked])
  }
  for (const asked of Object.keys(accountAsks) as AccountAsk[]) {
    let count = 0
    const ask: Ask = async (call) => {
      note(pathOf(call), asked)
      note(documentedPath, asked)
      const sample = replies.get(pathOf(call))
      const read = sample === undefined || ++count > mostAsks ? null : bodyOf(call, sample.data)
      const parsed = read === null ? null : call.parse(read.body)
      return parsed?.ok ? parsed : unreadable('no sample')
    }
    await accountAsks[asked](exchange.account(), ask, exchange.instruments, receivedAt)
  }
  return found
}

export interface Aim {
  readonly source: Source
  readonly target: Target
  /** What was made of frames so far: kinds of events, readings of an account, `reply` for what is public. Empty, the cases say nothing. */
  readonly accepted: ReadonlySet<string>
}

/** Every source that something reads. */
export async function aimsOf(corpus: readonly Source[]): Promise<readonly Aim[]> {
  const aims: Aim[] = []
  for (const id of exchangeIds) {
    const exchange = exchangeOf(id, corpus)
    const sources = corpus.filter((source) => source.exchange === id)
    const firstReplies = new Map(
      sources.flatMap(({ kind, name, frames: [frame] }) =>
        kind === 'rest' && frame !== undefined ? [[name, frame] as const] : [],
      ),
    )
    const asks = await asksByPath(exchange, firstReplies)
    const publicPaths = new Set(publicCalls(connectors[id], exchange.instruments, exchange.receivedAt).map(pathOf))
    for (const source of sources) {
      const { kind, name } = source
      const accepted = new Set<string>()
      if (kind === 'public') aims.push({ source, accepted, target: publicTarget(exchange, name, accepted) })
      else if (kind === 'private') aims.push({ source, accepted, target: privateTarget(exchange, name, accepted) })
      else if (asks.has(name) || publicPaths.has(name)) {
        const target = restTarget(exchange, name, firstReplies, asks.get(name) ?? [], accepted)
        aims.push({ source, accepted, target })
      }
    }
  }
  return aims
}
