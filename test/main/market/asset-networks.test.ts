import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { transferOf } from '../../../src/main/analytics/transfers.ts'
import { connectors } from '../../../src/main/exchanges/registry.ts'
import { createLogger } from '../../../src/main/log.ts'
import {
  AssetNetworkBoard,
  type AssetNetworkOptions,
  type NetworkSource,
} from '../../../src/main/market/asset-networks.ts'
import type { RestFailure, RestResult } from '../../../src/main/net/rest.ts'
import { createAssets } from '../../../src/main/simulator/assets.ts'
import { runSimulation } from '../../../src/main/simulator/simulation.ts'
import { venues } from '../../../src/main/simulator/venues/index.ts'
import type { AssetNetwork, ExchangeId } from '../../../src/shared/domain/index.ts'
import { connectorClient } from '../../support/connector-client.ts'

const minute = 60_000
const wait = { timeout: 10_000, interval: 5 }
const quick = { lookEveryMs: 5, backoff: { baseMs: 20, capMs: 100 } }

function boardOf(options: Partial<AssetNetworkOptions> & Pick<AssetNetworkOptions, 'exchanges' | 'sources'>) {
  const board = new AssetNetworkBoard({
    assets: () => new Set(['BTC']),
    logger: createLogger('silent'),
    timing: quick,
    ...options,
  })
  onTestFinished(() => board.stop())
  board.start()
  return board
}
const known = (board: AssetNetworkBoard, exchange: ExchangeId) =>
  expect.poll(() => board.standingOf(exchange).state, wait).toBe('known')

const failure = (kind: RestFailure['kind'], message: string): RestResult<readonly AssetNetwork[]> => ({
  ok: false,
  failure: { kind, code: null, message, retryAfterMs: null },
})
const rows = (exchange: ExchangeId, more: Partial<AssetNetwork> = {}): RestResult<readonly AssetNetwork[]> => ({
  ok: true,
  value: [
    {
      ...{ exchange, asset: 'BTC', network: 'BTC', contract: null, canDeposit: true, canWithdraw: true },
      ...{ withdrawalFee: '0.0001', minimumWithdrawal: null, receivedAt: 0, ...more },
    },
  ],
})

describe('what is known of networks, from the simulated exchanges', () => {
  it('fills from accounts and public lists, and sees withdrawals close', async () => {
    // A seed and a moment at which Gate closes withdrawals of BTC with the next ten minutes, and OKX keeps its deposits open.
    const instruments = [{ kind: 'spot' as const, base: 'BTC', quote: 'USDT' }].map((one) => ({
      ...{ ...one, exchange: 'gate' as const, symbol: 'BTC_USDT', tickSize: 1, lotSize: 1, minimumNotional: 1 },
      ...{ contractSize: 1, priceDecimals: 1, quantityDecimals: 1, listedAt: 0 },
    }))
    const start = Math.ceil(Date.UTC(2026, 4, 6, 11, 30) / (10 * minute)) * 10 * minute
    const opens = (seed: number, exchange: ExchangeId, at: number, field: 'canDeposit' | 'canWithdraw') =>
      createAssets(seed, exchange, { instruments }).networksOf('BTC', at)[0]?.[field] === true
    const seed = Array.from({ length: 5_000 }, (_, index) => index).find(
      (one) =>
        opens(one, 'gate', start, 'canWithdraw') &&
        !opens(one, 'gate', start + 10 * minute, 'canWithdraw') &&
        opens(one, 'okx', start, 'canDeposit') &&
        opens(one, 'okx', start + 10 * minute, 'canDeposit'),
    )
    const begun = Date.now()
    let shift = start - begun
    const now = () => Date.now() + shift
    const simulation = { ...(seed === undefined ? {} : { seed }), symbols: ['BTC_USDT'], rate: 0 }
    const simulator = await runSimulation({ ...simulation, venues: ['okx', 'gate', 'mexc'] }, venues, now)
    onTestFinished(() => simulator.close())

    const okx = connectorClient(simulator, 'okx', { now, listed: [] })
    const gate = connectorClient(simulator, 'gate', { now, listed: [] })
    const sourcesOf = (exchange: ExchangeId): readonly NetworkSource[] => {
      const open = connectors.gate.assetNetworks
      if (exchange === 'gate' && open) return [{ id: 'public', words: 'the public list', ask: () => gate.ask(open()) }]
      if (exchange !== 'okx') return []
      const ask = async () => (await okx.connector.assetNetworks?.(okx.ask)) ?? failure('invalid', '')
      return [{ id: 'okx-main', words: "account 'Main'", ask }]
    }
    const board = boardOf({
      exchanges: () => ['okx', 'gate', 'mexc'],
      sources: (exchange) => ({ sources: sourcesOf(exchange), why: 'needs an account' }),
      now,
    })
    await known(board, 'okx')
    await known(board, 'gate')
    expect(board.standingOf('okx')).toMatchObject({ words: "told by account 'Main'" })
    expect(transferOf(board, 'BTC', 'gate', 'okx')).toMatchObject({
      state: 'open',
      words: 'open on Bitcoin, fee not known',
    })
    expect(transferOf(board, 'BTC', 'gate', 'mexc')).toMatchObject({
      state: 'unknown',
      words: 'not known for MEXC: needs an account',
    })

    shift += 10 * minute
    await expect
      .poll(() => transferOf(board, 'BTC', 'gate', 'okx'), wait)
      .toMatchObject({ state: 'closed', words: expect.stringContaining('withdrawals closed on Gate') })
  })
})

describe('what is known of networks', () => {
  it('comes from the next source where one lacks the permission, which is told once', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
    let at = 0
    const board = boardOf({
      exchanges: () => ['gate'],
      sources: () => ({
        sources: [
          { id: 'a', words: "account 'Main'", ask: async () => failure('forbidden', 'no wallet permission') },
          { id: 'b', words: 'the public list', ask: async () => rows('gate') },
        ],
        why: '',
      }),
      logger,
      now: () => at,
    })
    await known(board, 'gate')
    expect(board.standingOf('gate').words).toBe(
      "told by the public list; account 'Main' lacks the permission: no wallet permission",
    )
    at += 11 * minute
    await expect.poll(() => board.standingOf('gate').asOf, wait).toBe(at)
    expect(lines).toHaveLength(1)
  })

  it('tells in the log when an asset that matters closes or opens', async () => {
    const lines: string[] = []
    const logger = pino(
      { level: 'info', base: null },
      { write: (line: string) => void lines.push(JSON.parse(line).msg) },
    )
    let at = 0
    let canWithdraw = true
    const ask = async () => {
      const told = rows('gate', { canWithdraw })
      const other = rows('gate', { canWithdraw, asset: 'ELSE' })
      return told.ok && other.ok ? { ok: true as const, value: [...told.value, ...other.value] } : told
    }
    const board = boardOf({
      exchanges: () => ['gate'],
      sources: () => ({ sources: [{ id: 'a', words: 'a', ask }], why: '' }),
      logger,
      now: () => at,
    })
    await known(board, 'gate')
    for (const isOpen of [true, false, true]) {
      canWithdraw = isOpen
      at += 11 * minute
      await expect.poll(() => board.standingOf('gate').asOf, wait).toBe(at)
    }
    expect(lines).toEqual(['withdrawals of BTC closed on Gate', 'withdrawals of BTC open again on Gate'])
  })

  it('is asked again after a failure, and no longer believed when that lasts', async () => {
    let at = 0
    let isDown = false
    const board = boardOf({
      exchanges: () => ['okx'],
      sources: () => ({
        sources: [
          {
            id: 'a',
            words: "account 'Main'",
            ask: async () => (isDown ? failure('network', 'no route') : rows('okx')),
          },
        ],
        why: '',
      }),
      now: () => at,
      timing: { ...quick, backoff: { baseMs: 1, capMs: 1 } },
    })
    await known(board, 'okx')
    expect(board.networksOf('okx', 'BTC')).toHaveLength(1)
    isDown = true
    at += 40 * minute
    await expect
      .poll(() => board.standingOf('okx'), wait)
      .toEqual({ exchange: 'okx', state: 'old', words: "account 'Main': no route", asOf: 0 })
    expect(board.networksOf('okx', 'BTC')).toEqual([])
    isDown = false
    at += minute
    await known(board, 'okx')
  })

  it('is not believed, and asked for again when it is due, after the clock was set back', async () => {
    let at = 600 * minute
    let asked = 0
    let looks = 0
    const ask = async () => {
      asked++
      return rows('okx')
    }
    const board = boardOf({
      exchanges: () => {
        looks++
        return ['okx']
      },
      sources: () => ({ sources: [{ id: 'a', words: 'a', ask }], why: '' }),
      now: () => at,
    })
    await known(board, 'okx')
    at -= 300 * minute
    expect([board.standingOf('okx').state, board.networksOf('okx', 'BTC')]).toEqual(['old', []])
    const before = looks
    await expect.poll(() => looks, wait).toBeGreaterThan(before + 1)
    expect(asked).toBe(1)
    at += 11 * minute
    await expect.poll(() => board.standingOf('okx'), wait).toMatchObject({ state: 'known', asOf: at })
    expect(asked).toBe(2)
  })

  it('asks at once when there is another account, and says what it waits for when there is none', async () => {
    let account: string | null = null
    let asked = 0
    const board = boardOf({
      exchanges: () => ['binance'],
      sources: () => ({
        sources:
          account === null
            ? []
            : [
                {
                  id: account,
                  words: account,
                  ask: async () => (++asked === 1 ? failure('forbidden', 'no') : rows('binance')),
                },
              ],
        why: 'needs an account',
      }),
      now: () => 0,
    })
    expect(board.standingOf('binance')).toMatchObject({ state: 'unknown', words: 'needs an account', asOf: null })
    expect(board.standingOf('mexc')).toMatchObject({ state: 'unknown', words: 'switched off' })
    account = 'one'
    await expect.poll(() => board.standingOf('binance').words, wait).toBe('one lacks the permission: no')
    account = 'two'
    await known(board, 'binance')
  })

  it('tells who listens of each answer, until they stop', async () => {
    let at = 0
    const told: ExchangeId[] = []
    const board = boardOf({
      exchanges: () => ['okx'],
      sources: () => ({ sources: [{ id: 'a', words: 'a', ask: async () => rows('okx') }], why: '' }),
      now: () => at,
    })
    const end = board.onChange((exchange) => told.push(exchange))
    await expect.poll(() => told, wait).toEqual(['okx'])
    end()
    at += 11 * minute
    await expect.poll(() => board.standingOf('okx').asOf, wait).toBe(at)
    expect(told).toEqual(['okx'])
  })
})
