import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../support/temporary.ts'
import { toolPath } from '../../../support/tools.ts'
import {
  bitcoin,
  type Entry,
  entries,
  ether,
  live,
  publishFill,
  publishOrder,
  quote,
  redis,
  rig,
  until,
} from './support.ts'

const numberOf = ({ message }: Entry): number => Number(String(message.trade_id).slice(1))
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

/** Every one, once, in order. */
function expectAll(got: readonly Entry[], count: number): void {
  expect(got.map(numberOf)).toEqual(upTo(count))
  expect(got.every(({ sequence }, at) => at === 0 || sequence > (got[at - 1]?.sequence ?? 0))).toBe(true)
  expect(new Set(got.map(({ sender }) => sender)).size).toBe(got.length === 0 ? 0 : 1)
}

describe.skipIf(!toolPath('redis'))('happenings', { timeout: 60_000 }, () => {
  it('arrive exactly once and in order while the server is killed again and again under load', async () => {
    const server = await redis()
    const one = rig({ url: server.url, streamLength: 1_000_000 })
    one.bridge.start()
    await live(one)
    let number = 0
    const load = setInterval(() => {
      for (let at = 0; at < 40; at++) {
        publishFill(one.bus, ++number)
        one.bus.publish(quote(at % 2 ? bitcoin : ether, number))
      }
      publishOrder(one.bus, number)
    }, 5)
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await server.kill()
      await new Promise((resolve) => setTimeout(resolve, 200))
      await server.restart()
      await live(one)
    }
    clearInterval(load)
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
    const client = server.client()
    expectAll(await entries(client, 'crossbook:stream:fill'), number)
    const orders = (await entries(client, 'crossbook:stream:order_update')).map(
      ({ message }) => message.exchange_order_id,
    )
    expect(orders).toEqual(upTo(number / 40).map((at) => `o${at * 40}`))
    const status = one.bridge.status()
    expect(status).toMatchObject({ reconnects: 5, lostHappenings: 0, spilledHappenings: 0 })
    expect(status.droppedState).toBeGreaterThan(number / 2)
    await one.bridge.stop()
    expect(readdirSync(one.folder)).toEqual(['sender.json'])
  })

  it('wait on the disk for as long as it takes, while memory stays bounded and nothing is slowed', async () => {
    const server = await redis()
    await server.kill()
    const one = rig({ url: server.url, streamLength: 1_000_000 })
    one.bridge.start()
    await until(() => one.bridge.status().state === 'waiting', 'it waits')
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let round = 0; round < 100; round++) {
      for (let at = 0; at < 10_000; at++) one.bus.publish(quote(at % 2 ? bitcoin : ether, at))
      for (let at = 1; at <= 500; at++) publishFill(one.bus, round * 500 + at)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(() => one.bridge.status().spilledHappenings === 50_000, 'all lie on the disk')
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * 2 ** 20)
    expect(one.bridge.status()).toMatchObject({
      waitingHappenings: 50_000,
      droppedState: 1_000_000 - 2,
      lostHappenings: 0,
    })
    await server.restart()
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
    expectAll(await entries(server.client(), 'crossbook:stream:fill'), 50_000)
  })

  it('survive a restart of the bridge, and a line torn by a crash', async () => {
    const server = await redis()
    await server.kill()
    const folder = join(temporaryFolder(), 'spill')
    const first = rig({ url: server.url }, { spillFolder: folder })
    first.bridge.start()
    await until(() => first.bridge.status().state === 'waiting', 'it waits')
    for (const number of upTo(100)) publishFill(first.bus, number)
    await first.bridge.stop()
    const [segment = ''] = readdirSync(folder).filter((name) => name.endsWith('.spill'))
    appendFileSync(join(folder, segment), 'deadbeef 123\tfill:BINANCE:BTC_USDT\t{"event_type":"fi')
    await server.restart()
    const second = rig({ url: server.url }, { spillFolder: folder })
    second.bridge.start()
    await until(() => second.bridge.status().state !== 'off', 'it has started')
    publishFill(second.bus, 101)
    await until(
      () => second.bridge.status().published > 100 && second.bridge.status().waitingHappenings === 0,
      'nothing waits',
    )
    expectAll(await entries(server.client(), 'crossbook:stream:fill'), 101)
    expect(second.alerts).toEqual([
      expect.objectContaining({
        severity: 'warning',
        message: expect.stringContaining('1 happenings for Redis could not be read'),
      }),
    ])
  })

  it('go on behind what somebody took from the disk or damaged', async () => {
    const server = await redis()
    await server.kill()
    const limits = { memoryCount: 10, segmentBytes: 2_000 }
    const one = rig({ url: server.url }, { limits })
    one.bridge.start()
    await until(() => one.bridge.status().state === 'waiting', 'it waits')
    for (const number of upTo(100)) {
      publishFill(one.bus, number)
      if (number % 10 === 0) await until(() => one.bridge.status().spilledHappenings === number, 'they lie on the disk')
    }
    const [first = '', second = ''] = readdirSync(one.folder).filter((name) => name.endsWith('.spill'))
    const gone = readFileSync(join(one.folder, first), 'utf8').split('\n').length - 1
    rmSync(join(one.folder, first))
    const lines = readFileSync(join(one.folder, second), 'utf8').split('\n')
    lines[1] = lines[1]?.replace('50000.5', '60000.5') ?? ''
    writeFileSync(join(one.folder, second), lines.join('\n'))
    await server.restart()
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
    const expected = upTo(100).filter((number) => number > gone && number !== gone + 2)
    expect((await entries(server.client(), 'crossbook:stream:fill')).map(numberOf)).toEqual(expected)
    expect(one.alerts.map(({ message }) => /^(\d+) happenings/.exec(message)?.[1])).toEqual([String(gone), '1'])
  })

  it('are not delivered again from a segment whose first part had been delivered before a crash', async () => {
    const server = await redis()
    await server.kill()
    const folder = join(temporaryFolder(), 'spill')
    const first = rig({ url: server.url }, { spillFolder: folder })
    first.bridge.start()
    await until(() => first.bridge.status().state === 'waiting', 'it waits')
    for (const number of upTo(50)) publishFill(first.bus, number)
    await first.bridge.stop()
    await server.restart()
    const client = server.client()
    const [segment = ''] = readdirSync(folder).filter((name) => name.endsWith('.spill'))
    // As if the one that crashed had come as far as the 20th.
    const sequence = Number(segment.slice(0, 16)) + 19
    const { sender } = JSON.parse(readFileSync(join(folder, 'sender.json'), 'utf8')) as { sender: string }
    await client.set(`crossbook:sender:${sender}`, String(sequence))
    const second = rig({ url: server.url }, { spillFolder: folder })
    second.bridge.start()
    await live(second)
    await until(() => second.bridge.status().waitingHappenings === 0, 'nothing waits')
    expect((await entries(client, 'crossbook:stream:fill')).map(numberOf)).toEqual(upTo(50).slice(20))
  })

  it('give up the oldest on the disk when its bound is reached, and say so once', async () => {
    const server = await redis()
    await server.kill()
    const limits = { memoryCount: 100, memoryBytes: 2 ** 20, segmentBytes: 20_000, spillBytes: 200_000 }
    const one = rig({ url: server.url }, { limits })
    one.bridge.start()
    await until(() => one.bridge.status().state === 'waiting', 'it waits')
    const areOnDisk = () => one.bridge.status().spilledHappenings === one.bridge.status().waitingHappenings
    for (let at = 1; at <= 2_000; at++) {
      publishFill(one.bus, at)
      // However slow the disk is: what does not fit into memory would be lost by another bound.
      if (at % 100 === 0) await until(areOnDisk, 'all are on the disk')
    }
    const { lostHappenings, waitingHappenings } = one.bridge.status()
    expect(lostHappenings).toBeGreaterThan(1_000)
    expect(lostHappenings + waitingHappenings).toBe(2_000)
    expect(one.alerts.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/happenings for Redis are lost .*reached its bound/) }),
    ])
    await server.restart()
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
    expect((await entries(server.client(), 'crossbook:stream:fill')).map(numberOf)).toEqual(
      upTo(2_000).slice(lostHappenings),
    )
  })

  it('stay in memory, and are lost beyond its bound with a word, when the disk refuses', async () => {
    const server = await redis()
    await server.kill()
    const file = join(temporaryFolder(), 'not-a-folder')
    appendFileSync(file, '')
    const one = rig({ url: server.url }, { spillFolder: file, limits: { memoryCount: 100 } })
    one.bridge.start()
    await until(() => one.bridge.status().state === 'waiting', 'it waits')
    for (const number of upTo(250)) publishFill(one.bus, number)
    expect(one.bridge.status()).toMatchObject({ waitingHappenings: 200, lostHappenings: 50 })
    expect(one.alerts.map(({ message }) => message)).toEqual([
      expect.stringContaining('cannot be used'),
      expect.stringContaining('cannot be kept on the disk'),
      expect.stringContaining('are lost'),
    ])
    await server.restart()
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
    expectAll(await entries(server.client(), 'crossbook:stream:fill'), 200)
  })

  it('never hold up whoever publishes, though the server is stopped', async () => {
    const server = await redis()
    const one = rig({ url: server.url })
    one.bridge.start()
    await live(one)
    server.signal('SIGSTOP')
    const times: number[] = []
    for (let at = 0; at < 20_000; at++) {
      const from = performance.now()
      one.bus.publish(quote(bitcoin, at))
      if (at % 10 === 0) publishFill(one.bus, at)
      times.push(performance.now() - from)
      if (at % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    server.signal('SIGCONT')
    times.sort((a, b) => a - b)
    // Microseconds; a wait for the server would be seconds.
    expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(5)
    await until(() => one.bridge.status().waitingHappenings === 0, 'nothing waits')
  })
})
