/** Parser fuzz: see docs/testing.md. CROSSBOOK_FUZZ_CASES=1000000 for the long form. */
import { beforeAll, describe, expect, it } from 'vitest'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { type BuiltInExchangeId, exchangeIds, periods } from '../../src/shared/domain/index.ts'
import { lookupFor, readCorpus } from './corpus.ts'
import { findingText, runCases } from './run.ts'
import { type Aim, aimsOf } from './targets.ts'

const numberOf = (name: string, otherwise: number): number => {
  const text = process.env[name]
  if (text !== undefined && !/^\d+$/.test(text)) throw new Error(`${name}: must be a whole number (got "${text}")`)
  return text === undefined ? otherwise : Number(text)
}
const only = process.env.CROSSBOOK_FUZZ_ONLY === undefined ? null : numberOf('CROSSBOOK_FUZZ_ONLY', 0)
const cases = only === null ? numberOf('CROSSBOOK_FUZZ_CASES', 20_000) : 1
const seed = numberOf('CROSSBOOK_FUZZ_SEED', 1)
/** Compiled code and its statistics grow for a while. */
const mostHeapGrowthBytes = 40_000_000
const msPerCase = 10

const corpus = readCorpus()
let aims: readonly Aim[] = []
beforeAll(async () => {
  aims = await aimsOf(corpus)
})

/** Cases made of samples that nothing is read from would find nothing. */
describe('the samples as they are', () => {
  it.each(exchangeIds)('hold every channel and stream of %s, and are read right', async (exchange) => {
    const accepted = new Set<string>()
    const problems: string[] = []
    for (const { source, target, accepted: ofAim } of aims.filter((aim) => aim.source.exchange === exchange)) {
      if (source.kind === 'rest') continue
      for (const frame of source.frames) {
        const problem = await target(frame, 0)
        if (problem !== null) problems.push(`${source.name}: ${problem}: ${frame.data.toString().slice(0, 200)}`)
      }
      if (source.kind === 'public') for (const kind of ofAim) accepted.add(kind)
      else if (ofAim.size === 0) problems.push(`${source.name}: no event`)
    }
    expect(problems).toEqual([])
    expect(channelsOf(exchange).filter((channel) => !accepted.has(channel))).toEqual([])
  })
})

/** What an exchange sends of any instrument, as events are called. */
function channelsOf(exchange: BuiltInExchangeId): readonly string[] {
  const { spot, perpetual } = lookupFor(exchange, corpus)
  const channels = ['book_ticker', 'trade', 'kline', 'funding_rate', 'order_book'] as const
  const isSent = (channel: (typeof channels)[number]) =>
    [...spot.values(), ...perpetual.values()].some((instrument) =>
      periods.some((period) => connectors[exchange].route({ channel, instrument, period }) !== null),
    )
  return channels.filter(isSent).map((channel) => (channel === 'order_book' ? 'depth' : channel))
}

it(
  `refuses or reads right whatever comes: ${cases} frames and replies changed in every way`,
  async () => {
    const outcome = await runCases(aims, { seed, from: only ?? 0, cases })
    expect(outcome.findings.map(findingText).join('\n\n')).toBe('')
    expect(outcome.heapGrowthBytes).toBeLessThan(mostHeapGrowthBytes)
  },
  60_000 + cases * msPerCase,
)
