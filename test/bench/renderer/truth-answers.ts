/** What the fake hub of the previews says of order books, continuity, the network and raw frames. */

import type { BookColumns } from '../../../src/shared/columns.ts'
import type { CallName, PushName } from '../../../src/shared/contract.ts'
import type { ContinuityReport, ContinuityRequest, RawFramesStatus } from '../../../src/shared/data.ts'
import { type BookStatus, type GapCause, type Truth, truths } from '../../../src/shared/domain/index.ts'
import type { NetworkStatus } from '../../../src/shared/network.ts'
import type { Settings } from '../../../src/shared/settings.ts'
import type { AccountOptions } from './account-answers.ts'
import type { Market } from './market.ts'

type TruthCall = Extract<CallName, `books.${string}` | `network.${string}` | 'continuity.get' | 'rawFrames.status'>

const day = 86_400_000
const minute = 60_000
const reasons: Readonly<Record<Truth, string>> = {
  live: '',
  suspect: 'its best bid is not below its best ask (crossed)',
  stale: 'nothing came for 48 s, where 0.3 s are usual',
  gap: 'a sequence broke: being built anew',
}

/** Deterministic, so that pictures compare. */
const draw = (seed: number): number => {
  const x = Math.sin(seed * 12.9898) * 43_758.5453
  return x - Math.floor(x)
}

function continuity(market: Market, request: ContinuityRequest): ContinuityReport {
  const causes: readonly GapCause[] = ['disconnect', 'sleep', 'shutdown', 'network', 'outage', 'resync']
  const perDay = request.kind === 'kline' ? 1_440 : 86_400
  const series = market.instruments.map((instrument, row) => {
    const days: ContinuityReport['series'][number]['days'] = []
    for (let at = request.from, i = 0; at < request.to; at += day, i++) {
      const chance = draw(row * 977 + i)
      if (i < (row % 7) * 2) continue
      const expected = at + day > request.to ? Math.floor(((request.to - at) / day) * perDay) : perDay
      const share = chance > 0.97 ? 0.8 : chance > 0.9 ? 0.2 : chance > 0.75 ? 0.004 : 0
      const missing = Math.floor(expected * share)
      const cause = causes[Math.floor(chance * 1_000) % causes.length] ?? 'unknown'
      const rest = Math.floor(missing / 4)
      days.push({
        at,
        expected,
        held: expected - missing,
        missing,
        causes:
          missing === 0
            ? []
            : [
                { cause, missing: missing - rest, detail: cause === 'disconnect' ? 'nothing came for 30 s' : '' },
                ...(rest > 0 ? [{ cause: 'busy' as const, missing: rest, detail: '' }] : []),
              ],
      })
    }
    const sum = (of: (one: (typeof days)[number]) => number) => days.reduce((total, one) => total + of(one), 0)
    return {
      instrument: instrument.key,
      expected: sum(({ expected }) => expected),
      held: sum(({ held }) => held),
      missing: sum(({ missing }) => missing),
      days,
    }
  })
  return { kind: request.kind, period: request.period, from: request.from, to: request.to, series }
}

const truthOfRow = (row: number): Truth => (row === 1 ? 'suspect' : row === 2 ? 'stale' : row === 3 ? 'gap' : 'live')

/** `isLive`: whatever the exchange; else each of the four shows another truth. */
export function bookOf(market: Market, key: string, levels: number, isLive = false): BookColumns {
  const slot = market.instruments.findIndex((instrument) => instrument.key === key)
  const exchange = market.instruments[slot]?.exchange
  const row = ['binance', 'okx', 'gate', 'mexc'].indexOf(exchange ?? 'binance')
  const truth = isLive ? 'live' : truthOfRow(row)
  const middle = market.priceOf(Math.max(0, slot))
  const tick = market.instruments[slot]?.tickSize ?? middle / 20_000
  const count = truth === 'gap' ? 0 : levels
  const beat = Math.floor(Date.now() / 200)
  const size = (i: number, side: number) =>
    Math.round((0.05 + draw(slot * 31 + i * 7 + side + (beat % (i + 2)) * 0.13) * (1 + i / 6)) * 10_000) / 10_000
  const column = (make: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => make(i))
  return {
    instrumentId: market.instruments[slot]?.id ?? 0,
    truth,
    reason: reasons[truth],
    bidPrice: column((i) => Math.round((middle - tick * (i + 0.5)) / tick) * tick),
    bidQuantity: column((i) => size(i, 0)),
    askPrice: column((i) => Math.round((middle + tick * (i + 1.5)) / tick) * tick),
    askQuantity: column((i) => size(i, 1)),
    bidLevels: count === 0 ? 0 : 400,
    askLevels: count === 0 ? 0 : 398,
    updateId: 11_563_389_053_377 + beat,
    exchangeAt: Date.now() - 24,
    receivedAt: Date.now() - 12,
  }
}

/** What a hub that was just started says: nothing came, nothing was recorded, nothing happened. */
function emptyAnswers(market: Market) {
  return {
    'books.list': () => [],
    'books.depth': ({ instrument }: { instrument: string }): BookColumns => ({
      ...bookOf(market, instrument, 0),
      truth: 'gap',
      reason: 'waiting for the first snapshot',
      updateId: null,
      exchangeAt: null,
      receivedAt: null,
    }),
    'network.status': (): NetworkStatus => ({
      proxy: null,
      hasProxyPassword: false,
      keychainProblem: null,
      trouble: null,
      events: [],
    }),
    'continuity.get': ({ kind, period, from, to }: ContinuityRequest): ContinuityReport => ({
      kind,
      period,
      from,
      to,
      series: [],
    }),
    'rawFrames.status': (): RawFramesStatus => ({
      enabled: false,
      folder: '/home/trader/.local/share/crossbook/raw',
      bytes: 0,
      files: 0,
      oldest: null,
      newest: null,
      frames: 0,
      dropped: 0,
      problem: null,
    }),
  }
}

export function truthAnswers(
  { scene, areBooksLive }: AccountOptions,
  market: Market,
  settings: () => Settings,
  push: (name: PushName, payload: never) => void,
): Pick<Readonly<Record<CallName, (request: never) => unknown>>, TruthCall> {
  let hasProxyPassword = false
  const network = (): NetworkStatus => ({
    proxy: settings().network.proxy,
    hasProxyPassword,
    keychainProblem: null,
    trouble: null,
    events: [
      {
        at: Date.now() - 4 * minute,
        kind: 'sleep',
        words: 'slept for 7 h 12 min; every connection was checked and 6 were replaced',
      },
      {
        at: Date.now() - 9 * 60 * minute,
        kind: 'network',
        words: 'wlan0 has another address; every connection was checked',
      },
    ],
  })
  const raw = (): RawFramesStatus => ({
    enabled: settings().rawFrames.enabled,
    folder: '/home/trader/.local/share/crossbook/raw',
    bytes: 1_843_200_512,
    files: 21_204,
    oldest: Date.now() - 3 * day,
    newest: Date.now() - minute,
    frames: 48_112_904,
    dropped: 0,
    problem: null,
  })
  const statuses = (): BookStatus[] =>
    market.instruments.slice(0, 52).map((instrument, i) => {
      const truth = truths[3 - (i % 11 < 8 ? 0 : (i % 11) - 7)] ?? 'live'
      return {
        instrument: instrument.key,
        truth,
        reason: reasons[truth],
        since: Date.now() - i * minute,
        bidLevels: truth === 'gap' ? 0 : 400,
        askLevels: truth === 'gap' ? 0 : 398,
        updateId: 1_000 + i,
        updates: 120_000 + i * 31,
        resyncs: i % 3,
        receivedAt: Date.now() - 80,
      }
    })
  return {
    'books.list': statuses,
    'books.depth': ({ instrument, levels }: { instrument: string; levels: number }) =>
      bookOf(market, instrument, levels, areBooksLive),
    'books.resync': () => null,
    'network.status': network,
    'network.setProxyPassword': ({ password }: { password: string | null }) => {
      hasProxyPassword = password !== null
      push('network.status', network() as never)
      return null
    },
    'network.reconnect': () => null,
    'continuity.get': (request: ContinuityRequest) => continuity(market, request),
    'rawFrames.status': raw,
    ...(scene === 'none' ? emptyAnswers(market) : {}),
  }
}
