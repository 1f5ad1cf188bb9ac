/** Whether pairs are of one asset, and what could be done of them: one part of the hub, over whichever market runs. */
import type { ExchangeId, Instrument } from '../shared/domain/index.ts'
import type { SpreadInventory } from '../shared/inventory.ts'
import type { CoinEvidence } from '../shared/same-coin.ts'
import type { Settings } from '../shared/settings.ts'
import type { CoinJudge, PairStanding } from './analytics/contract.ts'
import type { Desk } from './analytics/desk.ts'
import { inventoryOf } from './analytics/inventory.ts'
import { SameCoinJudge } from './analytics/same-coin/judge.ts'
import { KnownCoins } from './analytics/same-coin/known-coins.ts'
import { transferOf } from './analytics/transfers.ts'
import type { MarketRun } from './market-run.ts'
import { resourceFile } from './paths.ts'

export interface CoinSideOptions {
  readonly settings: () => Settings
  /** The one in force. */
  readonly run: () => MarketRun
}

export class CoinSide implements CoinJudge {
  private readonly options: CoinSideOptions
  private readonly sameCoin: SameCoinJudge
  /** Of which run's networks it is told. */
  private followed: MarketRun | null = null

  constructor(options: CoinSideOptions) {
    this.options = options
    this.sameCoin = new SameCoinJudge({
      known: KnownCoins.read(resourceFile('same-coin.json')),
      decisions: () => options.settings().sameCoin,
      networks: (exchange, asset) => options.run().assetNetworks.networksOf(exchange, asset),
    })
  }

  standingOf(buy: Instrument, sell: Instrument): PairStanding {
    this.follow()
    return this.sameCoin.standingOf(buy, sell)
  }

  areDifferentCoins(asset: string, one: ExchangeId, other: ExchangeId): boolean {
    this.follow()
    return this.sameCoin.areDifferentCoins(asset, one, other)
  }

  onChange(listener: () => void): () => void {
    return this.sameCoin.onChange(listener)
  }

  /** Call once a second, before spreads are swept. */
  sweep({ board }: Pick<Desk, 'board'>, now: number): void {
    this.follow()
    this.sameCoin.tick(board, now)
  }

  settingsChanged(): void {
    this.sameCoin.refresh()
  }

  evidenceOf(buy: Instrument, sell: Instrument): CoinEvidence {
    return this.sameCoin.evidenceOf(buy, sell)
  }

  /** null: there is no pair of this index. */
  inventoryOf(desk: Pick<Desk, 'spreadDetail'>, index: number, now: number): SpreadInventory | null {
    const detail = desk.spreadDetail(index, now)
    if (detail === null) return null
    const { accounts, assetNetworks } = this.options.run()
    return inventoryOf({
      detail,
      holdings: accounts.desk.balances().map((balance) => ({ balance, ...accounts.desk.truthOf(balance) })),
      accounts: accounts.desk.list().flatMap(({ id, exchange, label, state, reason }) => {
        const silence = state === 'live' ? null : (reason ?? state)
        return state === 'stopped' ? [] : [{ id, exchange, label, silence }]
      }),
      transferOf: (asset, from, to) => transferOf(assetNetworks, asset, from, to),
    })
  }

  /** Each run has networks of its own, and the demo's markets nothing to do with those of the same name. */
  private follow(): void {
    const run = this.options.run()
    const before = this.followed
    if (run === before) return
    this.followed = run
    run.assetNetworks.onChange(() => {
      if (this.followed === run) this.sameCoin.refresh()
    })
    if (before !== null && before.mode !== run.mode) this.sameCoin.forget()
    this.sameCoin.refresh()
  }
}
