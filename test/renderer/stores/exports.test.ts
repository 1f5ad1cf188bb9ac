import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createExports } from '../../../src/renderer/stores/exports.ts'
import { connectStores, createStores } from '../../../src/renderer/stores/index.ts'
import type { ExportEstimate, ExportJob } from '../../../src/shared/data.ts'
import { createHub, type TestHub } from '../support/hub.ts'

const estimate = (rows: number): ExportEstimate => ({
  rows,
  bytes: rows * 100,
  first: 1,
  last: 2,
  isExact: true,
  freeBytes: null,
})
const job = (id: string, part: Partial<ExportJob> = {}): ExportJob => ({
  id,
  request: { what: 'fills', exchanges: [], symbols: [], period: null, from: null, to: null, format: 'csv' },
  file: `/exports/${id}.csv`,
  gapsFile: null,
  state: 'running',
  rows: 0,
  totalRows: 100,
  bytes: 0,
  expectedRows: null,
  gaps: null,
  startedAt: Number(id.split('-')[1]),
  finishedAt: null,
  problem: null,
  ...part,
})
const estimates = (hub: TestHub) => hub.asked.filter(({ name }) => name === 'exports.estimate')
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('the estimate of an export', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is asked for at once, and after a pause in what is changed', async () => {
    const hub = createHub()
    hub.answer('exports.estimate', () => estimate(7))
    const exports = createExports(hub.api)
    const end = exports.watch()
    await settle()
    expect(exports.estimate.getState()).toEqual({ known: estimate(7), problem: null, isWaiting: false })
    exports.form.setState({ what: 'klines' })
    await vi.advanceTimersByTimeAsync(200)
    exports.form.setState({ period: '1h' })
    expect(exports.estimate.getState()).toMatchObject({ known: estimate(7), isWaiting: true })
    await vi.advanceTimersByTimeAsync(200)
    expect(estimates(hub)).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(estimates(hub).map(({ request }) => request)).toMatchObject([
      { what: 'book_tickers' },
      { what: 'klines', period: '1h' },
    ])
    exports.form.setState({ fileName: 'klines.csv' })
    end()
    exports.form.setState({ what: 'orders' })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(estimates(hub)).toHaveLength(2)
    expect(exports.estimate.getState().isWaiting).toBe(false)
  })

  it('drops the answer to a form that has changed since', async () => {
    const hub = createHub()
    const held: ((reply: ExportEstimate) => void)[] = []
    hub.answer('exports.estimate', () => new Promise((resolve) => held.push(resolve)))
    const exports = createExports(hub.api)
    exports.watch()
    await settle()
    exports.form.setState({ what: 'fills' })
    held[0]?.(estimate(1))
    await settle()
    expect(exports.estimate.getState()).toEqual({ known: null, problem: null, isWaiting: true })
    await vi.advanceTimersByTimeAsync(300)
    held[1]?.(estimate(2))
    await settle()
    expect(exports.estimate.getState()).toEqual({ known: estimate(2), problem: null, isWaiting: false })
  })

  it('says why there is none, and asks for none of a form that is wrong', async () => {
    const hub = createHub()
    const exports = createExports(hub.api)
    exports.watch()
    await settle()
    expect(exports.estimate.getState()).toEqual({
      known: null,
      problem: 'no answer to exports.estimate',
      isWaiting: false,
    })
    exports.form.setState({ fileName: '', preset: 'custom', from: 'never' })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(estimates(hub)).toHaveLength(1)
    expect(exports.estimate.getState()).toEqual({ known: null, problem: null, isWaiting: false })
    hub.answer('exports.estimate', () => estimate(3))
    exports.form.setState({ from: '' })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(exports.estimate.getState().known?.rows).toBe(3)
  })
})

describe('the exports of this run', () => {
  it('are newest first, and move on as they are told', async () => {
    const hub = createHub()
    hub.answer('exports.list', () => ({ folder: '/exports', jobs: [job('e-1'), job('e-2')] }))
    const stores = createStores(hub.door)
    connectStores(stores)
    const { jobs, folder } = stores.exports
    await jobs.getState().load()
    hub.push('exports.changed', job('e-1', { rows: 100, state: 'finished' }))
    hub.push('exports.changed', job('e-3'))
    expect(jobs.getState().rows.map(({ id, state }) => [id, state])).toEqual([
      ['e-3', 'running'],
      ['e-2', 'running'],
      ['e-1', 'finished'],
    ])
    expect(folder.getState().folder).toBe('/exports')
  })
})
