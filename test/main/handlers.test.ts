import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/main/broadcaster.ts'
import { SettingsError } from '../../src/main/config.ts'
import { answer, CallError, type Handlers } from '../../src/main/handlers.ts'
import { StorageError } from '../../src/main/storage/error.ts'

const client: Client = { send: () => undefined, keepsUp: () => true }
const unused = () => {
  throw new Error('not called here')
}
const handlers: Handlers = {
  'app.info': unused,
  'settings.get': unused,
  'settings.update': () => {
    throw new SettingsError(['gateway.port = -1: too small'])
  },
  'instruments.search': ({ query, limit }) => Promise.resolve(query === 'none' ? [] : new Array(limit)),
  'instruments.watched': unused,
  'assets.networks': unused,
  'assets.transfer': unused,
  'fees.inForce': unused,
  'alerts.history': unused,
  'alerts.unacknowledged': unused,
  'alerts.acknowledge': unused,
  'alerts.ruleStatus': unused,
  'alerts.backtest': unused,
  'alerts.webhook': unused,
  'alerts.testWebhook': unused,
  'alerts.setWebhookSecret': unused,
  'books.list': unused,
  'books.depth': unused,
  'books.resync': unused,
  'depth.columns': unused,
  'depth.status': unused,
  'health.markets': unused,
  'health.league': unused,
  'network.status': unused,
  'network.setProxyPassword': unused,
  'network.reconnect': unused,
  'continuity.get': unused,
  'rawFrames.status': unused,
  'quotes.snapshot': unused,
  'spreads.pairs': unused,
  'spreads.snapshot': unused,
  'spreads.inventory': unused,
  'coins.evidence': unused,
  'spreads.detail': unused,
  'spreads.history': unused,
  'basis.history': unused,
  'rates.history': unused,
  'equity.history': unused,
  'trades.list': unused,
  'opportunities.ofPair': unused,
  'klines.list': () => {
    throw new CallError('badRequest', 'no exchange lists "x"')
  },
  'opportunities.list': () => {
    throw new StorageError('corrupt', 'crossbook.db is damaged')
  },
  'opportunities.live': unused,
  'alerts.list': unused,
  'connections.list': () => {
    throw new Error('a bug')
  },
  'recorder.status': unused,
  'progress.list': unused,
  'progress.cancel': unused,
  'accounts.list': unused,
  'accounts.keyStore': unused,
  'accounts.testKey': unused,
  'accounts.add': unused,
  'accounts.rename': unused,
  'accounts.remove': unused,
  'accounts.restart': unused,
  'accounts.refresh': unused,
  'portfolio.get': unused,
  'orders.open': unused,
  'orders.list': unused,
  'orders.events': unused,
  'fills.list': unused,
  'positions.list': unused,
  'transfers.list': unused,
  'fundingPayments.list': unused,
  'fundingRates.list': unused,
  'pnl.report': unused,
  'drifts.list': unused,
  'klines.latest': unused,
  'history.request': unused,
  'history.cancel': unused,
  'gaps.list': unused,
  'exports.estimate': unused,
  'exports.start': unused,
  'exports.cancel': unused,
  'exports.list': unused,
  'exports.reveal': unused,
  'storage.report': unused,
  'storage.compact': unused,
  'backups.list': unused,
  'backups.create': unused,
  'backups.restore': unused,
  'backups.remove': unused,
  'database.status': unused,
  'database.salvage': unused,
  'database.beginAnew': unused,
  'api.status': unused,
  'tokens.list': unused,
  'tokens.create': unused,
  'tokens.revoke': unused,
  'redis.status': unused,
  'redis.setPassword': unused,
  'metrics.screenLatency': unused,
  'view.set': unused,
  'layouts.list': unused,
  'layouts.save': unused,
  'layouts.remove': unused,
  'layouts.keep': unused,
}

async function call(name: string, request: unknown) {
  const bugs: string[] = []
  const reply = await answer(handlers, name, request, client, (error, where) => bugs.push(`${where}: ${error}`))
  return { reply, bugs }
}

describe('a call', () => {
  it('is answered by its handler', async () => {
    expect((await call('instruments.search', { query: 'none', limit: 5 })).reply).toEqual({ ok: true, value: [] })
  })

  it.each([
    ['an unknown name', 'orders.place', {}, 'there is no call "orders.place"'],
    ['a name of the prototype', 'toString', {}, 'there is no call "toString"'],
    ['a bad value', 'instruments.search', { query: 'b', limit: 0 }, 'instruments.search: limit: '],
    ['an unknown field', 'app.info', { extra: 1 }, 'app.info: Unrecognized key'],
    ['no request at all', 'app.info', undefined, 'app.info: '],
    [
      'settings that cannot be',
      'settings.update',
      { changes: [{ path: ['a'], value: 1 }] },
      'gateway.port = -1: too small',
    ],
    [
      'what the handler refuses',
      'klines.list',
      { instrument: 'x', period: '1m', before: null, limit: 1 },
      'no exchange lists "x"',
    ],
  ])('is refused in words with %s', async (_case, name, request, message) => {
    const { reply, bugs } = await call(name, request)
    expect(reply).toMatchObject({ ok: false, code: 'badRequest', message: expect.stringContaining(message) })
    expect(bugs).toEqual([])
  })

  it('that storage cannot answer is refused in its words', async () => {
    expect(await call('opportunities.list', { before: null, limit: 5 })).toEqual({
      reply: { ok: false, code: 'unavailable', message: 'crossbook.db is damaged' },
      bugs: [],
    })
  })

  it('that meets a bug is reported, and tells the caller nothing of it', async () => {
    expect(await call('connections.list', {})).toEqual({
      reply: { ok: false, code: 'internal', message: 'connections.list failed inside Crossbook; the log says more' },
      bugs: ['connections.list: Error: a bug'],
    })
  })
})
