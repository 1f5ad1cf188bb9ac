import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectPacer } from '../../../src/main/net/connect-pacer.ts'
import type { FeedRules } from '../../../src/main/net/feed.ts'
import type { FeedCallbacks } from '../../../src/main/net/feed-callbacks.ts'
import { FeedSession, type FeedSessionOptions } from '../../../src/main/net/session.ts'
import type { SessionTiming } from '../../../src/main/net/session-timing.ts'
import type { DownCause } from '../../../src/shared/domain/index.ts'
import {
  readToyFrame,
  serveToyFeed,
  type ToyFeed,
  type ToyManners,
  toyRequest,
  toyRules,
  until,
} from '../../support/loopback.ts'

const quick: Partial<SessionTiming> = {
  tickMs: 10,
  baseMs: 20,
  capMs: 100,
  failuresToOpen: 20,
  openMs: 200,
  openCapMs: 400,
  overlapMs: 50,
  pingEveryMs: 50,
  wakeProbeMs: 200,
}

/** What the session told its owner, in order, and what it brought. */
interface Heard {
  readonly log: string[]
  readonly pushes: { wire: string; n: number; generation: number }[]
}

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(manners: Partial<ToyManners> = {}, port = 0): Promise<ToyFeed> {
  const feed = await serveToyFeed(manners, port)
  cleanups.push(() => feed.close())
  return feed
}

/** A server that takes connections and sends nothing, or `answer` to the first bytes; its port. */
async function serveSilence(answer?: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', () => answer !== undefined && socket.end(answer))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise((resolve) => server.close(() => resolve())))
  return (server.address() as AddressInfo).port
}

function open(
  url: string,
  rules: Partial<FeedRules> = {},
  timing: Partial<SessionTiming> = {},
  more: Partial<FeedSessionOptions> = {},
  onDownCause: (cause: DownCause) => void = () => undefined,
): { session: FeedSession; heard: Heard } {
  const heard: Heard = { log: [], pushes: [] }
  const callbacks: FeedCallbacks = {
    onSocket: (generation, replaces) => heard.log.push(`socket ${generation} replaces ${replaces}`),
    onFrame: (generation, data) => {
      const { control, push } = readToyFrame(data)
      if (push !== null) heard.pushes.push({ ...push, generation })
      return control
    },
    onTakeover: (generation, replaced) => heard.log.push(`takeover ${generation} from ${replaced}`),
    onEnd: (generation) => heard.log.push(`end ${generation}`),
    onUp: (wires) => heard.log.push(`up ${[...wires].sort().join()}`),
    onDown: (wires, reason, _, cause) => {
      heard.log.push(`down ${[...wires].sort().join()}: ${reason}`)
      onDownCause(cause)
    },
    onRefused: ({ wire, message }) => heard.log.push(`refused ${wire}: ${message}`),
    onNotice: () => undefined,
    onStatus: () => undefined,
  }
  const session = new FeedSession({
    rules: toyRules(url, rules),
    callbacks,
    timing: { ...quick, ...timing },
    random: () => 0.5,
    ...more,
  })
  cleanups.push(() => session.stop())
  return { session, heard }
}

const wires = (...names: string[]): ReadonlySet<string> => new Set(names)
const states = (session: FeedSession) => session.status().map(({ state }) => state)
const live = (session: FeedSession) => () => states(session).length > 0 && states(session).every((s) => s === 'live')
/** Grants one wire and has it followed by `snapshot of <wire>`. */
const grantsWithNext: ToyManners['subscribe'] = (peer, _id, [wire]) => {
  peer.socket.send(JSON.stringify({ acked: [wire], next: `snapshot of ${wire}` }))
  return false
}
/** When texts that begin so came to the first peer, by performance.now(). */
const arrivals = (feed: ToyFeed, start: string): number[] =>
  (feed.peers[0]?.received ?? []).filter(({ text }) => text.startsWith(start)).map(({ at }) => at)
/** The most within not quite a second: a busy machine may bring two closer together than they were sent. */
const busiest = (times: readonly number[]): number =>
  Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + 800).length))
const ups = (heard: Heard) => heard.log.filter((line) => line.startsWith('up '))
const downs = (heard: Heard) => heard.log.filter((line) => line.startsWith('down '))

describe('an address for each connection', () => {
  const failure = { kind: 'unavailable', code: null, message: 'no tokens today', retryAfterMs: null } as const

  it('is asked for ahead of every attempt, and used once', async () => {
    const feed = await serve()
    let given = 0
    const obtainAddress = async () => ({ ok: true as const, value: `${feed.url}?token=${++given}` })
    const { session } = open('ws://127.0.0.1:9/nobody', { topicsPerSocket: 1 }, {}, { obtainAddress })
    session.want(wires('a', 'b'))
    session.start()
    await until(() => live(session)() && states(session).length === 2, 'two live sockets')
    feed.peers[0]?.socket.terminate()
    await until(() => feed.peers.length === 3 && live(session)(), 'connected again')
    expect(feed.paths()).toEqual(['/feed?token=1', '/feed?token=2', '/feed?token=3'])
  })

  it('that is refused is waited for, with the reason shown', async () => {
    const feed = await serve()
    let asked = 0
    const obtainAddress = async () =>
      ++asked < 3 ? { ok: false as const, failure } : { ok: true as const, value: feed.url }
    const { session, heard } = open('ws://127.0.0.1:9/nobody', {}, {}, { obtainAddress })
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'waiting', 'waiting')
    expect(session.status()[0]?.reason).toBe('no address to connect to: no tokens today')
    await until(live(session), 'live')
    expect([asked, ups(heard)]).toEqual([3, ['up a']])
  })

  it('that is refused after a cut explains the cut, once', async () => {
    const feed = await serve()
    const words = 'it does not serve this country'
    let isBlocked = false
    let asked = 0
    const downCauses: DownCause[] = []
    const { session, heard } = open(
      'ws://127.0.0.1:9/nobody',
      {},
      {},
      {
        obtainAddress: async () => {
          asked++
          return isBlocked ? { ok: false, failure: { ...failure, kind: 'denied' } } : { ok: true, value: feed.url }
        },
        addressFault: () => (isBlocked ? { kind: 'blocked', words, until: null } : null),
      },
      (cause) => downCauses.push(cause),
    )
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    isBlocked = true
    feed.peers[0]?.socket.terminate()
    await until(() => asked >= 4, 'refused more than once')
    expect([downCauses, downs(heard).at(-1)]).toEqual([['disconnect', 'blocked'], `down a: ${words}`])
    isBlocked = false
    await until(live(session), 'live again')
    expect(ups(heard)).toEqual(['up a', 'up a'])
  })
})

describe('declared topics', () => {
  it('splits them over sockets and subscribes each once', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url, { topicsPerSocket: 2 })
    session.want(wires('a', 'b', 'c', 'd', 'e'))
    session.start()
    await until(() => live(session)() && states(session).length === 3, 'three live sockets')
    expect([feed.open().map((peer) => [...peer.wires]), ups(heard), session.status().map(({ name }) => name)]).toEqual([
      [['a', 'b'], ['c', 'd'], ['e']],
      ['up a,b', 'up c,d', 'up e'],
      ['toy#1', 'toy#2', 'toy#3'],
    ])
  })

  it('touches only the difference when they change, and closes a socket that has none left', async () => {
    const feed = await serve()
    const { session } = open(feed.url, { topicsPerSocket: 2 })
    session.want(wires('a', 'b', 'c'))
    session.start()
    await until(() => feed.subscribed().length === 3 && live(session)(), 'subscribed')
    session.want(wires('a', 'd'))
    await until(() => feed.subscribed().join() === 'a,d' && feed.open().length === 1, 'the difference')
    await until(live(session), 'live')
    const requests = feed.peers[0]?.received
      .filter(({ text }) => text.startsWith('{'))
      .map(({ text }) => JSON.parse(text))
    expect(requests).toEqual([
      { op: 'sub', id: expect.any(Number), wires: ['a', 'b'] },
      { op: 'unsub', id: expect.any(Number), wires: ['b'] },
      { op: 'sub', id: expect.any(Number), wires: ['d'] },
    ])
  })

  it('unsubscribes a topic by what its ack called it, and sends what the ack asks for', async () => {
    const feed = await serve({
      subscribe: (peer, _id, [wire]) => {
        peer.socket.send(JSON.stringify({ acked: [wire], handle: wire === 'a' ? 71 : 72, next: `snapshot of ${wire}` }))
        return false
      },
    })
    const dropped: (number | null)[] = []
    const { session } = open(feed.url, {
      subscribe: ([wire = ''], nextId) => [toyRequest('sub', [wire], nextId())],
      unsubscribe: (those, nextId, _now, handleOf) => {
        dropped.push(...those.map(handleOf))
        return [toyRequest('unsub', those, nextId())]
      },
    })
    session.want(wires('a', 'b'))
    session.start()
    await until(live(session), 'live')
    const said = () => feed.peers[0]?.received.map(({ text }) => text).filter((text) => text.startsWith('snapshot'))
    await until(() => said()?.length === 2, 'what follows the acks')
    session.want(wires('a'))
    await until(() => dropped.length === 1, 'unsubscribed')
    expect([said(), dropped]).toEqual([['snapshot of a', 'snapshot of b'], [72]])
  })

  it('has one topic begin anew by asking for it again, and tells nobody that it was down', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url)
    session.want(wires('a', 'b'))
    session.start()
    expect(session.resubscribe('a')).toBe(false)
    await until(live(session), 'live')
    expect([session.resubscribe('a'), session.resubscribe('z')]).toEqual([true, false])
    const requests = () => feed.peers[0]?.received.filter(({ text }) => text.startsWith('{')) ?? []
    await until(() => requests().length === 3 && live(session)() && session.resubscribe('a'), 'granted again')
    expect(requests().map(({ text }) => JSON.parse(text))).toMatchObject([
      { op: 'sub', wires: ['a', 'b'] },
      { op: 'unsub', wires: ['a'] },
      { op: 'sub', wires: ['a'] },
    ])
    expect([ups(heard), feed.open().length]).toEqual([['up a,b'], 1])
  })

  it('paces its requests below the limit, heartbeats counted', async () => {
    const feed = await serve()
    const { session } = open(feed.url, {
      sendsPerSecond: 6,
      heartbeat: { everyMs: 600, text: () => 'beat' },
      subscribe: (all, nextId) => all.map((wire) => toyRequest('sub', [wire], nextId())),
    })
    session.want(wires('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'))
    session.start()
    await until(live(session), 'all subscribed')
    expect(busiest(arrivals(feed, ''))).toBeLessThanOrEqual(6)
    expect(feed.subscribed()).toHaveLength(8)
  })

  it('paces what follows acks below it too', async () => {
    const feed = await serve({ subscribe: grantsWithNext })
    const { session } = open(feed.url, {
      sendsPerSecond: 6,
      subscribe: (all, nextId) => all.map((wire) => toyRequest('sub', [wire], nextId())),
    })
    session.want(wires('a', 'b', 'c', 'd'))
    session.start()
    await until(() => arrivals(feed, 'snapshot').length === 4, 'what follows the acks')
    expect(busiest(arrivals(feed, ''))).toBeLessThanOrEqual(6)
  })

  it('keeps frames of a kind apart where the exchange wants that, without waiting for a tick, and pongs for nothing', async () => {
    const feed = await serve({
      subscribe(peer, id, [wire = '']) {
        peer.socket.send(JSON.stringify({ ping: `pong ${wire}` }))
        return grantsWithNext(peer, id, [wire])
      },
    })
    const spacingMs = 100
    const { session } = open(
      feed.url,
      {
        spacingMs,
        // Nothing else comes that could drive it on.
        heartbeat: null,
        subscribe: (all, nextId) => all.map((wire) => toyRequest('sub', [wire], nextId())),
      },
      { tickMs: 4_000, pingEveryMs: 60_000 },
    )
    session.want(wires('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'))
    const begun = performance.now()
    session.start()
    await until(() => arrivals(feed, 'snapshot').length === 8, 'what follows the acks', 3_500)
    for (const kind of ['{', 'snapshot']) {
      const times = arrivals(feed, kind)
      // A busy machine may bring two closer together than they were sent, but none before its time.
      expect(times.map((at, i) => at - begun >= i * spacingMs)).toEqual(times.map(() => true))
      const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
      expect(gaps.sort((a, b) => a - b)[3]).toBeGreaterThan(0.8 * spacingMs)
    }
    const [asked, ponged] = [arrivals(feed, '{'), arrivals(feed, 'pong')]
    expect(ponged.map((at, i) => at < (asked[i + 3] ?? Number.POSITIVE_INFINITY))).toEqual(asked.map(() => true))
  })

  it('leaves the time between two connection attempts that the exchange asks for', async () => {
    const feed = await serve()
    const { session } = open(feed.url, { topicsPerSocket: 1, connectIntervalMs: 120 })
    session.want(wires('a', 'b', 'c'))
    session.start()
    await until(() => feed.peers.length === 3, 'three sockets')
    const [first = 0, second = 0, third = 0] = feed.peers.map(({ connectedAt }) => connectedAt)
    expect(Math.min(second - first, third - second)).toBeGreaterThan(100)
  })

  it('leaves that time between the attempts of all sessions that share a pacer, and not those to other hosts', async () => {
    const feed = await serve()
    const pacer = new ConnectPacer()
    const origin = new URL(feed.url).origin
    const documented = (host: string, path: string) => ({ url: `ws://${host}/${path}`, connectIntervalMs: 150 })
    const origins = { 'ws://one.invalid': origin, 'ws://two.invalid': origin }
    for (const path of ['public', 'business', 'private', 'transfers']) {
      const { session } = open(feed.url, documented('one.invalid', path), {}, { pacer, origins })
      session.want(wires(path))
      session.start()
    }
    const { session: other } = open(feed.url, documented('two.invalid', 'public'), {}, { pacer, origins })
    other.want(wires('other'))
    other.start()
    await until(() => feed.peers.length === 5 && feed.subscribed().length === 5, 'five sockets')
    const isOther = feed.peers.map((peer) => peer.wires.has('other'))
    const times = feed.peers.flatMap(({ connectedAt }, i) => (isOther[i] ? [] : [connectedAt]))
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(120)
    expect(isOther.indexOf(true)).toBeLessThan(2)
  })
})

describe('answers', () => {
  it('asks again when an acknowledgement is overdue', async () => {
    let asked = 0
    const feed = await serve({ subscribe: () => ++asked > 1 })
    const { session } = open(feed.url, { ackTimeoutMs: 60 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    expect(asked).toBe(2)
  })

  it('gives a wire up after three tries and carries on with the rest', async () => {
    const feed = await serve({ subscribe: (_peer, _id, [wire]) => wire !== 'deaf' })
    const { session, heard } = open(feed.url, {
      ackTimeoutMs: 60,
      subscribe: (all, nextId) => all.map((wire) => toyRequest('sub', [wire], nextId())),
    })
    session.want(wires('a', 'deaf', 'b'))
    session.start()
    await until(() => session.refusals().size > 0, 'given up')
    const message = 'no acknowledgement after 3 requests'
    const sent = feed.peers[0]?.received.filter(({ text }) => text.includes('deaf')).length
    expect([heard.log.slice(1), [...session.refusals()], sent, session.status()[0]]).toMatchObject([
      [`refused deaf: ${message}`, 'up a,b'],
      [['deaf', message]],
      3,
      { state: 'live', topics: 3, acknowledged: 2, reason: null },
    ])
  })

  it('takes a late acknowledgement for one', async () => {
    const feed = await serve({
      subscribe: (peer, id) => {
        setTimeout(() => peer.socket.send(JSON.stringify({ ack: id })), 90)
        return false
      },
    })
    const { session, heard } = open(feed.url, { ackTimeoutMs: 60 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    expect([ups(heard), session.refusals().size]).toEqual([['up a'], 0])
  })

  it('narrows a refusal of many down to the one that is meant', async () => {
    const feed = await serve({
      subscribe: (peer, id, all) => {
        if (!all.includes('wrong')) return true
        peer.socket.send(JSON.stringify({ refused: 'unknown symbol', id }))
        return false
      },
    })
    const { session } = open(feed.url)
    session.want(wires('a', 'b', 'c', 'wrong', 'd', 'e', 'f', 'g'))
    session.start()
    await until(() => session.refusals().size > 0 && live(session)(), 'settled')
    expect([[...session.refusals()], feed.subscribed()]).toEqual([
      [['wrong', 'unknown symbol']],
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    ])
  })

  it('understands answers that name the wires instead of the request', async () => {
    const feed = await serve({
      subscribe: (peer, _id, all) => {
        const wrong = all.filter((wire) => wire === 'wrong')
        for (const wire of all) {
          if (wire === 'wrong') peer.socket.send(JSON.stringify({ refused: 'no', wires: wrong }))
          else peer.socket.send(JSON.stringify({ acked: [wire] }))
        }
        return false
      },
    })
    const { session, heard } = open(feed.url)
    session.want(wires('a', 'wrong', 'b'))
    session.start()
    await until(live(session), 'live')
    expect([ups(heard), [...session.refusals()]]).toEqual([['up a,b'], [['wrong', 'no']]])
  })

  it('says down for a topic that the server ends later', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url)
    session.want(wires('a', 'b'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send(JSON.stringify({ refused: 'delisted', wires: ['b'] }))
    await until(() => downs(heard).length > 0, 'down')
    expect([downs(heard), states(session)]).toEqual([['down b: delisted'], ['live']])
  })

  it('asks for refused topics again now and then', async () => {
    let asked = 0
    const feed = await serve({
      subscribe: (peer, id) => {
        if (++asked > 1) return true
        peer.socket.send(JSON.stringify({ refused: 'not now', id }))
        return false
      },
    })
    const { session, heard } = open(feed.url, {}, { refusedRetryMs: 100 })
    session.want(wires('a'))
    session.start()
    await until(() => ups(heard).length > 0, 'up after all')
    expect([heard.log.slice(1), session.refusals().size]).toEqual([['refused a: not now', 'up a'], 0])
  })
})

describe('life', () => {
  it('sends the heartbeat and measures its round trip', async () => {
    const feed = await serve({ heartbeat: (peer) => setTimeout(() => peer.socket.send('boom'), 30) })
    const { session } = open(feed.url, { heartbeat: { everyMs: 60, text: () => 'beat' } })
    session.want(wires('a'))
    session.start()
    await until(() => (feed.peers[0]?.received.filter(({ text }) => text === 'beat').length ?? 0) >= 3, 'three beats')
    await until(() => session.status()[0]?.latencyMs !== null, 'a latency')
    const latency = session.status()[0]?.latencyMs ?? 0
    expect(latency).toBeGreaterThan(25)
    expect(latency).toBeLessThan(1_000)
  })

  it('pings by protocol where there is no heartbeat text, and takes the pong for life', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url, { heartbeat: null, silenceMs: 150 })
    session.want(wires('a'))
    session.start()
    await until(() => (feed.peers[0]?.received.filter(({ text }) => text === '<ping>').length ?? 0) >= 8, 'eight pings')
    expect([downs(heard), session.status()[0]?.latencyMs, feed.peers.length]).toEqual([[], expect.any(Number), 1])
  })

  it("answers the server's own text ping", async () => {
    const feed = await serve({ connect: (peer) => peer.socket.send(JSON.stringify({ ping: 'answer-7' })) })
    const { session } = open(feed.url)
    session.want(wires('a'))
    session.start()
    await until(() => feed.peers[0]?.received.some(({ text }) => text === 'answer-7') ?? false, 'the answer')
  })

  it('takes protocol pings of the server for life', async () => {
    const feed = await serve({
      heartbeat: () => undefined,
      connect: (peer) => {
        const timer = setInterval(() => peer.socket.ping(), 30)
        peer.socket.on('close', () => clearInterval(timer))
      },
    })
    const { session, heard } = open(feed.url, { silenceMs: 120 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    const since = Date.now()
    await until(() => Date.now() - since > 400, 'more than the silence limit')
    expect([downs(heard), feed.peers.length]).toEqual([[], 1])
  })

  it('replaces a socket that has gone silent', async () => {
    const feed = await serve({ heartbeat: () => undefined })
    const { session, heard } = open(feed.url, { silenceMs: 100 })
    session.want(wires('a'))
    session.start()
    await until(() => feed.peers.length > 1 && ups(heard).length > 1, 'a second socket')
    expect(heard.log.slice(0, 5)).toEqual([
      'socket 1 replaces null',
      'up a',
      'down a: nothing came for 0.1 s',
      'end 1',
      'socket 2 replaces null',
    ])
  })

  it('shows silence as a state of its own', async () => {
    const feed = await serve({ heartbeat: () => undefined })
    const { session } = open(feed.url, { silenceMs: 100 }, { baseMs: 60_000, capMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'silent', 'silent')
    expect(session.status()[0]).toMatchObject({
      state: 'silent',
      reason: 'nothing came for 0.1 s',
      nextAttemptAt: expect.any(Number),
    })
  })

  it('counts frames a second', async () => {
    const feed = await serve()
    const { session } = open(feed.url, {}, { tickMs: 50 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    const timer = setInterval(() => feed.push('a'), 10)
    await until(() => (session.status()[0]?.messagesPerSecond ?? 0) > 30, 'a rate')
    clearInterval(timer)
    expect(session.status()[0]?.messagesPerSecond).toBeLessThan(150)
  })
})

describe('login', () => {
  /** Answers each login with `answer`, by the number of the connection (1 is the first); null: not at all. */
  async function serveLogin(answer: (connection: number) => true | string | null): Promise<ToyFeed> {
    const feed: ToyFeed = await serve({
      connect: (peer) => {
        const number = feed.peers.length
        peer.socket.on('message', (bytes) => {
          const login = bytes.toString().startsWith('login') ? answer(number) : null
          if (login !== null) peer.socket.send(JSON.stringify({ login }))
        })
      },
    })
    return feed
  }
  let logins = 0
  const login = { login: () => `login ${++logins}`, heartbeat: null }
  const texts = (feed: ToyFeed) =>
    feed.peers.map(({ received }) => received.filter(({ text }) => text !== '<ping>').map(({ text }) => text))
  const sub = (id: number, ...names: string[]) => toyRequest('sub', names, id).text

  it('comes first, and nothing is subscribed before its answer', async () => {
    logins = 0
    const answers: (() => void)[] = []
    const feed = await serve({
      connect: (peer) => {
        answers.push(() => peer.socket.send('{"login":true}'))
      },
    })
    const { session, heard } = open(feed.url, login)
    session.want(wires('a'))
    session.start()
    await until(() => texts(feed)[0]?.length === 1, 'the login')
    session.want(wires('a', 'b'))
    // Several ticks and protocol pings later there still is nothing but the login.
    await until(() => (feed.peers[0]?.received.length ?? 0) > 3, 'pings')
    const before = [texts(feed), states(session), [...heard.log]]
    for (const answer of answers) answer()
    await until(live(session), 'live')
    expect([before, texts(feed), ups(heard)]).toEqual([
      [[['login 1']], ['connecting'], ['socket 1 replaces null']],
      [['login 1', sub(1, 'a', 'b')]],
      ['up a,b'],
    ])
  })

  it('waits, as subscriptions do, until the server may be asked', async () => {
    logins = 0
    const settleMs = 150
    const feed = await serveLogin(() => true)
    const { session } = open(feed.url, { ...login, settleMs })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    const [peer] = feed.peers
    const asked = peer?.received.filter(({ text }) => text !== '<ping>') ?? []
    expect(asked.map(({ text }) => text)).toEqual(['login 1', sub(1, 'a')])
    // The server's clock of the connection starts a moment before the client's.
    expect((asked[0]?.at ?? 0) - (peer?.connectedAt ?? 0)).toBeGreaterThanOrEqual(settleMs - 20)
  })

  it('is made anew on every connection', async () => {
    logins = 0
    const feed = await serveLogin(() => true)
    const { session } = open(feed.url, login)
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.terminate()
    await until(() => feed.peers.length === 2 && live(session)(), 'live again')
    expect(texts(feed)).toEqual([
      ['login 1', sub(1, 'a')],
      ['login 2', sub(2, 'a')],
    ])
  })

  it('that is refused replaces the socket with backoff, and says why', async () => {
    const feed = await serveLogin((connection) => (connection < 4 ? 'bad signature' : true))
    const { session, heard } = open(feed.url, login)
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live in the end')
    expect([
      heard.log.filter((line) => !line.startsWith('end')),
      texts(feed).map(({ length }) => length),
      feed.open().length,
    ]).toEqual([
      [
        'socket 1 replaces null',
        'down a: login refused: bad signature',
        'socket 2 replaces null',
        'down a: login refused: bad signature',
        'socket 3 replaces null',
        'down a: login refused: bad signature',
        'socket 4 replaces null',
        'up a',
      ],
      [1, 1, 1, 2],
      1,
    ])
  })

  it('that stays refused opens the circuit instead of asking on and on', async () => {
    const feed = await serveLogin(() => 'unknown key')
    const { session } = open(feed.url, login, { failuresToOpen: 3, openMs: 60_000, openCapMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'open_circuit', 'the open circuit')
    expect([feed.peers.length, session.status()[0]?.reason]).toEqual([3, 'login refused: unknown key'])
  })

  it('that gets no answer replaces the socket, though it lives', async () => {
    const feed = await serveLogin((connection) => (connection === 1 ? null : true))
    const { session, heard } = open(feed.url, { ...login, ackTimeoutMs: 100 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    expect([downs(heard), texts(feed).map(({ length }) => length)]).toEqual([
      ['down a: no answer to the login for 0.1 s'],
      [1, 2],
    ])
  })

  it('is part of a rotation: the replacement takes over only once it is logged in and subscribed', async () => {
    const feed = await serveLogin(() => true)
    const { session, heard } = open(feed.url, login)
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send('{"closing":"soon"}')
    await until(() => heard.log.includes('takeover 2 from 1'), 'the takeover')
    expect([downs(heard), texts(feed).map((list) => list[0]?.slice(0, 5))]).toEqual([[], ['login', 'login']])
    expect(texts(feed)[1]).toHaveLength(2)
  })
})

describe('a feed whose address subscribes', () => {
  it('is up once it is open, and sends nothing for its wires', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url, { subscribedByUrl: true, heartbeat: null })
    session.want(wires('a', 'b'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.terminate()
    await until(() => ups(heard).length === 2 && live(session)(), 'live again')
    const sent = feed.peers.flatMap(({ received }) => received.filter(({ text }) => text !== '<ping>'))
    expect([ups(heard), sent]).toEqual([['up a,b', 'up a,b'], []])
  })
})

describe('loss', () => {
  it('reconnects and subscribes everything again after a drop', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url)
    session.want(wires('a', 'b'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.close(1012, 'restart')
    await until(() => ups(heard).length === 2, 'up again')
    expect([heard.log, feed.subscribed(), session.status()[0]]).toMatchObject([
      [
        'socket 1 replaces null',
        'up a,b',
        'down a,b: closed by the server (code 1012: restart)',
        'end 1',
        'socket 2 replaces null',
        'up a,b',
      ],
      ['a', 'b'],
      { state: 'live', reconnects: 1, reason: null },
    ])
  })

  it('waits longer after each refusal, then opens the circuit and says when it tries next', async () => {
    const port = await serveSilence('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    const { session, heard } = open(
      `ws://127.0.0.1:${port}`,
      {},
      { failuresToOpen: 3, openMs: 60_000, openCapMs: 60_000 },
    )
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'open_circuit', 'the open circuit')
    const [status] = session.status()
    const reason = 'the server answered the handshake with HTTP 403'
    expect([heard.log.filter((line) => line.startsWith('socket')).length, downs(heard), status?.reason]).toEqual([
      3,
      [`down a: ${reason}`],
      reason,
    ])
    const waitMs = (status?.nextAttemptAt ?? 0) - Date.now()
    expect(waitMs).toBeGreaterThan(40_000)
    expect(waitMs).toBeLessThan(46_000)
  })

  it('comes back when the server does', async () => {
    const first = await serveToyFeed()
    const { session, heard } = open(first.url)
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    await first.close()
    await until(() => states(session)[0] === 'waiting', 'waiting')
    await serve({}, first.port)
    await until(live(session), 'live again')
    expect(ups(heard)).toEqual(['up a', 'up a'])
  })

  it('counts a connection that does not last as a failure', async () => {
    const feed = await serve({
      subscribe: (peer) => {
        setTimeout(() => peer.socket.terminate(), 5)
        return true
      },
    })
    const { session } = open(feed.url, {}, { failuresToOpen: 4, openMs: 60_000, openCapMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'open_circuit', 'the open circuit')
    expect(feed.peers).toHaveLength(4)
  })

  it('obeys Retry-After of a refused handshake', async () => {
    const refusal = 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n'
    const port = await serveSilence(refusal)
    const { session } = open(`ws://127.0.0.1:${port}`)
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'waiting', 'waiting')
    const [status] = session.status()
    expect(status?.reason).toBe('the server answered the handshake with HTTP 429')
    expect((status?.nextAttemptAt ?? 0) - Date.now()).toBeGreaterThan(28_000)
  })

  it('gives up on a handshake that gets no answer', async () => {
    const port = await serveSilence()
    const { session } = open(`ws://127.0.0.1:${port}`, {}, { handshakeTimeoutMs: 60 })
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'waiting', 'waiting')
    expect(session.status()[0]?.reason).toBe('Opening handshake has timed out')
  })

  it('swaps the origin and keeps the path', async () => {
    const feed = await serve()
    const { session } = open(
      'wss://stream.test:9443/feed',
      {},
      {},
      {
        origins: { 'wss://stream.test:9443': `ws://127.0.0.1:${feed.port}` },
      },
    )
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
  })
})

describe('rotation', () => {
  /** Keeps a wire's numbers flowing; the owner takes the old socket's frames until the takeover, then the new one's. */
  const pump = (feed: ToyFeed) => {
    const timer = setInterval(() => {
      for (let i = 0; i < 5; i++) feed.push('a')
    }, 2)
    cleanups.push(async () => clearInterval(timer))
    return () => clearInterval(timer)
  }

  it('replaces a connection ahead of its lifetime, and the two together have no hole', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url, { lifetimeMs: 400 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    const stop = pump(feed)
    await until(() => heard.log.filter((line) => line.startsWith('takeover')).length >= 3, 'three rotations')
    stop()
    const last = heard.pushes.at(-1)?.n ?? 0
    const numbers = new Set(heard.pushes.map(({ n }) => n))
    const oldOfFirst = heard.pushes.filter(({ generation }) => generation === 1).map(({ n }) => n)
    const newOfFirst = heard.pushes.filter(({ generation }) => generation === 2).map(({ n }) => n)
    expect({
      distinct: numbers.size,
      overlap: (newOfFirst[0] ?? 0) < (oldOfFirst.at(-1) ?? 0),
      downs: downs(heard),
      takeovers: heard.log.filter((line) => line.startsWith('takeover')).slice(0, 2),
      reconnects: session.status()[0]?.reconnects,
    }).toEqual({
      distinct: last,
      overlap: true,
      downs: [],
      takeovers: ['takeover 2 from 1', 'takeover 3 from 2'],
      reconnects: 0,
    })
  })

  it('opens the replacement at once when the server says that it will close', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url)
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => feed.open().length === 1 && feed.peers.length === 2, 'the exchange of sockets')
    // The server sees the close before the client has heard of its end.
    await until(() => heard.log.includes('end 1'), 'the end')
    expect(heard.log).toEqual(['socket 1 replaces null', 'up a', 'socket 2 replaces 1', 'takeover 2 from 1', 'end 1'])
  })

  it('goes on with the replacement when the old connection ends early', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url, {}, { overlapMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => feed.subscribed().length === 2, 'both subscribed')
    // The acknowledgement was sent before this close, on another socket: a ping behind it proves that it has arrived.
    await new Promise<void>((resolve) => {
      feed.peers[1]?.socket.once('pong', () => resolve())
      feed.peers[1]?.socket.ping()
    })
    feed.peers[0]?.socket.terminate()
    await until(() => heard.log.includes('end 1'), 'the end')
    expect([downs(heard), states(session), heard.log.includes('takeover 2 from 1')]).toEqual([[], ['live'], true])
  })

  it('tells the hole where the old connection was dead before the replacement was ready', async () => {
    const feed = await serve({ subscribe: (peer) => peer === feed.peers[0] })
    const { session, heard } = open(feed.url, { silenceMs: 2_000 }, { overlapMs: 60_000, wakeProbeMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => feed.peers[1]?.received.some(({ text }) => text.includes('"a"')) === true, 'the second request')
    // Half-open: nothing comes from it any more.
    feed.peers[0]?.socket.pause()
    await until(() => (session.silentMs ?? 0) > 500, 'silence')
    feed.peers[1]?.socket.send(JSON.stringify({ acked: ['a'] }))
    await until(() => heard.log.includes('takeover 2 from 1'), 'the takeover')
    expect(heard.log.slice(1, 6)).toEqual([
      'up a',
      'socket 2 replaces 1',
      'down a: it said before that it would close: maintenance (nothing came for 2 s)',
      'takeover 2 from 1',
      'up a',
    ])
  })

  it('tells the hole of a mute connection though nothing else would have told of it before the takeover', async () => {
    const feed = await serve({ subscribe: (peer) => peer === feed.peers[0] })
    const { session, heard } = open(feed.url, { silenceMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => feed.peers[1]?.received.some(({ text }) => text.includes('"a"')) === true, 'the second request')
    // Half-open: nothing comes from it any more.
    feed.peers[0]?.socket.pause()
    await until(() => (session.silentMs ?? 0) > 200, 'silence')
    feed.peers[1]?.socket.send(JSON.stringify({ acked: ['a'] }))
    await until(() => heard.log.includes('takeover 2 from 1'), 'the takeover')
    expect(heard.log.slice(1, 6)).toEqual([
      'up a',
      'socket 2 replaces 1',
      'down a: it said before that it would close: maintenance (no answer before its replacement took over)',
      'takeover 2 from 1',
      'up a',
    ])
  })

  it('tells the hole of a mute connection where its replacement has to take over before it could answer', async () => {
    const feed = await serve({ subscribe: (peer) => peer === feed.peers[0] })
    const { session, heard } = open(feed.url, { silenceMs: 60_000 }, { overlapMs: 60_000, wakeProbeMs: 60_000 })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => feed.peers[1]?.received.some(({ text }) => text.includes('"a"')) === true, 'the second request')
    // Half-open: nothing comes from it any more.
    feed.peers[0]?.socket.pause()
    await until(() => (session.silentMs ?? 0) > 200, 'silence')
    feed.peers[1]?.socket.send(JSON.stringify({ acked: ['a'] }))
    await new Promise<void>((resolve) => {
      feed.peers[1]?.socket.once('pong', () => resolve())
      feed.peers[1]?.socket.ping()
    })
    session.takeOverNow(2)
    await until(() => heard.log.includes('takeover 2 from 1'), 'the takeover')
    expect(heard.log.slice(1, 6)).toEqual([
      'up a',
      'socket 2 replaces 1',
      'down a: no answer before its replacement had to take over',
      'takeover 2 from 1',
      'up a',
    ])
  })

  it('keeps the old connection when the replacement cannot be opened', async () => {
    let refuse = false
    const feed = await serve({ connect: (peer) => refuse && peer.socket.terminate() })
    const { session, heard } = open(feed.url)
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    refuse = true
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => feed.peers.length >= 3, 'two attempts')
    refuse = false
    await until(() => heard.log.some((line) => line.startsWith('takeover')), 'the takeover')
    expect([downs(heard), states(session)]).toEqual([[], ['live']])
  })

  it('lets a replacement that is not fully acknowledged take over in the end, and says what is missing', async () => {
    let deaf = false
    const feed = await serve({ subscribe: (_peer, _id, [wire]) => !(deaf && wire === 'b') })
    const { session, heard } = open(
      feed.url,
      { subscribe: (all, nextId) => all.map((wire) => toyRequest('sub', [wire], nextId())) },
      { rotationBoundMs: 150 },
    )
    session.want(wires('a', 'b'))
    session.start()
    await until(live(session), 'live')
    deaf = true
    feed.peers[0]?.socket.send(JSON.stringify({ closing: 'maintenance' }))
    await until(() => heard.log.includes('takeover 2 from 1'), 'the takeover')
    expect([downs(heard), states(session)]).toEqual([
      ['down b: the new connection has not acknowledged it'],
      ['connecting'],
    ])
  })
})

describe('sleep of the machine', () => {
  it('replaces what cannot have survived, without waiting for a backoff', async () => {
    const feed = await serve({ heartbeat: () => undefined })
    let slept = 0
    const { session, heard } = open(feed.url, {}, {}, { wallNow: () => Date.now() + slept })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    slept = 3_600_000
    await until(() => ups(heard).length === 2, 'up again')
    expect(heard.log.slice(1, 3)).toEqual(['up a', 'down a: this machine paused for 3600 s'])
  })

  it('asks the rest for a sign of life and replaces those that give none', async () => {
    const feed = await serve({ heartbeat: () => undefined })
    let slept = 0
    const { session, heard } = open(feed.url, { silenceMs: 60_000 }, {}, { wallNow: () => Date.now() + slept })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    // A half-open connection: nothing that is sent to it is ever answered.
    feed.peers[0]?.socket.pause()
    slept = 20_000
    await until(() => ups(heard).length === 2, 'up again')
    expect(downs(heard)).toEqual(['down a: no answer after a pause of this machine'])
  })

  it('takes no frames that lay unread for a sign of life after a long one', async () => {
    const feed = await serve()
    let slept = 0
    const { session, heard } = open(feed.url, { silenceMs: 10_000 }, {}, { wallNow: () => Date.now() + slept })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    // Half-open: nothing that is sent to it is answered, while what came before is still being read.
    feed.peers[0]?.socket.pause()
    const unread = setInterval(() => {
      for (let frame = 0; frame < 20; frame++) feed.push('a')
    }, 1)
    slept = 3_600_000
    await until(() => ups(heard).length === 2, 'up again').finally(() => clearInterval(unread))
    expect(downs(heard)).toHaveLength(1)
  })

  it('keeps what answers', async () => {
    const feed = await serve()
    let slept = 0
    const { session, heard } = open(feed.url, { silenceMs: 60_000 }, {}, { wallNow: () => Date.now() + slept })
    session.want(wires('a'))
    session.start()
    await until(live(session), 'live')
    slept = 20_000
    const since = Date.now()
    await until(() => Date.now() - since > 400, 'more than the probe allows')
    expect([downs(heard), feed.peers.length]).toEqual([[], 1])
  })

  it('tries again at once when the circuit was open', async () => {
    let isBanned = true
    const feed = await serve({ connect: (peer) => isBanned && peer.socket.close(1008, 'no') })
    let slept = 0
    const { session } = open(
      feed.url,
      {},
      { failuresToOpen: 1, openMs: 600_000, openCapMs: 600_000 },
      { wallNow: () => Date.now() + slept },
    )
    session.want(wires('a'))
    session.start()
    await until(() => states(session)[0] === 'open_circuit', 'the open circuit')
    isBanned = false
    slept = 60_000
    await until(live(session), 'live', 5_000)
  })
})

describe('stop', () => {
  it('says down, closes every socket politely and leaves nothing running', async () => {
    const feed = await serve()
    const { session, heard } = open(feed.url, { topicsPerSocket: 1 })
    session.want(wires('a', 'b'))
    session.start()
    await until(live(session), 'live')
    const codes: number[] = []
    for (const peer of feed.peers) peer.socket.on('close', (code) => codes.push(code))
    await session.stop()
    await until(() => codes.length === 2, 'both closed')
    expect([codes, downs(heard), states(session), feed.open().length]).toEqual([
      [1000, 1000],
      ['down a: switched off', 'down b: switched off'],
      ['stopped', 'stopped'],
      0,
    ])
  })

  it('ends attempts that are under way', async () => {
    const { session, heard } = open(`ws://127.0.0.1:${await serveSilence()}`)
    session.want(wires('a'))
    session.start()
    await session.stop()
    expect(heard.log).toEqual(['socket 1 replaces null', 'end 1'])
  })
})
