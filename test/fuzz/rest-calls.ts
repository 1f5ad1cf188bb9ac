/** Every REST call that connectors make, asked for in one way by the collection of samples and by the fuzz. */
import type { AccountConnector, Ask, Page } from '../../src/main/exchanges/account-contract.ts'
import type { Connector } from '../../src/main/exchanges/contract.ts'
import type { RestCall } from '../../src/main/net/rest.ts'
import { type Instrument, periodMs } from '../../src/shared/domain/index.ts'

const dayMs = 86_400_000
const candles = 5
/** Pages of one list: replies that always promise another would go on for ever. */
const mostPages = 3

/** `now` is when candles and histories end. */
export function publicCalls(
  connector: Connector,
  instruments: readonly Instrument[],
  now: number = Date.now(),
): readonly RestCall<unknown>[] {
  const ofKind = (kind: Instrument['kind']) => instruments.find((one) => one.kind === kind)
  const to = now - (now % periodMs['1m']) - periodMs['1m']
  const perInstrument = [ofKind('spot'), ofKind('perpetual')].flatMap((instrument): RestCall<unknown>[] => {
    if (instrument === undefined) return []
    const from = to - (candles - 1) * periodMs['1m']
    const snapshot = connector.bookRules(instrument.kind)?.snapshot
    const paid = instrument.kind === 'perpetual' && connector.settledRates?.(instrument, now - dayMs, now)
    return [
      connector.klines({ instrument, period: '1m', from, to, now }),
      ...(snapshot ? [snapshot(instrument)] : []),
      ...(paid ? [paid] : []),
    ]
  })
  return [
    connector.serverTime(),
    ...connector.instruments(),
    ...perInstrument,
    ...connector.fundingRates(instruments),
    ...(connector.fundingIntervals === undefined ? [] : [connector.fundingIntervals(instruments)]),
  ]
}

/** What an account is asked for, by what the rows are. A part that fails is told as it was. */
export const accountAsks = {
  permissions: async (account, ask) => one(await account.permissions(ask)),
  balances: async (account, ask) => many(await account.balances(ask)),
  openOrders: async (account, ask, instruments) => many(await account.openOrders(ask, instruments)),
  order: async (account, ask, instruments) => {
    const [instrument] = instruments
    return instrument === undefined ? [] : one(await account.order(ask, instrument, '1'))
  },
  orderHistory: (account, ask, instruments, now) =>
    pages(account.orderHistory(ask, { from: now - dayMs, to: now }, instruments)),
  fills: (account, ask, instruments, now) => pages(account.fills(ask, now - dayMs, [], instruments)),
  positions: async (account, ask) => many(await account.positions(ask)),
  transfers: (account, ask, _instruments, now) => pages(account.transfers(ask, { from: now - dayMs, to: now })),
  fundingPayments: (account, ask, instruments, now) =>
    pages(account.fundingPayments(ask, { from: now - dayMs, to: now }, instruments)),
} as const satisfies Record<
  string,
  (account: AccountConnector, ask: Ask, instruments: readonly Instrument[], now: number) => Promise<readonly unknown[]>
>
export type AccountAsk = keyof typeof accountAsks

/** All of them, one after the other. */
export async function askAccount(
  account: AccountConnector,
  ask: Ask,
  instruments: readonly Instrument[],
  now: number = Date.now(),
): Promise<void> {
  for (const asked of Object.values(accountAsks)) await asked(account, ask, instruments, now)
}

type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false }
const one = (result: Result<unknown>): readonly unknown[] => (result.ok && result.value !== null ? [result.value] : [])
const many = (result: Result<readonly unknown[]>): readonly unknown[] => (result.ok ? result.value : [])

async function pages(list: AsyncIterable<Page<unknown>>): Promise<readonly unknown[]> {
  const rows: unknown[] = []
  let count = 0
  for await (const page of list) {
    rows.push(...many(page))
    if (++count === mostPages) break
  }
  return rows
}
