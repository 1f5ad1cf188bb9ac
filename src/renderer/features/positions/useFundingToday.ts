import { useMemo } from 'react'
import type { Reply } from '../../../shared/contract.ts'
import type { FundingPayment } from '../../../shared/domain/index.ts'
import { type History, readEveryPage } from '../../stores/history.ts'
import { createListStore, type List, type Page } from '../../stores/list.ts'
import { newestPaymentFirst } from '../../stores/orders.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useHistory } from '../../ui/useHistory.ts'

/** Every payment since `midnight`, of all accounts; grows as they come. */
export function useFundingToday(midnight: number): List<FundingPayment> {
  const { api } = useStores()
  const history = useMemo((): History<FundingPayment> => {
    const readPage = (cursor: string | null, limit: number) =>
      api.call('fundingPayments.list', { account: null, from: midnight, cursor, limit })
    const store = createListStore<FundingPayment>({
      read: async (): Promise<Reply<Page<FundingPayment>>> => {
        const reply = await readEveryPage(readPage, () => true)
        return reply.ok ? { ok: true, value: { rows: reply.value ?? [], next: null } } : reply
      },
      keyOf: ({ account, symbol, paymentId }) => `${account} ${symbol} ${paymentId}`,
      compare: newestPaymentFirst,
      accepts: ({ at }) => at >= midnight,
    })
    const follow = () => api.on('fundingPayment.added', (payment) => store.getState().change([payment]))
    return { store, readPage, follow }
  }, [api, midnight])
  return useHistory(history)
}
