/**
 * Everything random in the simulator is a hash of where it is asked for, never a generator with a state: so that any moment can be
 * computed without the moments before it. 32-bit murmur3 finaliser; quick, and even enough for prices.
 */

const mix = (value: number): number => {
  let h = value | 0
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 32 bits of `key` and an integer below 2^32 in magnitude. */
export const hash = (key: number, n: number): number => mix(key + Math.imul(n, 0x9e3779b9))

/** 32 bits of `key` and any safe integer, an epoch in milliseconds say. */
export const hashWide = (key: number, n: number): number => hash(hash(key, Math.floor(n / 4_294_967_296)), n >>> 0)

/** A key of `parent` for a text: `hashText(seed, 'BTC')`. */
export function hashText(parent: number, text: string): number {
  let h = parent ^ 0x811c9dc5
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193)
  return mix(h)
}

/** [0, 1) of 32 hashed bits. */
export const unit = (bits: number): number => bits / 4_294_967_296

/** [-1, 1) of 32 hashed bits. */
export const signed = (bits: number): number => bits / 2_147_483_648 - 1

/** Smooth noise in [-1, 1): a hashed value at every integer of `x`, eased between them. */
export function noise(key: number, x: number): number {
  const cell = Math.floor(x)
  const t = x - cell
  const eased = t * t * (3 - 2 * t)
  const left = signed(hash(key, cell))
  return left + (signed(hash(key, cell + 1)) - left) * eased
}
