/**
 * What private replies call markets and assets: pairs by altname (`XBTUSD`) or key (`XXBTZUSD`), assets by id (`XXBT`). Two public lists
 * tell, which are asked for once, and again some time after a name was met that they did not hold.
 */
import type { Instrument } from '../../../shared/domain/index.ts'
import type { RestCall, RestResult } from '../../net/rest.ts'
import type { Ask } from '../account-contract.ts'
import { readResult } from './calls.ts'
import { urls } from './endpoints.ts'
import { altnameOf, assetOf, nativeNameOf, pairOf } from './names.ts'
import { AssetPairRow, AssetPairs, Assets } from './schemas.ts'

const askAgainMs = 600_000

export interface AccountNames {
  /** undefined: not listed. */
  instrumentOf(pair: string): Instrument | undefined
  /** `BTC` of `XXBT`, listed or not; earn and other forms of an asset keep their ending, `ETH.F` of `ETH.F`. */
  assetOf(id: string): string
  /** How private calls are told of a market; undefined: it is not in Kraken's list. */
  pairOf(instrument: Instrument): string | undefined
}

export function createNames(instruments: ReadonlyMap<string, Instrument>): {
  readonly of: (ask: Ask) => Promise<RestResult<AccountNames>>
  readonly decimalsOf: (asset: string) => number | null
} {
  let known: AccountNames | null = null
  let askedAt = 0
  let isLacking = false
  let decimals: ReadonlyMap<string, number> = new Map()

  const of = async (ask: Ask): Promise<RestResult<AccountNames>> => {
    if (known !== null && (!isLacking || Date.now() - askedAt < askAgainMs)) return { ok: true, value: known }
    const [pairs, assets] = await Promise.all([ask(pairsCall), ask(assetsCall)])
    if (!pairs.ok) return pairs
    if (!assets.ok) return assets
    askedAt = Date.now()
    isLacking = false
    const altnames = new Map([...pairs.value].map(([altname, name]) => [name, altname]))
    known = {
      instrumentOf(pair) {
        const name = pairs.value.get(pair)
        if (name === undefined) isLacking = true
        return name === undefined ? undefined : instruments.get(name)
      },
      assetOf(id) {
        const [, stem = id, ending = ''] = /^([^.]+)(\..+)$/.exec(id) ?? []
        const altname = assets.value.get(stem)?.altname
        if (altname === undefined && ending === '') isLacking = true
        return `${assetOf(altname ?? altnameOf(stem))}${ending}`
      },
      pairOf: ({ nativeName }) => altnames.get(nativeName),
    }
    decimals = new Map([...assets.value.values()].map((asset) => [assetOf(asset.altname), asset.decimals]))
    return { ok: true, value: known }
  }
  return { of, decimalsOf: (asset) => decimals.get(asset) ?? null }
}

/** `BTC/USD` by key, `wsname` and, last of each, altname. */
const pairsCall: RestCall<ReadonlyMap<string, string>> = {
  url: urls.assetPairs,
  query: [],
  pool: 'public',
  weight: 1,
  parse: (body) =>
    readResult(AssetPairs, body, (pairs) => {
      const names = new Map<string, string>()
      for (const [key, json] of Object.entries(pairs)) {
        const row = AssetPairRow.safeParse(json)
        const pair = row.success && row.data.wsname !== undefined ? pairOf(row.data.wsname) : null
        if (!row.success || pair === null) continue
        for (const name of [key, row.data.altname]) {
          names.delete(name)
          names.set(name, nativeNameOf(pair.base, pair.quote))
        }
      }
      return names.size === 0 ? { ok: false, problem: 'pairs: none can be read' } : { ok: true, value: names }
    }),
}

/** Altname and decimals by id. */
const assetsCall: RestCall<ReadonlyMap<string, Assets[string]>> = {
  url: urls.assets,
  query: [],
  pool: 'public',
  weight: 1,
  parse: (body) =>
    readResult(Assets, body, (assets) => ({
      ok: true,
      value: new Map(Object.entries(assets)),
    })),
}
