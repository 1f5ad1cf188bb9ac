import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../../support/temporary.ts'
import { toolPath } from '../../../support/tools.ts'
import { bitcoin, feed, live, publishFill, quote, redis, rig, until } from './support.ts'

const examples = join(import.meta.dirname, '../../../../resources/examples')

interface Run {
  readonly lines: string[]
  readonly ended: Promise<number | null>
}

function run(program: string, args: readonly string[], env: Record<string, string>): Run {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (data) => {
    const parts = (rest + String(data)).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  child.stderr.on('data', (data) => lines.push(`stderr: ${String(data)}`))
  return { lines, ended: once(child, 'close').then(([code]) => code as number | null) }
}

/** A fill that waited, quotes, one more fill, the end of the feed; then a second run that only gets what it missed. */
describe.skipIf(!toolPath('redis'))('the example bots', { timeout: 60_000 }, () => {
  const python = toolPath('python')
  it.each([
    ...(python ? [['Python', python, 'redis_bot.py'] as const] : []),
    ['TypeScript', process.execPath, 'redis-bot.ts'] as const,
  ])('in %s catch up with fills and follow quotes', async (_name, program, file) => {
    const server = await redis({ password: 'correct-horse' })
    const one = rig({ url: server.url, quotesPerSecond: 0 })
    one.password = 'correct-horse'
    one.bridge.start()
    await live(one)
    const state = join(temporaryFolder(), 'state.json')
    const args = [join(examples, file), '--redis', server.url, '--state', state, '--quotes']
    const env = { REDIS_PASSWORD: 'correct-horse' }
    publishFill(one.bus, 1)
    publishFill(one.bus, 2, { price: '50001', side: 'SELL' })
    const bot = run(program, [...args, '3'], env)
    const client = server.client()
    const listeners = async () => Number(await client.call('PUBSUB', 'NUMPAT'))
    await until(
      async () => (await listeners()) === 1 && bot.lines.length === 2,
      `it listens; it said ${bot.lines.join()}`,
    )
    one.bus.publish(quote(bitcoin, 50_000))
    await until(() => bot.lines.length === 3, 'it heard a quote')
    publishFill(one.bus, 3, { price: '50002' })
    await until(() => bot.lines.length === 4, 'it read the next fill')
    one.bus.publish(quote(bitcoin, 50_001.25))
    await until(() => bot.lines.length === 5, 'it heard the next quote')
    feed(one.bus, 'down')
    expect(await bot.ended).toBe(0)
    expect(bot.lines).toEqual([
      'fill BINANCE BUY 0.01 BTC_USDT at 50000.5',
      'fill BINANCE SELL 0.01 BTC_USDT at 50001',
      'quote BINANCE BTC_USDT 50000 / 50000.5',
      'fill BINANCE BUY 0.01 BTC_USDT at 50002',
      'quote BINANCE BTC_USDT 50001.25 / 50001.75',
      'quote BINANCE BTC_USDT is down',
    ])
    publishFill(one.bus, 4, { price: '50003' })
    const again = run(program, [...args, '1'], env)
    await until(
      async () => (await listeners()) === 1 && again.lines.length === 1,
      `it caught up; it said ${again.lines.join()}`,
    )
    one.bus.publish(quote(bitcoin, 7))
    expect(await again.ended).toBe(0)
    expect(again.lines).toEqual(['fill BINANCE BUY 0.01 BTC_USDT at 50003', 'quote BINANCE BTC_USDT 7 / 7.5'])
  })
})
