/** What a connector answers, unwrapped for comparison, where a failure fails the test; and what it should be read as. */
import type { Page } from '../../src/main/exchanges/account-contract.ts'
import type { SimFill } from '../../src/main/simulator/account/contract.ts'
import type { Fill } from '../../src/shared/domain/index.ts'

type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: { readonly kind: string; readonly message: string } }

export function valueIn<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.failure.kind}: ${answer.failure.message}`)
  return answer.value
}

/** All rows of a list that comes in pages; a page that failed, or passed rows over, fails the test. */
export async function collect<T>(pages: AsyncIterable<Page<T>>): Promise<T[]> {
  const rows: T[] = []
  for await (const page of pages) {
    rows.push(...valueIn(page))
    if (page.ok && page.passedOver) throw new Error(`passed over: ${page.passedOver.samples.join('; ')}`)
  }
  return rows
}

/** Without the one time that is ours. */
export function plain<T extends { readonly receivedAt: number }>({ receivedAt, ...row }: T): Omit<T, 'receivedAt'> {
  if (!(receivedAt > 0)) throw new Error('received never')
  return row
}

export const rowsOf = <T extends { readonly receivedAt: number }>(list: readonly { readonly row: T }[]) =>
  list.map(({ row }) => plain(row))

/** A fill of the venue's engine as account `<exchange>-main` should have it: profits are told of perpetuals. */
export const fillRow = ({ instrument, order, isMaker, realisedPnl, ...fill }: SimFill): Omit<Fill, 'receivedAt'> => ({
  account: `${instrument.exchange}-main`,
  exchange: instrument.exchange,
  symbol: instrument.symbol,
  tradeId: fill.tradeId,
  exchangeOrderId: order.id,
  side: fill.side,
  price: fill.price,
  quantity: fill.quantity,
  fee: fill.fee,
  feeAsset: fill.feeAsset,
  liquidity: isMaker ? 'maker' : 'taker',
  realisedPnl: instrument.kind === 'perpetual' ? realisedPnl : null,
  at: fill.at,
})
