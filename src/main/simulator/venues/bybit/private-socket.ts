/**
 * `/v5/private`: a login, then `order`, `execution`, `wallet` and `position` of every market, each as a whole or of one category
 * (`order.spot`). Nothing is told of what stands when a topic is subscribed.
 */
import { z } from 'zod'
import type { SimAccount, SimAccountEvent, SimApiKey } from '../../account/contract.ts'
import type { Peer, VenueConnection } from '../../venue.ts'
import { checkLogin } from './private-auth.ts'
import type { PrivateRows } from './private-rows.ts'
import { parseJson, type Row } from './replies.ts'

const topicNames = /^(order|execution|position)(\.(spot|linear|inverse|option))?$|^wallet$/
/** Without a ping or a push for so long the connection is cut. */
const idleSeconds = 600

const Request = z.object({ req_id: z.string().optional(), op: z.string(), args: z.array(z.unknown()).optional() })

export interface PrivateSocketOptions {
  readonly peer: Peer
  readonly account: SimAccount
  readonly rows: PrivateRows
  readonly connectionId: string
  readonly address: string
}

export function openPrivateSocket({
  peer,
  account,
  rows,
  connectionId,
  address,
}: PrivateSocketOptions): VenueConnection {
  const topics = new Set<string>()
  let key: SimApiKey | null = null
  let quietSeconds = 0
  let pushes = 0

  peer.every(1_000, () => {
    quietSeconds += 1
    if (quietSeconds >= idleSeconds) peer.close(1000, '')
  })

  const answer = (fields: Row): void => peer.send(JSON.stringify({ ...fields, conn_id: connectionId }))
  const acknowledge = (op: string, requestId: string | undefined, success: boolean, words: string): void =>
    answer({ success, ret_msg: words, op, ...(requestId === undefined ? {} : { req_id: requestId }) })

  /** To the topic as a whole, or to that of one category. */
  function push(name: string, category: string | null, data: readonly unknown[]): void {
    const topic = [name, `${name}.${category}`].find((one) => topics.has(one))
    if (topic === undefined || data.length === 0) return
    quietSeconds = 0
    pushes += 1
    const id = `${account.userId}_${connectionId}_${pushes}`
    peer.sendPrivate(JSON.stringify({ id, topic, creationTime: account.now(), data }))
  }

  function pushState(event: Exclude<SimAccountEvent, { kind: 'key_revoked' | 'listen_keys_expired' }>): void {
    const unified = event.balances.filter(({ wallet }) => wallet === 'spot')
    if (unified.length > 0) push('wallet', null, [rows.wallet(unified)])
    const position = 'position' in event ? event.position : null
    if (position) push('position', 'linear', [{ ...rows.position(position, 'entryPrice'), category: 'linear' }])
  }

  const stop = account.onEvent((event) => {
    switch (event.kind) {
      case 'order': {
        const { order, fill } = event
        const category = rows.categoryOf(order.instrument)
        if (fill) push('execution', category, [rows.executionPush(fill)])
        push('order', category, [{ category, ...rows.order(order), feeCurrency: '' }])
        pushState(event)
        break
      }
      case 'funding':
        push('execution', 'linear', [{ category: 'linear', ...rows.fundingExecution(event.funding), execPnl: '0' }])
        pushState(event)
        break
      case 'transfer':
        pushState(event)
        break
      case 'key_revoked':
        if (event.key === key?.key) peer.close(1000, 'API key is invalid')
        break
      // Bybit has no listen keys: a login lasts as long as its socket.
      case 'listen_keys_expired':
        break
    }
  })

  function login(json: unknown, args: unknown): void {
    const checked = checkLogin(account, args, address)
    if (checked.ok) {
      key = checked.key
      answer({ success: true, ret_msg: '', op: 'auth' })
    } else answer({ success: false, ret_msg: checked.retMsg, request: json })
  }

  /** Why a request fails as a whole; null: it does not. */
  function refusalOf(names: readonly string[]): string | null {
    if (!key) return 'error:Request not authorized'
    const unknown = names.find((name) => !topicNames.test(name))
    if (unknown !== undefined) return `error:handler not found,topic:${unknown}`
    const known = names.find((name) => topics.has(name))
    return known === undefined ? null : `error:already subscribed,topic:${known}`
  }

  function subscribe(requestId: string | undefined, names: readonly string[]): void {
    const refusal = refusalOf(names)
    if (refusal === null) for (const name of names) topics.add(name)
    acknowledge('subscribe', requestId, refusal === null, refusal ?? '')
  }

  function unsubscribe(requestId: string | undefined, names: readonly string[]): void {
    for (const name of names) topics.delete(name)
    acknowledge('unsubscribe', requestId, true, '')
  }

  return {
    onMessage(text) {
      quietSeconds = 0
      const json = parseJson(text)
      const request = Request.safeParse(json)
      if (!request.success) {
        acknowledge('', undefined, false, 'error:request invalid')
        return
      }
      const { req_id: requestId, op, args = [] } = request.data
      if (op === 'ping')
        answer({ ...(requestId ? { req_id: requestId } : {}), op: 'pong', args: [String(account.now())] })
      else if (op === 'auth') login(json, args)
      else if (op === 'subscribe') subscribe(requestId, args.map(String))
      else if (op === 'unsubscribe') unsubscribe(requestId, args.map(String))
      else acknowledge(op, requestId, false, 'error:invalid op')
    },
    onClose: stop,
  }
}
