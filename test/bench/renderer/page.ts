/**
 * The interface on a made-up market, in a page of its own: for the bench and to look at while working on it.
 * `?instruments=52&changes=400` says how many instruments, and how many quote changes a second in ten batches;
 * `accounts=none|demo|locked|loading|failing` what the accounts are like, `fills=100000` how much has happened, `events=17` how
 * many orders and fills a second; `books=live` shows every order book live (else each exchange's is in another state).
 */
import '../../../src/renderer/zod-config.ts'
import { liveAccounts, sceneOf } from './account-answers.ts'
import { connections, createFakeApi, recorder } from './api.ts'
import { createMarket, createRandom } from './market.ts'

declare global {
  interface Window {
    /** Milliseconds between animation frames since the last call, which empties it. */
    takeFrames?: () => number[]
  }
}

const parameters = new URL(window.location.href).searchParams
const instruments = Number(parameters.get('instruments') ?? 52)
const changes = Number(parameters.get('changes') ?? 400)
const batchesPerSecond = 10

const random = createRandom(1)
const market = createMarket(instruments, random)
market.move(instruments * 8, Date.now())
const options = {
  scene: sceneOf(parameters.get('accounts')),
  fills: Number(parameters.get('fills') ?? 2_400),
  areBooksLive: parameters.get('books') === 'live',
  isDamaged: parameters.get('database') === 'damaged',
  delayMs: Number(parameters.get('delay') ?? 300),
}
const { api, push, shown, currency } = createFakeApi(market, random, options)
Object.defineProperty(window, 'crossbook', { value: api })

setInterval(() => {
  const slots = market.move(Math.round(changes / batchesPerSecond), Date.now())
  push('market.quotes', market.quotes([...new Set(slots)]))
  push('spreads.update', market.spreads())
}, 1_000 / batchesPerSecond)
setInterval(() => {
  push('connections.status', connections(market))
  push('recorder.status', recorder(instruments))
  for (const { instrument, period } of shown())
    void api.call('klines.list', { instrument, period, before: null, limit: 1 }).then((reply) => {
      if (reply.ok) push('market.klines', [reply.value.klines])
    })
}, 1_000)

if (options.scene === 'usual' || options.scene === 'demo')
  setInterval(() => {
    void api.call('accounts.list', {}).then((reply) => {
      if (reply.ok) push('accounts.status', reply.value)
    })
  }, 1_000)
const eventsPerSecond = Number(parameters.get('events') ?? 1)
liveAccounts(options, eventsPerSecond, push, currency)

let frames: number[] = []
let last = performance.now()
const count = (now: number) => {
  frames.push(now - last)
  last = now
  requestAnimationFrame(count)
}
requestAnimationFrame(count)
window.takeFrames = () => {
  const taken = frames
  frames = []
  return taken
}

await import('../../../src/renderer/main.tsx')
