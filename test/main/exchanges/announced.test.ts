import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import { AnnouncedMaintenance } from '../../../src/main/exchanges/announced.ts'
import type { Maintenance } from '../../../src/main/exchanges/contract.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { ExchangeSession, type TopicsChange } from '../../../src/main/exchanges/session.ts'
import type { RestResult } from '../../../src/main/net/rest.ts'
import { startSimulator } from '../../../src/main/simulator/index.ts'
import type { ExchangeId, Instrument } from '../../../src/shared/domain/index.ts'
import { until } from '../../support/loopback.ts'

const minute = 60_000
const hour = 60 * minute
const midnight = Date.UTC(2026, 10, 21)

describe('announced maintenance', () => {
  beforeEach(() => void vi.useFakeTimers({ now: midnight }))
  afterEach(() => void vi.useRealTimers())

  /** `answers`: one for each question; the last one again and again. */
  async function open(...answers: (readonly Partial<Maintenance>[] | null)[]) {
    const asked: number[] = []
    const announced = new AnnouncedMaintenance({
      ask: async (): Promise<RestResult<readonly Maintenance[]>> => {
        const answer = answers[Math.min(asked.length, answers.length - 1)] ?? null
        asked.push((Date.now() - midnight) / minute)
        if (answer === null)
          return { ok: false, failure: { kind: 'network', code: null, message: 'no', retryAfterMs: null } }
        const usual = { title: 'Upgrade', from: null, until: null, isOngoing: false }
        return { ok: true, value: answer.map((one) => ({ ...usual, ...one })) }
      },
      now: () => Date.now(),
      onChange: () => undefined,
    })
    onTestFinished(() => announced.stop())
    announced.ask()
    await vi.advanceTimersByTimeAsync(0)
    return { announced, asked }
  }
  const at = (hours: number) => midnight + hours * hour

  it('is a note a day ahead, of the next one only', async () => {
    const { announced } = await open([
      { from: at(30), until: at(31) },
      { from: at(5), until: at(5.5), title: 'Later' },
      { from: at(2), until: at(3) },
      { from: at(-3), until: at(-2) },
    ])
    expect([announced.note(), announced.fault()]).toEqual(['maintenance announced for 02:00-03:00 UTC: Upgrade', null])
  })

  it.each([
    [{ from: at(2), title: '' }, 'maintenance announced from 02:00 UTC'],
    [{ from: at(25), until: at(26) }, null],
    [{ until: at(1) }, null],
  ])('of %j is the note %j', async (maintenance, note) => {
    const { announced } = await open([maintenance])
    expect(announced.note()).toBe(note)
  })

  it('is a fault between its times, and asked for again when it begins and ends', async () => {
    const halfMinute = 30_000
    const { announced, asked } = await open([{ from: at(2) + halfMinute, until: at(3) }])
    await vi.advanceTimersByTimeAsync(2 * hour + halfMinute)
    expect([announced.note(), announced.fault()]).toEqual([
      null,
      { kind: 'maintenance', words: 'announced maintenance until 03:00 UTC: Upgrade', until: at(3) },
    ])
    await vi.advanceTimersByTimeAsync(hour - halfMinute)
    expect(announced.fault()).toBeNull()
    const inTurn = Array.from({ length: 13 }, (_, turn) => 10 * turn)
    expect(asked.slice(0, 14)).toEqual([...inTurn, expect.closeTo(120 + 31 / 60, 5)])
    const atEnd = asked.length
    await vi.advanceTimersByTimeAsync(2_000)
    expect(asked.slice(atEnd)).toEqual([expect.closeTo(180 + 1 / 60, 5)])
  })

  it('lasts as long as the exchange says so, beyond its announced end too', async () => {
    const { announced } = await open([{ until: at(-1), isOngoing: true }], [])
    expect(announced.fault()?.words).toBe('announced maintenance until 23:00 UTC: Upgrade')
    await vi.advanceTimersByTimeAsync(minute)
    expect(announced.fault()).toBeNull()
  })

  it('keeps what it knows when nobody answers, asks sooner, and not at every fault', async () => {
    const { announced, asked } = await open([{ from: at(2), until: at(3) }], null)
    await vi.advanceTimersByTimeAsync(20_000)
    for (let fault = 0; fault < 5; fault++) announced.ask()
    await vi.advanceTimersByTimeAsync(minute)
    expect(asked).toEqual([0, 1 / 3, 4 / 3])
    expect(announced.note()).not.toBeNull()
  })
})

async function connect(exchange: ExchangeId, faults: readonly unknown[] = []) {
  const simulator = await startSimulator({ venues: [exchange], symbols: ['BTC_USDT'], rate: 20, faults })
  onTestFinished(() => simulator.close())
  const changes: TopicsChange[] = []
  const session = new ExchangeSession({
    connector: connectorOf(exchange),
    origins: simulator.origins,
    bus: createBus(() => undefined),
    logger: pino({ level: 'silent' }),
    onTopics: (change) => changes.push(change),
  })
  onTestFinished(() => session.stop())
  const listed = await session.loadInstruments()
  const found = listed.ok ? listed.value.find(({ symbol }) => symbol === 'BTC_USDT') : undefined
  if (found === undefined) throw new Error(`no list: ${JSON.stringify(listed)}`)
  const instrument: Instrument = { ...found, id: 1, key: `${exchange}:BTC_USDT` }
  session.useInstruments({ spot: new Map([[instrument.nativeName, instrument]]), perpetual: new Map() })
  session.want([{ channel: 'book_ticker', instrument, period: null }])
  session.start()
  return { simulator, session, changes }
}

describe('an exchange with maintenance', () => {
  it('announces it, and what ends meanwhile is no fault', { timeout: 60_000 }, async () => {
    const { simulator, session, changes } = await connect('okx', [{ kind: 'maintenance', at: 5, for: 8 }])
    await until(() => session.status().notes.length > 0, 'a note')
    expect(session.status().notes).toEqual([
      expect.stringMatching(/^maintenance announced for \d\d:\d\d-\d\d:\d\d UTC: Trading account system upgrade$/),
    ])
    await until(() => session.status().trouble?.kind === 'maintenance', 'it begins', 20_000)
    expect(session.status()).toMatchObject({
      trouble: { words: expect.stringMatching(/^announced maintenance until/), until: expect.any(Number) },
      notes: [],
    })
    await simulator.dropSockets(null)
    await until(() => changes.some(({ state }) => state === 'down'), 'down')
    expect(changes.find(({ state }) => state === 'down')).toMatchObject({
      cause: 'outage',
      reason: expect.stringMatching(/^announced maintenance until \d\d:\d\d UTC: Trading account system upgrade \(/),
    })
    await until(() => session.status().state === 'live' && session.status().trouble === null, 'all is well', 30_000)
  })

  it('says so when asked, where it announces nothing', { timeout: 60_000 }, async () => {
    const { simulator, session, changes } = await connect('binance')
    await until(() => session.status().state === 'live', 'live')
    await simulator.inject({ kind: 'maintenance' })
    await simulator.dropSockets(null)
    await until(() => session.status().trouble?.kind === 'maintenance', 'it is told', 40_000)
    expect(session.status().trouble?.words).toBe('announced maintenance: system_maintenance')
    await until(() => changes.at(-1)?.cause === 'outage', 'the cause')
  })
})
