import { useState } from 'react'
import { useStore } from 'zustand'
import { type Order, orderKey } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'
import { WithAccounts } from '../../ui/AccountStates.tsx'
import { Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { OpenOrders } from './OpenOrders.tsx'
import { OrderDetails } from './OrderDetails.tsx'
import { OrderHistory } from './OrderHistory.tsx'

const t = textsOf('orders')

type Tab = 'open' | 'history'
const tabItem = 'crossbook.orders.tab'

export function OrdersScreen() {
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-orders">
      <WithAccounts what={t('noAccount')}>
        <Orders />
      </WithAccounts>
    </section>
  )
}

function Orders() {
  const { activity } = useStores()
  const { rows: openOrders, isLoaded } = useStore(activity.openOrders)
  const [tab, setTab] = useState<Tab>(() => (window.localStorage.getItem(tabItem) === 'history' ? 'history' : 'open'))
  const [shown, setShown] = useState<Order | null>(null)
  const choose = (next: Tab) => {
    setTab(next)
    window.localStorage.setItem(tabItem, next)
  }
  useScreenKeys([['h', () => choose(tab === 'open' ? 'history' : 'open')]])
  const tabs = (
    <Segmented<Tab>
      label={t('tabs.label')}
      value={tab}
      options={[
        { value: 'open', text: isLoaded ? t('tabs.openCount', { count: openOrders.length }) : t('tabs.open') },
        { value: 'history', text: t('tabs.history') },
      ]}
      onChange={choose}
    />
  )
  const View = tab === 'open' ? OpenOrders : OrderHistory
  // An open order that changes while its details are shown is shown as it is now.
  const current = shown && (openOrders.find((order) => orderKey(order) === orderKey(shown)) ?? null)
  return (
    <>
      <View tabs={tabs} onOpen={setShown} />
      {shown && <OrderDetails name={shown} order={current} onClose={() => setShown(null)} />}
    </>
  )
}
