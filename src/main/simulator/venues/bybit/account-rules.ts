import type { MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccountRules } from '../../account/contract.ts'
import { letters } from '../../keys.ts'

/** Spot ids are decimal numbers that ascend; those of linear contracts have the shape of a UUID. */
const spotOrdersFrom = 1_940_000_000_000_000_000n
const spotTradesFrom = 2_290_000_000_000_000_000n
const transfersFrom = { deposit: 160_237_000, withdrawal: 131_603_000 } as const

export function uuid(prefix: string, n: number): string {
  const digits = n.toString(16).padStart(12, '0')
  return `${prefix}-0000-4000-8000-${digits}`
}

const idOf = (kind: MarketKind, n: number, spotFrom: bigint, prefix: string): string =>
  kind === 'spot' ? String(spotFrom + BigInt(n)) : uuid(prefix, n)

/** One unified account: `spot` is its wallet and holds perpetuals' margin too. Non-VIP. */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'funding'],
  futuresWallet: 'spot',
  transferWallet: 'funding',
  fees: { spot: { maker: '0.001', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.00055' } },
  orderId: (n, { kind }) => idOf(kind, n, spotOrdersFrom, '5cf98598'),
  tradeId: (n, { kind }) => idOf(kind, n, spotTradesFrom, '0ab1bdf7'),
  transferId: (n, kind) =>
    kind === 'internal' ? `selfTransfer_${uuid('a1091cc7', n)}` : String(transfersFrom[kind] + n),
  keyShape: (number) => ({ key: letters(number('key'), 18), secret: letters(number('secret'), 36) }),
}
