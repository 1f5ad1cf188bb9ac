/** What a private socket tells of its account: each change when it happens, and nothing at the beginning. */
import type { MarketKind } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimAccountEvent, SimBalance, SimFill, SimOrder } from '../../account/contract.ts'
import type { PrivateChannels } from './connection.ts'
import { nanoseconds, nativeName } from './frames.ts'
import { balancePush, type Change, orderPush, position, walletPush, withNumbers } from './private-rows.ts'

const topicsOf: Readonly<Record<MarketKind, readonly string[]>> = {
  spot: ['/spotMarket/tradeOrdersV2', '/account/balance'],
  perpetual: ['/contractMarket/tradeOrders', '/contractAccount/wallet', '/contract/positionAll'],
}

/** `data` JSON text. */
const push = (topic: string, subject: string, userId: string, data: string): string =>
  `{"topic":"${topic}","type":"message","subject":"${subject}","userId":"${userId}","channelType":"private","data":${data}}`

/** An order that is new was received first; one that is filled ends after its last match. */
function changesOf({ status }: SimOrder, fill: SimFill | null): readonly Change[] {
  if (fill !== null) return status === 'FILLED' ? ['match', 'filled'] : ['match']
  if (status === 'NEW') return ['received', 'open']
  return status === 'PARTIALLY_FILLED' ? [] : ['canceled']
}

/** Why a balance of the main or the trading account moved, as `relationEvent` says it. */
function reasonOf(event: SimAccountEvent, { wallet }: SimBalance): string {
  const account = wallet === 'funding' ? 'main' : 'trade_hf'
  if (event.kind !== 'transfer') return `${account}.${event.kind === 'order' && event.fill ? 'setted' : 'hold'}`
  const { kind, status } = event.transfer
  if (kind === 'deposit') return `${account}.deposit`
  if (kind === 'internal') return `${account}.transfer`
  return `${account}.${status === 'pending' ? 'withdraw_hold' : 'withdraw_done'}`
}

export function openPrivateChannels(
  kind: MarketKind,
  account: SimAccount,
  send: (frame: string) => void,
): PrivateChannels {
  const subscribed = new Set<string>()
  const { userId } = account
  const tell = (topic: string, subject: string, data: string, named = topic): void => {
    if (subscribed.has(topic)) send(push(named, subject, userId, data))
  }

  function tellOrder(order: SimOrder, fill: SimFill | null): void {
    if (order.instrument.kind !== kind) return
    for (const change of changesOf(order, fill)) {
      const data = orderPush(order, change, change === 'match' ? fill : null)
      if (kind === 'spot') tell('/spotMarket/tradeOrdersV2', 'orderChange', data)
      else
        tell(
          '/contractMarket/tradeOrders',
          'symbolOrderChange',
          data,
          `/contractMarket/tradeOrders:${nativeName(order.instrument)}`,
        )
    }
  }

  const stop = account.onEvent((event) => {
    if (event.kind === 'key_revoked' || event.kind === 'listen_keys_expired') return
    if (event.kind === 'order') tellOrder(event.order, event.fill)
    for (const balance of event.balances) {
      if (balance.wallet === 'futures')
        tell('/contractAccount/wallet', 'walletBalance.change', JSON.stringify(walletPush(balance, account)))
      else tell('/account/balance', 'account.balance', JSON.stringify(balancePush(balance, reasonOf(event, balance))))
    }
    if (event.kind === 'funding') {
      const { instrument, amount, rate, markPrice, asset, at } = event.funding
      const row = { fundingTime: at, settleCurrency: asset }
      const data = withNumbers(row, { fundingRate: rate, fundingFee: amount, markPrice, ts: nanoseconds(at) })
      tell('/contract/positionAll', 'position.settlement', data, `/contract/position:${nativeName(instrument)}`)
    }
    const changed = event.kind === 'transfer' ? null : event.position
    if (changed !== null) tell('/contract/positionAll', 'position.change', position(changed))
  })

  return {
    subscribe(topic) {
      const isKnown = topicsOf[kind].includes(topic)
      if (isKnown) subscribed.add(topic)
      return isKnown
    },
    unsubscribe: (topic) => {
      subscribed.delete(topic)
    },
    close: stop,
  }
}
