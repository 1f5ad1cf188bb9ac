/** From stored samples to a curve: the total of all accounts over time, and what of its change is profit. Pure. */
import { Amount, amountText } from '../../shared/amount.ts'
import type { EpochMs } from '../../shared/domain/index.ts'
import type { EquityHistory, EquityPoint } from '../../shared/history.ts'
import type { EquityQuestion, StoredEquity } from '../storage/history-contract.ts'

type Sample = StoredEquity['samples'][number]

interface AccountGain {
  /** null: something moved whose value is not known. */
  gained: Amount | null
  /** Its newest sample so far. */
  before: Sample | null
}

/**
 * A bucket counts where every account has a sample that is known before and after it; in others someone is missing, and a sum without
 * him would look like a loss. Profit is added up account by account: what changed from one sample to the next, less what came in and
 * went out between; where the assets left out differ, the change tells nothing and is not counted.
 */
export function equityCurve(
  { samples, flows, spans, otherCurrencies }: StoredEquity,
  { from, to, bucketMs, currency }: Pick<EquityQuestion, 'from' | 'to' | 'bucketMs' | 'currency'>,
): EquityHistory {
  const buckets = new Map<number, Map<string, Sample>>()
  for (const sample of samples) {
    const bucket = Math.floor(sample.at / bucketMs)
    const of = buckets.get(bucket) ?? new Map<string, Sample>()
    // Ascending by time: of several the newest stays.
    of.set(sample.account, sample)
    buckets.set(bucket, of)
  }
  const gains = new Map(
    spans.map(({ account }): [string, AccountGain] => [account, { gained: new Amount(0), before: null }]),
  )
  const points: EquityPoint[] = []
  let before: { readonly bucket: number; readonly accounts: string; readonly leftOut: string } | null = null
  for (const [bucket, of] of [...buckets].sort(([a], [b]) => a - b)) {
    for (const [account, sample] of of) {
      const gain = gains.get(account)
      if (gain === undefined) continue
      gain.gained = gainedBy(gain, sample, flows)
      gain.before = sample
    }
    const expected = spans.filter(
      ({ first, last }) => Math.floor(first / bucketMs) <= bucket && bucket <= Math.floor(last / bucketMs),
    )
    if (!expected.every(({ account }) => of.has(account))) continue
    const held = [...of.values()]
    const leftOut = assetsOf(held, (sample) => sample.leftOut)
    const accounts = [...of.keys()].sort().join(' ')
    const here = { bucket, accounts, leftOut: leftOut.join(' ') }
    points.push({
      at: Math.max(...held.map(({ at }) => at)),
      value: sumText(held.map(({ value }) => new Amount(value))),
      profit: profitOf(gains),
      isJoined:
        before !== null &&
        before.bucket === bucket - 1 &&
        before.accounts === here.accounts &&
        before.leftOut === here.leftOut,
      leftOut,
      oldPrices: assetsOf(held, (sample) => sample.oldPrices),
      accounts: of.size,
    })
    before = here
  }
  const newest = Math.max(...spans.map(({ last }) => last))
  return {
    currency,
    from,
    to,
    bucketMs,
    points,
    flows: [...flows],
    changes: spans
      .flatMap(({ account, first, last }) => [
        { at: first, account, kind: 'begins' as const },
        // One that stops together with all others only stopped being recorded.
        ...(Math.floor(last / bucketMs) < Math.floor(newest / bucketMs)
          ? [{ at: last, account, kind: 'ends' as const }]
          : []),
      ])
      .filter(({ at }) => at >= from && at < to)
      .sort((a, b) => a.at - b.at),
    oldest: spans.length === 0 ? null : Math.min(...spans.map(({ first }) => first)),
    otherCurrencies: [...otherCurrencies],
  }
}

function gainedBy({ gained, before }: AccountGain, sample: Sample, flows: StoredEquity['flows']): Amount | null {
  if (gained === null || before === null) return gained
  if (before.leftOut.join(' ') !== sample.leftOut.join(' ')) return gained
  let gain = gained.plus(sample.value).minus(before.value)
  for (const flow of flowsBetween(flows, sample.account, before.at, sample.at)) {
    if (flow.value === null) return null
    gain = flow.kind === 'deposit' ? gain.minus(flow.value) : gain.plus(flow.value)
  }
  return gain
}

/** after < t <= upTo */
const flowsBetween = (flows: StoredEquity['flows'], account: string, after: EpochMs, upTo: EpochMs) =>
  flows.filter((flow) => flow.account === account && flow.at > after && flow.at <= upTo)

const assetsOf = (samples: readonly Sample[], pick: (sample: Sample) => readonly string[]): string[] =>
  [...new Set(samples.flatMap(pick))].sort()

const sumText = (amounts: readonly Amount[]): string =>
  amountText(amounts.reduce((sum, amount) => sum.plus(amount), new Amount(0)))

/** Of all accounts together; null where one's is not known. */
function profitOf(gains: ReadonlyMap<string, AccountGain>): string | null {
  const all: Amount[] = []
  for (const { gained } of gains.values()) {
    if (gained === null) return null
    all.push(gained)
  }
  return amountText(all.reduce((sum, amount) => sum.plus(amount), new Amount(0)).toDecimalPlaces(8))
}
