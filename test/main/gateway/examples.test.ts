/** The example bots that docs/api.md shows, run for real as a trader runs them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { demoExchangeIds, truthCode } from '../../../src/shared/domain/index.ts'
import { startHub } from '../../support/hub.ts'
import { until } from '../../support/loopback.ts'
import { toolPath } from '../../support/tools.ts'
import { apiHub, openTestGateway, type TestGateway } from './support/gateway.ts'

const examples = join(import.meta.dirname, '../../../resources/examples')
const python = toolPath('python')

async function demo(): Promise<TestGateway> {
  const { hub, folder } = await startHub({
    settings: {
      mode: 'demo',
      symbols: ['BTC_USDT'],
      periods: ['1m'],
      history: { backfillCandles: 70 },
      gateway: { port: 0 },
    },
  })
  const gateway = await openTestGateway(apiHub(hub, folder))
  await until(
    () =>
      hub.board.instruments.length === demoExchangeIds.length &&
      hub.board.truth.every((code) => code === truthCode.live),
    'quoted',
  )
  return gateway
}

async function run(
  gateway: TestGateway,
  command: readonly string[],
): Promise<{ code: number | null; lines: string[] }> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    env: { ...process.env, CROSSBOOK_URL: gateway.url, CROSSBOOK_TOKEN: gateway.tokenOf('market') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines: output.trim().split('\n') }
}

describe('the example bots', () => {
  it.skipIf(!python)('in Python: quotes by REST, then candles and live quotes by WebSocket', async () => {
    const { code, lines } = await run(await demo(), [
      python ?? '',
      join(examples, 'api_bot.py'),
      'OKX',
      'BTC_USDT',
      '3',
    ])
    const quotes = lines.filter((line) => /^OKX BTC_USDT \d+(\.\d+)? \d+(\.\d+)?$/.test(line))
    expect({ code, last: lines.at(-1) }, lines.join('\n')).toEqual({ code: 0, last: 'done' })
    // One by REST, one of the snapshot, and some that followed.
    expect(quotes.length).toBeGreaterThan(3)
    expect(lines).toContainEqual(expect.stringMatching(/^newest stored candle opened at \d{13}$/))
    expect(lines).toContainEqual(expect.stringMatching(/^history complete: \d+ candles$/))
    expect(lines.filter((line) => line.startsWith('refused'))).toEqual([])
  })

  it('in TypeScript: weight from the shared budget, then the best prices of all exchanges', async () => {
    const { code, lines } = await run(await demo(), [process.execPath, join(examples, 'api-bot.ts'), 'BTC_USDT', '2'])
    expect({ code, first: lines[0], last: lines.at(-1) }, lines.join('\n')).toEqual({
      code: 0,
      first: expect.stringMatching(/^budget BINANCE spot granted remaining \d+$/),
      last: 'done',
    })
    expect(
      lines.filter((line) => /^BTC_USDT best bid \S+ [A-Z]+ best ask \S+ [A-Z]+$/.test(line)).length,
    ).toBeGreaterThan(4)
  })
})
