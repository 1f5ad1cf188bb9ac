/** The trader's rules in a real Electron: from a quote on the wire to the native notification and the sound. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import { simulator } from '../support/simulator.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { electronExecutable, startDesktop } from './support/desktop.ts'
import { relayQuotes } from './support/quote-relay.ts'

const spotStreams = 'wss://stream.binance.com:9443'
/** Far above the simulated price. */
const limit = 1_000_000
const firings = 6
/** What fires sooner after a notification is told together with the next one. */
const gatheredMs = 2_200

const rule = {
  ...{ kind: 'price', instrument: 'binance:BTC_USDT', side: 'above', price: limit, coolDownSeconds: 0 },
} as const

interface Shown {
  readonly title: string
  readonly body: string
  readonly silent: boolean
  readonly at: number
}

const Alerts = z.object({
  value: z.object({ rows: z.array(z.object({ ruleId: z.string(), subject: z.string(), message: z.string() })) }),
})

/** Every call of `show` from here on is noted, and made. */
const watchNotifications = (app: ElectronApplication) =>
  app.evaluate(({ Notification }) => {
    const shown: Shown[] = []
    const show = Notification.prototype.show
    Notification.prototype.show = function () {
      shown.push({ title: this.title, body: this.body, silent: this.silent, at: Date.now() })
      show.call(this)
    }
    Reflect.set(globalThis, 'shownNotifications', shown)
  })
const notificationsOf = (app: ElectronApplication): Promise<readonly Shown[]> =>
  app.evaluate(() => Reflect.get(globalThis, 'shownNotifications'))

/** Every tone that the page begins, Hz. */
const watchTones = (page: Page) =>
  page.evaluate(() => {
    const tones: number[] = []
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) {
      tones.push(this.frequency.value)
      start.call(this, when)
    }
    Reflect.set(window, 'begunTones', tones)
  })
const tonesOf = (page: Page): Promise<readonly number[]> => page.evaluate(() => Reflect.get(window, 'begunTones'))

const ask = (page: Page, name: string, request: unknown): Promise<unknown> =>
  page.evaluate(([name, request]) => Reflect.get(window, 'crossbook').call(name, request), [name, request] as const)

/** Of one rule, newest first. */
const firedOf = async (page: Page, ruleId: string) => {
  const filter = { severity: null, rule: null, ruleId, text: null, unacknowledged: false }
  return Alerts.parse(await ask(page, 'alerts.history', { filter, cursor: null, limit: 100 })).value.rows
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(electronExecutable === '')('rules in a real Electron', () => {
  it('notify and sound as each of them asks for, at once, and not at all where settings forbid it', async () => {
    const exchange = await simulator({ venues: ['binance'], symbols: ['BTC_USDT'] })
    const origins = exchange.originsOf('binance')
    const relay = await relayQuotes(origins[spotStreams] ?? '', 'btcusdt@bookTicker')
    const folder = temporaryFolder()
    const settings = {
      ...{ mode: 'live', symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 10 } },
      exchanges: {
        binance: { origins: { ...origins, [spotStreams]: relay.origin } },
        ...Object.fromEntries(['okx', 'gate', 'mexc'].map((other) => [other, { enabled: false }])),
      },
      alerts: {
        rules: {
          told: { ...rule, name: 'Told', sound: 'ping' },
          untold: { ...rule, name: 'Untold', notification: false },
        },
      },
    }
    writeFileSync(join(folder, 'crossbook.yaml'), stringify(settings))
    const { app, page, errors } = await startDesktop(['--data', folder])
    await watchNotifications(app)
    await watchTones(page)
    const fire = async () => {
      const before = (await firedOf(page, 'untold')).length
      const at = await relay.priceNextQuote(String(limit * 2), String(limit * 2 + 1))
      await expect.poll(async () => (await firedOf(page, 'untold')).length, { timeout: 20_000 }).toBe(before + 1)
      return at
    }

    const latencies: number[] = []
    for (let turn = 1; turn <= firings; turn++) {
      const sentAt = await fire()
      await expect.poll(async () => (await notificationsOf(app)).length).toBe(turn)
      const shown = (await notificationsOf(app)).at(-1)
      const [alert] = await firedOf(page, 'told')
      expect(shown).toEqual({
        ...{ title: `Crossbook: ${alert?.subject}`, body: alert?.message, silent: true, at: expect.any(Number) },
      })
      expect(alert?.message).toMatch(/^Told: binance:BTC_USDT /)
      latencies.push((shown?.at ?? Number.NaN) - sentAt)
      await expect.poll(() => tonesOf(page)).toHaveLength(turn)
      await pause(gatheredMs)
    }
    const [least, median, most] = [0, firings / 2, firings - 1].map((n) => latencies.toSorted((a, b) => a - b)[n])
    process.stdout.write(
      `alert to notification, from the quote on the wire: ${least} to ${most} ms, median ${median} ms of ${firings}\n`,
    )

    const allow = (allowed: boolean) =>
      ask(page, 'settings.update', { changes: [{ path: ['appearance', 'notifications'], value: allowed }] })
    await allow(false)
    await fire()
    await pause(gatheredMs)
    expect(await notificationsOf(app)).toHaveLength(firings)
    // A sound is no notification.
    await expect.poll(() => tonesOf(page)).toHaveLength(firings + 1)
    await allow(true)
    await fire()
    await expect.poll(async () => (await notificationsOf(app)).length).toBe(firings + 1)
    // One tone of `ping` each, none of the rule without a sound.
    await expect.poll(() => tonesOf(page)).toEqual(new Array(firings + 2).fill(1_175))
    expect(errors).toEqual([])
  })
})
