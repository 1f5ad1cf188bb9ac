import { describe, expect, it } from 'vitest'
import { connectStores, createStores } from '../../../src/renderer/stores/index.ts'
import type { ApiStatus, ApiToken, RedisStatus } from '../../../src/shared/bots.ts'
import { createHub } from '../support/hub.ts'

const token = (id: string, createdAt: number): ApiToken => ({
  id,
  name: id,
  scopes: ['market'],
  createdAt,
  lastUsedAt: null,
})
const api = (requests: number): ApiStatus => ({
  url: 'http://127.0.0.1:7373',
  problem: null,
  warning: null,
  clients: 0,
  requests,
  refused: 0,
})
const redis = (state: RedisStatus['state']): RedisStatus => ({
  state,
  reason: null,
  url: 'redis://127.0.0.1:6379',
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
})

describe('the store of bots', () => {
  it('reads the three each by itself, and keeps what it has when one fails', async () => {
    const hub = createHub()
    hub.answer('api.status', () => api(1))
    hub.answer('tokens.list', () => [token('old', 1), token('new', 2)])
    const { bots } = createStores(hub.door)
    await bots.getState().load()
    expect(bots.getState()).toMatchObject({
      apiStatus: api(1),
      apiProblem: null,
      tokensProblem: null,
      redis: null,
      redisProblem: 'no answer to redis.status',
    })
    expect(bots.getState().tokens?.map(({ id }) => id)).toEqual(['new', 'old'])
  })

  it('never lets a reply replace what was told while it was under way', async () => {
    const hub = createHub()
    const releases: (() => void)[] = []
    const later = <T>(value: T) => new Promise<T>((resolve) => releases.push(() => resolve(value)))
    hub.answer('api.status', () => later(api(1)))
    hub.answer('tokens.list', () => later([token('a', 1)]))
    hub.answer('redis.status', () => later(redis('connecting')))
    const stores = createStores(hub.door)
    connectStores(stores)
    const loading = stores.bots.getState().load()
    hub.push('api.status', api(9))
    hub.push('tokens.changed', [])
    hub.push('redis.status', redis('live'))
    for (const release of releases) release()
    await loading
    expect(stores.bots.getState()).toMatchObject({ apiStatus: api(9), tokens: [], redis: redis('live') })
  })
})
