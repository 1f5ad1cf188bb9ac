import type { CrossbookApi } from '../../../shared/contract.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('connections')

/** Asks the hub to try every connection at once; answers with what to tell of it. */
export async function checkConnections(api: CrossbookApi): Promise<string> {
  const reply = await api.call('network.reconnect', {})
  return reply.ok ? t('check.done') : t('check.failed', { why: reply.message })
}
