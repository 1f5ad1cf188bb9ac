import type { CrossbookApi } from '../../../shared/contract.ts'

/** Asks the hub to try every connection at once; answers with what to tell of it. */
export async function checkConnections(api: CrossbookApi): Promise<string> {
  const reply = await api.call('network.reconnect', {})
  return reply.ok ? 'Every connection is being checked.' : `Not checked: ${reply.message}`
}
