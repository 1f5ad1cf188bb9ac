/** API keys that the venues know, made from the seed in each exchange's own shape. They open nothing outside the simulator. */
import type { ExchangeId } from '../../shared/domain/index.ts'
import type { SimApiKey } from './account/contract.ts'
import { hash, hashText } from './hash.ts'

export interface SimulatedKey {
  readonly key: string
  readonly secret: string
  /** Where the exchange asks for one. */
  readonly passphrase?: string
}
export type VenueKeys = Readonly<Partial<Record<ExchangeId, SimulatedKey>>>

const hexadecimal = '0123456789abcdef'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function text(key: number, alphabet: string, length: number): string {
  return Array.from({ length }, (_, index) => alphabet[hash(key, index) % alphabet.length]).join('')
}

const shapes: Readonly<Record<ExchangeId, (key: (part: string) => number) => SimulatedKey>> = {
  binance: (key) => ({ key: text(key('key'), letters, 64), secret: text(key('secret'), letters, 64) }),
  okx: (key) => {
    const id = text(key('key'), hexadecimal, 32)
    return {
      key: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-'),
      secret: text(key('secret'), hexadecimal, 32).toUpperCase(),
      passphrase: text(key('passphrase'), letters, 12),
    }
  },
  gate: (key) => ({ key: text(key('key'), hexadecimal, 32), secret: text(key('secret'), hexadecimal, 64) }),
  mexc: (key) => ({ key: `mx0${text(key('key'), letters, 15)}`, secret: text(key('secret'), hexadecimal, 32) }),
}

/** The one that may only read. */
export const keyOf = (seed: number, exchange: ExchangeId): SimulatedKey =>
  shapes[exchange]((part) => hashText(seed, `${exchange} ${part}`))
/** One that may read and trade, and one that may also withdraw: what a careful client warns of and refuses. */
export const tradingKeyOf = (seed: number, exchange: ExchangeId): SimulatedKey =>
  shapes[exchange]((part) => hashText(seed, `${exchange} trading ${part}`))
export const withdrawingKeyOf = (seed: number, exchange: ExchangeId): SimulatedKey =>
  shapes[exchange]((part) => hashText(seed, `${exchange} withdrawing ${part}`))

const granted = ({ passphrase, ...key }: SimulatedKey, canTrade: boolean, canWithdraw: boolean): SimApiKey => ({
  ...key,
  passphrase: passphrase ?? null,
  canTrade,
  canWithdraw,
  ipAddresses: [],
  expiresAt: null,
})

/** The three as the account knows them: reading, trading, withdrawing. */
export const apiKeysOf = (seed: number, exchange: ExchangeId): readonly SimApiKey[] => [
  granted(keyOf(seed, exchange), false, false),
  granted(tradingKeyOf(seed, exchange), true, false),
  granted(withdrawingKeyOf(seed, exchange), true, true),
]
