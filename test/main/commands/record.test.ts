import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Normalized } from '../../../src/main/exchanges/contract.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import type { ExchangeId } from '../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { crossbook } from '../../support/program.ts'
import { temporaryFolder } from '../../support/temporary.ts'

function record(exchange: string, args: readonly string[], folder = temporaryFolder()) {
  const out = join(folder, 'frames.ndjson')
  const common = ['--demo', '--data', join(folder, 'data'), '--log-level', 'info', '--out', out]
  return { out, ...crossbook(['record', '--exchange', exchange, ...common, ...args]) }
}

/** The frames of a recording, as a session gave them to the recorder. */
const framesOf = (file: string): { data: Buffer; isBinary: boolean }[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line.startsWith('base64:')
        ? { data: Buffer.from(line.slice(7), 'base64'), isBinary: true }
        : { data: Buffer.from(line), isBinary: false },
    )

/** What the exchange's own normalizer makes of every line of a recording of BTC_USDT. */
function normalizedAgain(exchange: ExchangeId, file: string): readonly Normalized[] {
  const feed = connectorOf(exchange).feeds[0]?.id ?? ''
  const normalize = connectorOf(exchange).createNormalizer(
    feed,
    lookupOf([instrument(exchange, 'spot', 'BTC', 'USDT', 'BTCUSDT')]),
  )
  return framesOf(file).map(({ data, isBinary }) => normalize(data, isBinary, 1))
}

describe('crossbook record', () => {
  it.each([
    ['binance', false],
    ['mexc', true],
  ] as const)(
    'stores the frames of %s so that every line can be read again',
    async (exchange, hasBinary) => {
      const { out, child, ended } = record(exchange, ['--symbols', 'BTC_USDT', '--seconds', '600'])
      const kinds = () => {
        const normalized = existsSync(out) ? normalizedAgain(exchange, out) : []
        return new Set(normalized.flatMap((one) => (one.kind === 'events' ? one.events.map(({ kind }) => kind) : [])))
      }
      await until(() => kinds().size === 3, 'a quote, a trade and a candle', 30_000)
      // Interrupted, it leaves a whole file.
      child.kill('SIGINT')
      const { code, stdout, stderr } = await ended
      const frames = framesOf(out)
      expect({ code, told: JSON.parse(stdout) as unknown }).toEqual({
        code: 0,
        told: { file: out, frames: frames.length, bytes: frames.reduce((sum, { data }) => sum + data.length, 0) },
      })
      expect(readFileSync(out, 'utf8').endsWith('\n')).toBe(true)
      expect(frames.some(({ isBinary }) => isBinary)).toBe(hasBinary)
      const normalized = normalizedAgain(exchange, out)
      expect(normalized.filter(({ kind }) => kind === 'rejected')).toEqual([])
      expect(normalized.some(({ kind }) => kind === 'control')).toBe(true)
      // The session's own lines say whose they are.
      expect(stderr).toMatch(new RegExp(`"exchange":"${exchange}".*"msg":"feed live"`))
    },
    40_000,
  )

  it('ends by itself when its time is over', async () => {
    const { out, ended } = record('binance', ['--seconds', '1'])
    const { code, stdout } = await ended
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { file: out, frames: framesOf(out).length }])
  })

  it('never writes over a file', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'frames.ndjson'), 'precious\n')
    const { out, ended } = record('binance', ['--seconds', '1'], folder)
    expect(await ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `crossbook: ${out} is there already: remove it, or choose another --out\n`,
    })
    expect(readFileSync(out, 'utf8')).toBe('precious\n')
  })

  it('says in one line that a folder is not there, and that a symbol is not listed, and leaves no file', async () => {
    const folder = temporaryFolder()
    const missing = record('binance', ['--seconds', '1', '--out', join(folder, 'no/frames.ndjson')], folder)
    const unlisted = record('mexc', ['--seconds', '1', '--symbols', 'BTC_USDT_PERP', '--log-level', 'warn'], folder)
    const ends = await Promise.all([missing.ended, unlisted.ended])
    expect(ends).toMatchObject([
      { code: 1, stderr: expect.stringMatching(/^crossbook: .*frames\.ndjson cannot be written: ENOENT.*\n$/) },
      { code: 1, stderr: 'crossbook: MEXC does not list BTC_USDT_PERP\n' },
    ])
    expect(existsSync(unlisted.out)).toBe(false)
  })

  it('is of one exchange', async () => {
    const { code, stderr } = await record('binance,okx', []).ended
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 })
    expect(stderr).toContain('a recording is of one exchange')
  })
})
