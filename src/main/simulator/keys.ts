/** API keys that the venues know, made from the seed in each exchange's own shape (`SimAccountRules.keyShape`). They open nothing outside the simulator. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
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

const textOf =
  (alphabet: string) =>
  (key: number, length: number): string =>
    Array.from({ length }, (_, index) => alphabet[hash(key, index) % alphabet.length]).join('')

/** So many hexadecimal digits. */
export const hexadecimal = textOf('0123456789abcdef')
/** So many letters and digits. */
export const letters = textOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')

const bytesOf = (key: number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => hash(key, index) & 0xff))

/** An Ed25519 pair as base64 of seed and public key. The prefix makes a private key of a seed (PKCS#8, RFC 8410). */
export function ed25519Pair(key: number): string {
  const seed = bytesOf(key, 32)
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  return Buffer.concat([seed, publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]).toString('base64')
}

export const uuid = (key: number): string => {
  const id = hexadecimal(key, 32)
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-')
}

/** A key in an exchange's own shape. `number` gives one of the seed's numbers for each name: the same for the same name. */
export type KeyShape = (number: (name: string) => number) => SimulatedKey

/** Of venues that stand in for no exchange. */
export const plainKeyShape: KeyShape = (number) => ({
  key: letters(number('key'), 24),
  secret: hexadecimal(number('secret'), 32),
})

export type MakeKey = (seed: number, exchange: ExchangeId, shape: KeyShape) => SimulatedKey

/** The one that may only read. */
export const keyOf: MakeKey = (seed, exchange, shape) => shape((name) => hashText(seed, `${exchange} ${name}`))
/** One that may read and trade, and one that may also withdraw: what a careful client warns of and refuses. */
export const tradingKeyOf: MakeKey = (seed, exchange, shape) =>
  shape((name) => hashText(seed, `${exchange} trading ${name}`))
export const withdrawingKeyOf: MakeKey = (seed, exchange, shape) =>
  shape((name) => hashText(seed, `${exchange} withdrawing ${name}`))

const granted = ({ passphrase, ...key }: SimulatedKey, canTrade: boolean, canWithdraw: boolean): SimApiKey => ({
  ...key,
  passphrase: passphrase ?? null,
  canTrade,
  canWithdraw,
  ipAddresses: [],
  expiresAt: null,
})

/** The three as the account knows them: reading, trading, withdrawing. */
export const apiKeysOf = (seed: number, exchange: ExchangeId, shape: KeyShape): readonly SimApiKey[] => [
  granted(keyOf(seed, exchange, shape), false, false),
  granted(tradingKeyOf(seed, exchange, shape), true, false),
  granted(withdrawingKeyOf(seed, exchange, shape), true, true),
]
