import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { SameCoinJudge } from '../../../../src/main/analytics/same-coin/judge.ts'
import { KnownCoins } from '../../../../src/main/analytics/same-coin/known-coins.ts'
import { QuoteBoard } from '../../../../src/main/market/quotes.ts'
import { resourceFile } from '../../../../src/main/paths.ts'
import { type AssetNetwork, ExchangeId, type Instrument, MarketKind } from '../../../../src/shared/domain/index.ts'
import { SameCoinSettings, standings } from '../../../../src/shared/same-coin.ts'
import { instrument as instrumentOf } from '../../../support/instruments.ts'
import { moments, Series } from '../../../support/price-series.ts'

const Network = z
  .tuple([z.string(), z.string().nullable()])
  .or(z.tuple([z.string(), z.string().nullable(), z.literal('closed')]))
const Case = z.strictObject({
  id: z.string(),
  group: z.string(),
  asset: z.string(),
  quote: z.string(),
  legs: z.tuple([z.string(), z.string()]),
  truth: z.enum(['same', 'different']),
  expected: z.enum([...standings, 'never same']),
  how: z.string(),
  networks: z.tuple([z.array(Network), z.array(Network)]).optional(),
  series: Series.optional(),
  decisions: SameCoinSettings.optional(),
})
type Case = z.infer<typeof Case>

const file = resolve(import.meta.dirname, '../../../fixtures/same-coin/cases.json')
const cases = z.array(Case).parse(JSON.parse(readFileSync(file, 'utf8')))
const known = KnownCoins.read(resourceFile('same-coin.json'))
const startedAt = 1_700_000_000_000

function instrumentsOf({ asset, quote, legs }: Case): Instrument[] {
  const made = legs.map((leg, index) => {
    const [exchange, kind] = leg.split(' ')
    return { ...instrumentOf(ExchangeId.parse(exchange), MarketKind.parse(kind), asset, quote, 'any'), id: index + 1 }
  })
  const first = made[0]
  if (first === undefined) throw new Error('a case has two legs')
  return [...made, { ...instrumentOf(first.exchange, 'spot', asset === 'ETH' ? 'BTC' : 'ETH', quote, 'any'), id: 3 }]
}

function networksOf({ asset, legs, networks }: Case) {
  return (exchange: ExchangeId, wanted: string): readonly AssetNetwork[] => {
    const leg = legs.findIndex((text) => text.startsWith(exchange))
    if (networks === undefined || wanted !== asset || leg < 0) return []
    return (networks[leg] ?? []).map(([network, contract, state]) => ({
      ...{ exchange, asset, network, contract },
      ...{ canDeposit: state !== 'closed', canWithdraw: state !== 'closed' },
      ...{ withdrawalFee: null, minimumWithdrawal: null, receivedAt: startedAt },
    }))
  }
}

/** What the judge says at the end, and whether it ever said `same` while the two were not. */
function judged(example: Case) {
  const instruments = instrumentsOf(example)
  const [buy, sell] = instruments
  if (buy === undefined || sell === undefined) throw new Error('a case has two legs')
  const decisions = example.decisions ?? SameCoinSettings.parse({})
  const judge = new SameCoinJudge({ known, decisions: () => decisions, networks: networksOf(example) })
  const board = new QuoteBoard(instruments)
  const wasWrong = () => example.truth === 'different' && judge.standingOf(buy, sell).standing === 'same'
  // While there are no prices there is no spread either.
  let isFalse = example.series === undefined && wasWrong()
  let now = startedAt
  for (const { a, b, third } of example.series === undefined ? [] : moments(example.series)) {
    now += 10_000
    const quotes: readonly (readonly [Instrument | undefined, number | null])[] = [
      [buy, a],
      [sell, b],
      [instruments[2], third],
    ]
    for (const [instrument, price] of quotes) {
      if (instrument === undefined) continue
      if (price === null) board.clearLive([instrument.id])
      else
        board.applyBookTicker({
          ...{
            kind: 'book_ticker',
            instrument,
            bidPrice: price * 0.9999,
            bidQuantity: 1,
            askPrice: price * 1.0001,
            askQuantity: 1,
          },
          ...{ exchangeAt: now, receivedAt: now },
        })
    }
    judge.tick(board, now)
    const isSameBefore =
      example.series?.rebaseAtMinute !== undefined && now - startedAt <= example.series.rebaseAtMinute * 60_000 + 10_000
    if (!isSameBefore) isFalse ||= wasWrong()
  }
  const { standing, words } = judge.standingOf(buy, sell)
  return { standing, words, isFalse, evidence: judge.evidenceOf(buy, sell) }
}

describe('the fixture of same and different coins', () => {
  const results = cases.map((example) => ({ example, ...judged(example) }))

  it('has at least 200 cases, half of them different', () => {
    expect(cases.length).toBeGreaterThanOrEqual(200)
    expect(cases.filter(({ truth }) => truth === 'different').length).toBeGreaterThan(cases.length * 0.4)
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  })

  it('never lets a false pair count, not for a moment', () => {
    expect(results.filter(({ isFalse }) => isFalse).map(({ example, words }) => `${example.id}: ${words}`)).toEqual([])
  })

  it('comes to the standing that each case expects', () => {
    const wrong = results.filter(({ example: { expected }, standing }) =>
      expected === 'never same' ? standing === 'same' : standing !== expected,
    )
    expect(
      wrong.map(({ example, standing, words }) => `${example.id}: ${standing}, not ${example.expected}: ${words}`),
    ).toEqual([])
  })

  it('says in words why, and shows its evidence', () => {
    for (const { example, words, evidence } of results) {
      expect(words, example.id).toMatch(/\w{3,}/)
      expect(evidence.lines.length, example.id).toBeGreaterThanOrEqual(3)
    }
    const count = (truth: Case['truth'], standing: string) =>
      results.filter((result) => result.example.truth === truth && result.standing === standing).length
    process.stdout.write(
      `same coin: ${cases.length} cases; of the same: ${count('same', 'same')} proven, ${count('same', 'unproven')} unproven, ` +
        `${count('same', 'different')} taken for different; of different: ${count('different', 'different')} found, ` +
        `${count('different', 'unproven')} unproven, ${count('different', 'same')} taken for the same\n`,
    )
  })
})
