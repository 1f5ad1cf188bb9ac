/**
 * An asset's way from one exchange to another: networks that both use, by their names (`same-coin/networks.ts`) or, where a name is
 * not known, by the same contract. A network by one name with two different contracts is two networks: what is sent to the other one's
 * token is lost.
 */
import { Amount } from '../../shared/amount.ts'
import type { AssetTransfer, NetworkStanding, TransferRoute } from '../../shared/assets.ts'
import {
  type AssetNetwork,
  type EpochMs,
  type ExchangeId,
  exchangeTitle,
  type Instrument,
} from '../../shared/domain/index.ts'
import { compareContracts, contractOf, networkOf } from './same-coin/networks.ts'

export interface KnownNetworks {
  networksOf(exchange: ExchangeId, asset: string): readonly AssetNetwork[]
  standingOf(exchange: ExchangeId): NetworkStanding
}

export function transferOf(known: KnownNetworks, asset: string, from: ExchangeId, to: ExchangeId): AssetTransfer {
  const sides = [known.standingOf(from), known.standingOf(to)] as const
  const [oldest] = sides.map(({ asOf }) => asOf).sort((a, b) => (a ?? 0) - (b ?? 0))
  const answer = (state: AssetTransfer['state'], words: string, routes: readonly TransferRoute[] = []) => ({
    ...{ asset, from, to, state, words },
    routes: [...routes],
    asOf: oldest ?? null,
  })
  const silent = sides.filter(({ state }) => state !== 'known')
  if (silent.length > 0) return answer('unknown', silent.map(notKnown).join('; '))
  const [out, into] = [known.networksOf(from, asset), known.networksOf(to, asset)]
  const missing = [...(out.length === 0 ? [from] : []), ...(into.length === 0 && to !== from ? [to] : [])]
  if (missing.length > 0) {
    return answer(
      'unknown',
      missing.map((exchange) => `${exchangeTitle(exchange)} tells no network of ${asset}`).join('; '),
    )
  }
  const routes = out.flatMap((one) => into.flatMap((other) => routeOf(one, other) ?? [])).sort(byUse)
  const [best] = routes
  if (best === undefined) return answer('closed', whyNone(out, into, asset))
  if (best.isOpen === true) {
    const fee = best.fee === null ? 'fee not known' : `${best.fee} ${asset}`
    return answer('open', `open on ${best.network}, ${fee}`, routes)
  }
  if (best.isOpen === null) return answer('unknown', `${best.network}: ${best.words}`, routes)
  return answer('closed', closedWords(out, into, routes), routes)
}

/** A network is believed for a while only, so that an answer grows old without a new one. */
const keptMs = 5_000

/** What moving a bought asset to where it is sold costs, for whoever asks with every quote. */
export class TransferFees {
  private readonly known: KnownNetworks
  private readonly now: () => EpochMs
  private readonly fees = new Map<string, { readonly fee: number | null; readonly until: EpochMs }>()

  constructor(known: KnownNetworks, now: () => EpochMs = Date.now) {
    this.known = known
    this.now = now
  }

  /** On the cheapest open network, base asset; null: none is open, or its fee is not known. */
  feeOf(buy: Instrument, sell: Instrument): number | null {
    const key = `${buy.base} ${buy.exchange} ${sell.exchange}`
    const now = this.now()
    const kept = this.fees.get(key)
    // Longer than it is believed: the clock was set back.
    if (kept !== undefined && now < kept.until && kept.until - now <= keptMs) return kept.fee
    const { state, routes } = transferOf(this.known, buy.base, buy.exchange, sell.exchange)
    const text = state === 'open' ? (routes[0]?.fee ?? null) : null
    const fee = text === null ? null : Number(text)
    this.fees.set(key, { fee, until: now + keptMs })
    return fee
  }
}

const notKnown = ({ exchange, words, state, asOf }: NetworkStanding): string =>
  state === 'old' && asOf !== null
    ? `not known for ${exchangeTitle(exchange)} since ${new Date(asOf).toISOString().slice(0, 16)}Z: ${words}`
    : `not known for ${exchangeTitle(exchange)}: ${words}`

type Match = 'same' | 'different' | 'other contract'

function matchOf(one: AssetNetwork, other: AssetNetwork): Match {
  const [a, b] = [networkOf(one), networkOf(other)]
  const [ofOne, ofOther] = [contractOf(one), contractOf(other)]
  const contracts = ofOne === null || ofOther === null ? null : compareContracts(ofOne, ofOther)
  if (a.id === b.id) return contracts === 'different' ? 'other contract' : 'same'
  // Two networks that are known are two, whatever is deployed there: one address may stand on several.
  return contracts === 'equal' && !(a.isKnown && b.isKnown) ? 'same' : 'different'
}

function routeOf(one: AssetNetwork, other: AssetNetwork): TransferRoute | null {
  if (matchOf(one, other) !== 'same') return null
  const closed = [
    ...(one.canWithdraw === false ? [`withdrawals closed on ${exchangeTitle(one.exchange)}`] : []),
    ...(other.canDeposit === false ? [`deposits closed on ${exchangeTitle(other.exchange)}`] : []),
  ]
  const untold = [
    ...(one.canWithdraw === null ? [`${exchangeTitle(one.exchange)} does not tell whether withdrawals are open`] : []),
    ...(other.canDeposit === null ? [`${exchangeTitle(other.exchange)} does not tell whether deposits are open`] : []),
  ]
  const names = [networkOf(one), networkOf(other)]
  return {
    network: (names.find(({ isKnown }) => isKnown) ?? networkOf(one)).title,
    withdrawAs: one.network,
    depositAs: other.network,
    isOpen: closed.length > 0 ? false : untold.length > 0 ? null : true,
    words: closed.length > 0 ? closed.join(', ') : untold.length > 0 ? untold.join(', ') : 'open',
    fee: one.withdrawalFee,
    minimum: one.minimumWithdrawal,
  }
}

const rank = ({ isOpen }: TransferRoute): number => (isOpen === true ? 0 : isOpen === null ? 1 : 2)

function byUse(a: TransferRoute, b: TransferRoute): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  if (a.fee === null || b.fee === null) return Number(a.fee === null) - Number(b.fee === null)
  return new Amount(a.fee).comparedTo(b.fee)
}

function whyNone(out: readonly AssetNetwork[], into: readonly AssetNetwork[], asset: string): string {
  const clash = out.find((one) => into.some((other) => matchOf(one, other) === 'other contract'))
  return clash === undefined
    ? 'no network in common'
    : `no network in common: ${asset} on ${networkOf(clash).title} is another token on each`
}

/** What stands in the way on every route; where that differs from route to route, all of it. */
function closedWords(
  out: readonly AssetNetwork[],
  into: readonly AssetNetwork[],
  routes: readonly TransferRoute[],
): string {
  const [one, other] = [out[0], into[0]]
  if (one !== undefined && out.every(({ canWithdraw }) => canWithdraw === false)) {
    const deposits = other !== undefined && into.every(({ canDeposit }) => canDeposit === false)
    const both = deposits ? `, deposits closed on ${exchangeTitle(other.exchange)}` : ''
    return `withdrawals closed on ${exchangeTitle(one.exchange)}${both}`
  }
  if (other !== undefined && into.every(({ canDeposit }) => canDeposit === false)) {
    return `deposits closed on ${exchangeTitle(other.exchange)}`
  }
  return routes.map(({ network, words }) => `${network}: ${words}`).join('; ')
}
