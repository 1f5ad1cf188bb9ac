/** Kraken's spellings of markets, assets, numbers and times. Tables of its own: the connector's are what they are held against. */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument } from '../../venue.ts'

/** Ids of assets older than the rule that a name stands for itself. */
const oldIds: Readonly<Record<string, string>> = {
  BTC: 'XXBT',
  DOGE: 'XXDG',
  ETH: 'XETH',
  XRP: 'XXRP',
  LTC: 'XLTC',
  ETC: 'XETC',
  USD: 'ZUSD',
  EUR: 'ZEUR',
}
const ownNames: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' }
const entryOf = (table: Readonly<Record<string, string>>, key: string): string =>
  (Object.hasOwn(table, key) ? table[key] : undefined) ?? key

/** `BTC`, `ETH`, …: those whose id is not their name. */
export const oldAssets: readonly string[] = Object.keys(oldIds)
/** `XXBT`, `ZUSD`, `SOL`: how balances name an asset. */
export const assetId = (asset: string): string => entryOf(oldIds, asset)
/** `XBT`, `USD`, `SOL` */
export const altname = (asset: string): string => entryOf(ownNames, asset)

/** `BTC/USDT`, on sockets. */
export const symbolOf = ({ base, quote }: SimInstrument): string => `${base}/${quote}`
/** `XBT/USDT`, of sockets before v2. */
export const wsname = ({ base, quote }: SimInstrument): string => `${altname(base)}/${altname(quote)}`
/** `XBTUSDT` */
export const pairAltname = ({ base, quote }: SimInstrument): string => `${altname(base)}${altname(quote)}`
/** `XXBTZUSD` where both assets have old ids, else as `pairAltname`; `XDGUSD` is what it is. */
export const pairKey = (instrument: SimInstrument): string => {
  const { base, quote } = instrument
  const isOld = Object.hasOwn(oldIds, base) && Object.hasOwn(oldIds, quote) && base !== 'DOGE'
  return isOld ? `${assetId(base)}${assetId(quote)}` : pairAltname(instrument)
}

export const priceText = ({ priceDecimals }: SimInstrument, price: number): string => price.toFixed(priceDecimals)
export const quantityText = ({ quantityDecimals }: SimInstrument, quantity: number): string =>
  quantity.toFixed(quantityDecimals)

/** `2026-09-25T17:48:26.844000Z`: the simulator's clock counts milliseconds. */
export const timeText = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, -1)}000Z`
/** With nine decimals. */
export const longTimeText = (at: EpochMs): string => `${new Date(at).toISOString().slice(0, -1)}000000Z`
