import type { EpochMs } from '../../shared/domain/index.ts'
import type { AccountStorage } from '../storage/account-contract.ts'
import type { Downloads } from './downloads.ts'
import type { Intake } from './intake.ts'

/** The newest stored ones, so that those that ended lately are not told again. */
const ordersRecalled = 1_000

/** Brings what is stored of an account into its state, and its downloads to where they ended. Rejects where storage does. */
export async function recall(
  storage: AccountStorage,
  account: string,
  since: EpochMs,
  { intake, downloads }: { readonly intake: Intake; readonly downloads: Downloads },
): Promise<void> {
  const memory = await storage.memory(account, since)
  intake.remember(memory)
  if (memory.opening !== null) intake.ledger.open(memory.opening, memory.ledgerSums)
  const filter = { account, exchange: null, text: null, from: null, to: null, side: null, statuses: null }
  const { rows } = await storage.orders(filter, null, ordersRecalled)
  intake.rememberOrders(rows)
  await downloads.resume(memory, rows.length === 0 ? null : Math.max(...rows.map((order) => order.updatedAt)))
}
