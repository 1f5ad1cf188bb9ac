import type { EpochMs, ExchangeId } from '../../../shared/domain/index.ts'
import { plainKeyShape } from '../keys.ts'
import type { SimAccount, SimAccountRules } from './contract.ts'

const rules: SimAccountRules = {
  wallets: [],
  futuresWallet: 'spot',
  transferWallet: 'spot',
  fees: { spot: { maker: '0', taker: '0' }, perpetual: { maker: '0', taker: '0' } },
  orderId: String,
  tradeId: String,
  transferId: String,
  keyShape: plainKeyShape,
}

/** What a venue is made with only to read its rules: an account that knows no key and holds nothing. */
export const noAccount = (exchange: ExchangeId, clock: () => EpochMs): SimAccount => ({
  exchange,
  userId: '0',
  rules,
  now: clock,
  key: () => undefined,
  balances: () => [],
  openOrders: () => [],
  orders: () => [],
  order: () => undefined,
  fills: () => [],
  positions: () => [],
  transfers: () => [],
  funding: () => [],
  ledger: () => [],
  fundingRate: () => {
    throw new Error('a venue asked for a funding rate before it was open')
  },
  onEvent: () => () => undefined,
})
