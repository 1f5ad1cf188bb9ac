// PLACEHOLDER by the lead until the storage task's own AccountRecorder replaces this file: overwrite it freely.
import type { Balance } from '../../shared/domain/index.ts'
import type { Finding } from '../analytics/health.ts'
import type { Bus } from '../bus/index.ts'
import type { Logger } from '../log.ts'
import type { AccountStorage } from '../storage/account-contract.ts'

export interface AccountRecorderOptions {
  readonly bus: Bus
  readonly storage: AccountStorage | null
  readonly logger: Logger
  readonly balances: () => readonly Balance[]
  readonly onAlert: (finding: Pick<Finding, 'severity' | 'rule' | 'subject' | 'message'>) => void
}
export class AccountRecorder {
  private readonly options: AccountRecorderOptions
  constructor(options: AccountRecorderOptions) {
    this.options = options
  }
  start(): void {
    const { bus, storage } = this.options
    bus.on('fill', ({ fill, raw }) => void storage?.save({ fills: [{ fill, raw }] }))
    bus.on('order_update', ({ order, raw, source }) => void storage?.save({ orders: [{ order, raw, source }] }))
    bus.on('balance', ({ balance }) => void storage?.save({ balances: [balance] }))
  }
  async stop(): Promise<void> {}
}
