import { useState } from 'react'
import { z } from 'zod'
import { useStore } from 'zustand'
import { type Order, orderKey } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'
import { WithAccounts } from '../../ui/AccountStates.tsx'
import { Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { usePaneState } from '../../ui/usePaneState.ts'
import { OpenOrders } from './OpenOrders.tsx'
import { OrderDetails } from './OrderDetails.tsx'
import { OrderHistory } from './OrderHistory.tsx'

const t = textsOf('orders')

const tabs = ['open', 'history'] as const
type Tab = (typeof tabs)[number]
const tabState = z.enum(tabs)
const tabItem = 'crossbook.orders.tab'
const rememberedTab = (): Tab => (window.localStorage.getItem(tabItem) === 'history' ? 'history' : 'open')

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
  const pane = usePane()
  const [last] = useState(rememberedTab)
  const [tab, setTab] = usePaneState<Tab>('tab', tabState, last)
  const [shown, setShown] = useState<Order | null>(null)
  const choose = (next: Tab) => {
    setTab(next)
    if (pane === null) window.localStorage.setItem(tabItem, next)
  }
  useScreenKeys([['h', () => choose(tab === 'open' ? 'history' : 'open')]])
  const choice = (
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
      <View tabs={choice} onOpen={setShown} />
      {shown && <OrderDetails name={shown} order={current} onClose={() => setShown(null)} />}
    </>
  )
}
