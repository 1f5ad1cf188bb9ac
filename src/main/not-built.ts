/** Stands in until the parts are joined. */
import type { RedisBridge, TokenStore } from './bots-contract.ts'
import type { HistoryService } from './data-contract.ts'

export const tokens: TokenStore = {
  list: () => [],
  create: () => {
    throw new Error('not built yet')
  },
  revoke: () => false,
  verify: () => null,
}
export const redis: RedisBridge = {
  start: () => undefined,
  stop: async () => undefined,
  restart: async () => undefined,
  status: () => ({
    state: 'off',
    reason: null,
    url: null,
    since: 0,
    nextAttemptAt: null,
    published: 0,
    messagesPerSecond: 0,
    droppedState: 0,
    droppedTrades: 0,
    waitingHappenings: 0,
    spilledHappenings: 0,
    lostHappenings: 0,
    reconnects: 0,
    hasPassword: false,
  }),
}
export const historyService: HistoryService = {
  async *stream() {
    yield { kind: 'complete', result: { candles: 0, fetched: 0, missing: [], error: null } }
  },
}
