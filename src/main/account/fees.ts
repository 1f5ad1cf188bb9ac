/** Which fee holds for an instrument: the trader's own word, what an account is told, or the exchange's standard. */
import {
  type AccountFeeRange,
  type AccountFees,
  type ExchangeId,
  FeeRates,
  type Instrument,
  type MarketKind,
} from '../../shared/domain/index.ts'
import type { ExchangeFees, Settings } from '../../shared/settings.ts'

export interface FeeInForce {
  /** Fraction of notional. */
  readonly taker: number
  readonly source: 'settings' | 'account' | 'standard'
  /** Crossbook's id of the account that pays it; null: of no account. */
  readonly account: string | null
}

export interface FeesInForceOptions {
  readonly settings: () => Settings
  readonly standard: (exchange: ExchangeId) => ExchangeFees
  /** What the accounts were told, as far as they were. */
  readonly told: () => readonly AccountFees[]
}

interface AccountRates {
  readonly account: string
  /** Of every symbol without an entry of its own. */
  usual: number | null
  readonly bySymbol: Map<string, number>
}

export class FeesInForce {
  private readonly options: FeesInForceOptions
  private rates: ReadonlyMap<string, readonly AccountRates[]> | null = null
  /** By instrument key: what was last asked for, and so what is computed with. */
  private readonly used = new Map<string, { readonly instrument: Instrument; readonly taker: number }>()

  constructor(options: FeesInForceOptions) {
    this.options = options
  }

  /**
   * Settings come first, then the trader's account at the exchange; with several accounts there the highest taker fee of theirs, so that
   * no spread looks better than it may turn out; then the exchange's standard.
   */
  feeOf({ exchange, kind, symbol }: Pick<Instrument, 'exchange' | 'kind' | 'symbol'>): FeeInForce {
    const { settings, standard } = this.options
    const override = settings().exchanges[exchange]?.fees[kind]
    if (override !== undefined) return { taker: override.taker, source: 'settings', account: null }
    let worst: FeeInForce | null = null
    for (const { account, usual, bySymbol } of this.ratesOf(exchange, kind)) {
      const taker = bySymbol.get(symbol) ?? usual
      if (taker !== null && (worst === null || taker > worst.taker)) worst = { taker, source: 'account', account }
    }
    return worst ?? { taker: standard(exchange)[kind].taker, source: 'standard', account: null }
  }

  /** As `feeOf`, for what goes on being computed with it: `haveChanged` tells when it is another. */
  takerOf(instrument: Instrument): number {
    const { taker } = this.feeOf(instrument)
    this.used.set(instrument.key, { instrument, taker })
    return taker
  }

  /** The accounts were told something new. */
  renew(): void {
    this.rates = null
  }

  /** A fee that is computed with holds no longer; asked once for each time, since all are asked for anew then. */
  haveChanged(): boolean {
    const changed = [...this.used.values()].some(({ instrument, taker }) => this.feeOf(instrument).taker !== taker)
    if (changed) this.used.clear()
    return changed
  }

  private ratesOf(exchange: ExchangeId, kind: MarketKind): readonly AccountRates[] {
    this.rates ??= ratesByMarket(this.options.told())
    return this.rates.get(`${exchange} ${kind}`) ?? []
  }
}

function ratesByMarket(told: readonly AccountFees[]): ReadonlyMap<string, readonly AccountRates[]> {
  const markets = new Map<string, AccountRates[]>()
  for (const { account, exchange, kind, symbol, taker } of told) {
    const key = `${exchange} ${kind}`
    const accounts = markets.get(key) ?? []
    if (accounts.length === 0) markets.set(key, accounts)
    let own = accounts.find((one) => one.account === account)
    if (own === undefined) {
      own = { account, usual: null, bySymbol: new Map() }
      accounts.push(own)
    }
    if (symbol === null) own.usual = Number(taker)
    else own.bySymbol.set(symbol, Number(taker))
  }
  return markets
}

/** What no exchange charges is a misread: such a row counts for nothing. */
export const isPlausible = ({ maker, taker }: AccountFees): boolean =>
  FeeRates.safeParse({ maker: Number(maker), taker: Number(taker) }).success

/** From the lowest to the highest of each kind, for people. */
export function feeRanges(fees: readonly AccountFees[]): AccountFeeRange[] {
  return (['spot', 'perpetual'] as const).flatMap((kind) => {
    const rows = fees.filter((row) => row.kind === kind)
    if (rows.length === 0) return []
    const [makers, takers] = [rows.map(({ maker }) => Number(maker)), rows.map(({ taker }) => Number(taker))]
    return [
      {
        kind,
        maker: { from: Math.min(...makers), to: Math.max(...makers) },
        taker: { from: Math.min(...takers), to: Math.max(...takers) },
        receivedAt: Math.min(...rows.map(({ receivedAt }) => receivedAt)),
      },
    ]
  })
}
