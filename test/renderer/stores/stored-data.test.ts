import { describe, expect, it, vi } from 'vitest'
import { createGapsStore } from '../../../src/renderer/stores/gaps.ts'
import { connectStores, createStores } from '../../../src/renderer/stores/index.ts'
import type { Backup, StorageReport } from '../../../src/shared/data.ts'
import type { Gap } from '../../../src/shared/domain/index.ts'
import { createHub } from '../support/hub.ts'

const backup = (id: string, at: number, part: Partial<Backup> = {}): Backup => ({
  id,
  file: `/backups/${id}`,
  at,
  bytes: 1,
  reason: 'manual',
  state: 'verified',
  problem: null,
  schemaVersion: 3,
  mode: 'live',
  rows: {},
  ...part,
})
const gap = (id: number, from: number, part: Partial<Gap> = {}): Gap => ({
  id,
  instrument: 'binance:BTC_USDT',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  kind: 'kline',
  period: '1m',
  from,
  to: from + 1,
  cause: 'disconnect',
  detail: '',
  filledAt: null,
  whyNotFilled: null,
  ...part,
})
const report = (bytes: number): StorageReport => ({
  file: '/crossbook.db',
  bytes,
  walBytes: 0,
  reusableBytes: 0,
  disk: null,
  diskWarning: null,
  tables: [],
  cold: { rows: 0, bytes: 0, chunks: 0, newest: null },
  upkeep: [],
})

describe('the store of backups', () => {
  it('keeps a list that was told over one that was being read', async () => {
    const hub = createHub()
    let release: (value: { folder: string; backups: Backup[] }) => void = () => {}
    hub.answer('backups.list', () => new Promise((resolve) => (release = resolve)))
    const stores = createStores(hub.door)
    connectStores(stores)
    const loading = stores.backups.getState().load()
    hub.push('backups.changed', [backup('old', 1), backup('new', 2)])
    release({ folder: '/backups', backups: [backup('old', 1)] })
    await loading
    expect(stores.backups.getState()).toMatchObject({ folder: '/backups', problem: null })
    expect(stores.backups.getState().backups?.map(({ id }) => id)).toEqual(['new', 'old'])
  })

  it('counts a backup that was not verified as none, and says why', async () => {
    const hub = createHub()
    hub.answer('backups.list', () => ({ folder: '/backups', backups: [] }))
    hub.answer('backups.create', () => backup('bad', 1, { state: 'failed', problem: 'the disk is full' }))
    const { backups } = createStores(hub.door)
    const creating = backups.getState().create()
    expect(backups.getState().isCreating).toBe(true)
    await backups.getState().create()
    await creating
    expect(hub.asked.filter(({ name }) => name === 'backups.create')).toHaveLength(1)
    expect(backups.getState()).toMatchObject({
      isCreating: false,
      createProblem: 'It was not verified: the disk is full',
    })
    hub.answer('backups.create', () => backup('good', 2))
    await backups.getState().create()
    expect(backups.getState().createProblem).toBeNull()
  })
})

describe('the store of storage', () => {
  it('keeps the last report when a later reading fails', async () => {
    const hub = createHub()
    hub.answer('storage.report', () => report(5))
    const { storage } = createStores(hub.door)
    await storage.getState().load()
    const failing = createHub()
    expect(storage.getState()).toMatchObject({ report: report(5), problem: null })
    const other = createStores(failing.door).storage
    await other.getState().load()
    expect(other.getState()).toMatchObject({ report: null, problem: 'no answer to storage.report', isLoading: false })
  })

  it('compacts once at a time and reads the report anew, also after a failure', async () => {
    const hub = createHub()
    hub.answer('storage.report', () => report(5))
    const { storage } = createStores(hub.door)
    await Promise.all([storage.getState().compact(), storage.getState().compact()])
    expect(hub.asked.map(({ name }) => name)).toEqual(['storage.compact', 'storage.report'])
    expect(storage.getState()).toMatchObject({
      isCompacting: false,
      compactProblem: 'no answer to storage.compact',
      report: report(5),
    })
  })
})

describe('the store of gaps', () => {
  it('reads page after page, also where a thousand instruments lost their feed in one moment', async () => {
    const all = [
      ...Array.from({ length: 400 }, (_, i) => gap(5_000 + i, 90_000 + i)),
      ...Array.from({ length: 1_700 }, (_, i) => gap(2_000 + i, 50_000)),
      gap(1, 10_000),
    ].sort((a, b) => b.from - a.from || b.id - a.id)
    const hub = createHub()
    hub.answer('gaps.list', ({ to, limit }) => all.filter(({ from }) => to === null || from < to).slice(0, limit))
    const gaps = createGapsStore(hub.api)
    await gaps.getState().load()
    expect(gaps.getState()).toMatchObject({ isLoaded: true, isComplete: false })
    for (let i = 0; i < 10 && !gaps.getState().isComplete; i++) await gaps.getState().loadOlder()
    expect(gaps.getState().isComplete).toBe(true)
    expect(gaps.getState().rows.at(-1)?.id).toBe(1)
  })

  it('takes a gap that closes or is filled for the one that it was', async () => {
    const hub = createHub()
    hub.answer('gaps.list', () => [gap(1, 10, { to: null })])
    const stores = createStores(hub.door)
    connectStores(stores)
    await stores.gaps.getState().load()
    hub.push('gap.changed', gap(1, 10, { to: 40, filledAt: 50 }))
    hub.push('gap.changed', gap(2, 20, { to: null }))
    await vi.waitFor(() =>
      expect(stores.gaps.getState().rows.map(({ id, to, filledAt }) => [id, to, filledAt])).toEqual([
        [2, null, null],
        [1, 40, 50],
      ]),
    )
  })
})

describe('the stores of stored data', () => {
  it('read anew what was read before when the market has started anew', async () => {
    const hub = createHub()
    hub.answer('backups.list', () => ({ folder: '/backups', backups: [] }))
    hub.answer('exports.list', () => ({ folder: '/exports', jobs: [] }))
    const stores = createStores(hub.door)
    connectStores(stores)
    await stores.backups.getState().load()
    await stores.exports.jobs.getState().load()
    hub.asked.length = 0
    hub.push('accounts.changed', [])
    await vi.waitFor(() =>
      expect(hub.asked.map(({ name }) => name)).toEqual(expect.arrayContaining(['backups.list', 'exports.list'])),
    )
    expect(hub.asked.map(({ name }) => name)).not.toContain('storage.report')
  })
})
