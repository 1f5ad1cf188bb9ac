/** What the parts of one account share: its rules, market, balances and positions, and who hears of changes. */
import type { ExchangeId } from '../../../shared/domain/index.ts'
import type { SimMarket } from '../venue.ts'
import type { AccountBook } from './book.ts'
import type { SimAccountEvent, SimAccountRules, SimWallet } from './contract.ts'
import type { Positions } from './positions.ts'
import { refuse } from './requests.ts'

export interface AccountCore {
  readonly exchange: ExchangeId
  readonly rules: SimAccountRules
  readonly market: SimMarket
  /** Of this account's own hashes. */
  readonly seed: number
  readonly book: AccountBook
  readonly positions: Positions
  tell(event: SimAccountEvent): void
}

/** The wallet, if the venue's accounts have it; throws SimulatorError else. */
export function needWallet({ rules }: AccountCore, field: string, wallet: SimWallet): SimWallet {
  const all = [...rules.wallets, ...(rules.hiddenWallets ?? [])]
  return all.includes(wallet) ? wallet : refuse(field, wallet, `must be one of ${all.join(', ')}`)
}
