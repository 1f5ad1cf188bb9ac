/** Crypto.com's private methods, as far as they read: lists newest first before `end_time`, transfers by page number. */
import { Amount, amountText } from '../../../../shared/amount.ts'
import type { EpochMs, MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import type { SimInstrument } from '../../venue.ts'
import { currencyMap } from './assets.ts'
import type { Frames, Row } from './frames.ts'
import { nanosecondsOf, type PrivateRows } from './private-rows.ts'
import { type Answer, wrong } from './rest.ts'

type CallParameters = ReadonlyMap<string, string>

export interface PrivateEndpoint {
  /** Requests of one key in a window. */
  readonly limit: number
  readonly windowMs: number
  answer(parameters: CallParameters): Answer
}

const kinds: readonly MarketKind[] = ['spot', 'perpetual']
const dayMs = 86_400_000
const mostRows = 100
const mostTransfers = 200
const transferDays = 90
/** The longest range of fills; of the other lists none is documented. */
const fillDays = 7
const nanosecondsPerMs = 1_000_000n

/** A thing to list: when it was, in nanoseconds, and its row, made only for what is shown. */
interface Listed {
  readonly instrument: SimInstrument
  readonly at: bigint
  row(): Row
}

const usual = { limit: 3, windowMs: 100 } as const
const slow = { limit: 1, windowMs: 1_000 } as const

export function createPrivateRest(
  account: SimAccount,
  frames: Frames,
  rows: PrivateRows,
  assets: SimAssets,
): Readonly<Record<string, PrivateEndpoint>> {
  const at = (time: EpochMs, number: number): bigint => BigInt(nanosecondsOf(time, number))

  /** What `instrument_name` narrows a list to; undefined: there is no such instrument. */
  function narrowed(parameters: CallParameters): ((instrument: SimInstrument) => boolean) | undefined {
    const name = parameters.get('instrument_name')
    if (name === undefined) return () => true
    const wanted = frames.find(name)
    return wanted === undefined ? undefined : (instrument) => instrument === wanted
  }

  /** Since `start_time` (a day before the end unless given) and before `end_time`, at most `limit`, newest first. */
  function windowed(
    parameters: CallParameters,
    listed: readonly Listed[],
    mostDays = Number.POSITIVE_INFINITY,
  ): Answer {
    const fits = narrowed(parameters)
    if (fits === undefined) return wrong('Invalid instrument_name')
    const end = timeIn(parameters, 'end_time') ?? BigInt(account.now()) * nanosecondsPerMs
    const start = timeIn(parameters, 'start_time') ?? end - BigInt(dayMs) * nanosecondsPerMs
    if (end - start > mostDays * dayMs * Number(nanosecondsPerMs)) return wrong('Invalid start_time or end_time')
    const limit = Number(parameters.get('limit') ?? mostRows)
    if (!Number.isInteger(limit) || limit < 1) return wrong('Invalid limit')
    const data = listed
      .filter((one) => one.at >= start && one.at < end && fits(one.instrument))
      .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
      .slice(0, Math.min(limit, mostRows))
      .map((one) => one.row())
    return { result: { data } }
  }

  function paged(parameters: CallParameters, kind: 'deposit' | 'withdrawal', list: string): Answer {
    const now = account.now()
    const start = Number(parameters.get('start_ts') ?? now - transferDays * dayMs)
    const end = Number(parameters.get('end_ts') ?? now)
    const size = Math.min(Number(parameters.get('page_size') ?? 20), mostTransfers)
    const page = Number(parameters.get('page') ?? 0)
    if (![start, end, size, page].every(Number.isInteger) || size < 1 || page < 0) return wrong('Invalid page')
    const [currency, row] = [parameters.get('currency'), kind === 'deposit' ? rows.deposit : rows.withdrawal]
    const shown = account
      .transfers(kind)
      .filter(({ createdAt, asset }) => createdAt >= start && createdAt <= end && (!currency || asset === currency))
      .toReversed()
    return { result: { [list]: shown.slice(page * size, (page + 1) * size).map(row) } }
  }

  const isOpen = (status: string): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'
  const { spot, perpetual } = account.rules.fees
  const hundredths = (rate: string): string => amountText(new Amount(rate).times(10_000))

  return {
    'private/user-balance': { ...usual, answer: () => ({ result: { data: [rows.wallet(account.balances('spot'))] } }) },
    'private/get-open-orders': {
      ...usual,
      answer(parameters) {
        const fits = narrowed(parameters)
        if (fits === undefined) return wrong('Invalid instrument_name')
        const open = kinds.flatMap((kind) => account.openOrders(kind)).filter(({ instrument }) => fits(instrument))
        return { result: { data: open.map(rows.order) } }
      },
    },
    'private/get-order-detail': {
      limit: 30,
      windowMs: 100,
      answer(parameters) {
        const order = account.order(parameters.get('order_id') ?? '')
        return order ? { result: rows.order(order) } : { status: 200, code: 40_401, message: 'NOT_FOUND' }
      },
    },
    'private/get-order-history': {
      ...slow,
      answer: (parameters) =>
        windowed(
          parameters,
          kinds
            .flatMap((kind) => account.orders(kind))
            .filter(({ status }) => !isOpen(status))
            .map((order) => ({
              instrument: order.instrument,
              at: at(order.createdAt, order.number),
              row: () => rows.order(order),
            })),
        ),
    },
    'private/get-trades': {
      ...slow,
      answer: (parameters) =>
        windowed(
          parameters,
          kinds
            .flatMap((kind) => account.fills(kind))
            .map((fill) => ({ instrument: fill.instrument, at: at(fill.at, fill.number), row: () => rows.fill(fill) })),
          fillDays,
        ),
    },
    'private/get-positions': {
      ...usual,
      answer(parameters) {
        const fits = narrowed(parameters)
        if (fits === undefined) return wrong('Invalid instrument_name')
        const open = account.positions().filter(({ instrument }) => fits(instrument))
        return { result: { data: open.map(rows.position) } }
      },
    },
    'private/get-deposit-history': {
      ...usual,
      answer: (parameters) => paged(parameters, 'deposit', 'deposit_list'),
    },
    'private/get-withdrawal-history': {
      ...usual,
      answer: (parameters) => paged(parameters, 'withdrawal', 'withdrawal_list'),
    },
    'private/get-transactions': {
      ...usual,
      answer(parameters) {
        const type = parameters.get('journal_type')
        const shown = type === undefined || type === 'FUNDING' ? account.funding() : []
        return windowed(
          parameters,
          shown.map((of) => ({ instrument: of.instrument, at: at(of.at, of.number), row: () => rows.funding(of) })),
        )
      },
    },
    'private/get-fee-rate': {
      limit: 2,
      windowMs: 1_000,
      answer: () => ({
        result: {
          spot_tier: '1',
          deriv_tier: '1',
          effective_spot_maker_rate_bps: hundredths(spot.maker),
          effective_spot_taker_rate_bps: hundredths(spot.taker),
          effective_deriv_maker_rate_bps: hundredths(perpetual.maker),
          effective_deriv_taker_rate_bps: hundredths(perpetual.taker),
        },
      }),
    },
    'private/get-currency-networks': { ...usual, answer: () => ({ result: currencyMap(assets, account.now()) }) },
  }
}

/** Milliseconds or nanoseconds; undefined where it is not given. */
function timeIn(parameters: CallParameters, name: string): bigint | undefined {
  const text = parameters.get(name)
  if (text === undefined || !/^\d{1,19}$/.test(text)) return undefined
  return text.length > 15 ? BigInt(text) : BigInt(text) * nanosecondsPerMs
}
