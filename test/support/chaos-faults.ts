/** What the chaos proxy can do to traffic, and what it does to single frames. Pure but for the dice handed in. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { type FrameChannel, isZipped } from './chaos-labels.ts'

/** From 0 to below 1. */
export type Dice = () => number

/** The same seed, the same dice (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Faults that strike single frames from the exchange. */
export const frameFaultKinds = [
  'duplicate',
  'reorder',
  'lose',
  'truncate',
  'malformed',
  'renamed_field',
  'retyped_field',
  'wrong_checksum',
] as const
export type FrameFaultKind = (typeof frameFaultKinds)[number]

export type ProxyFault =
  /** Open sockets are reset. Momentary. */
  | { readonly kind: 'reset' }
  /** Open sockets are closed in good order, as at the end of a connection's lifetime. Momentary. */
  | { readonly kind: 'close' }
  /** Open connections are reset, and nothing listens. */
  | { readonly kind: 'refused' }
  /** Open connections are reset, and the name is not resolved. */
  | { readonly kind: 'unresolved' }
  /** Nothing passes in either direction, pings included, and nothing is said of it; in the end everything comes after all, or a reset. */
  | { readonly kind: 'half_open'; readonly ending: 'resume' | 'reset' }
  /** Requests and upgrades are answered so; `cuts`: open sockets are reset first. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly retryAfterSeconds: number | null
      readonly cuts: boolean
    }
  /** The network answers every request with its own page; open sockets are reset. */
  | { readonly kind: 'captive_portal' }
  /** Answers come piece by piece. */
  | { readonly kind: 'drip' }
  /** Everything comes later by so much, in order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** `channel` null: frames of every channel. `most`: no more of them than that. */
  | {
      readonly kind: 'frames'
      readonly how: FrameFaultKind
      readonly channel: FrameChannel | null
      readonly probability: number
      readonly most: number | null
    }

export const isMomentary = ({ kind }: ProxyFault): boolean => kind === 'reset' || kind === 'close'

// ---------------------------------------------------------------- damage

/** Some key of the frame gets another name; null: it has none. */
function renamed(text: string, dice: Dice): string | null {
  const keys = [...text.matchAll(/"([A-Za-z_]+)":/g)]
  const key = keys[Math.floor(dice() * keys.length)]
  if (key === undefined) return null
  return `${text.slice(0, key.index)}"${key[1]}_new":${text.slice(key.index + key[0].length)}`
}

/** Some number becomes text, or text that is a number becomes one: a field's, or in a frame that is an array an element's. */
function retyped(text: string, dice: Dice): string | null {
  const number = String.raw`"-?\d+(?:\.\d+)?"|-?\d+(?:\.\d+)?`
  const before = text.startsWith('[') ? '(?<=[[,])' : '(?<=":)'
  const values = [...text.matchAll(new RegExp(`${before}(?:${number})(?=[,}\\]])`, 'g'))]
  const value = values[Math.floor(dice() * values.length)]
  if (value === undefined) return null
  const [word] = value
  const other = word.startsWith('"') ? word.slice(1, -1) : `"${word}"`
  return `${text.slice(0, value.index)}${other}${text.slice(value.index + word.length)}`
}

/** The frame as it comes instead; null: such damage cannot be done to it. */
export function damaged(
  how: 'truncate' | 'malformed' | 'renamed_field' | 'retyped_field' | 'wrong_checksum',
  frame: Buffer,
  isBinary: boolean,
  dice: Dice,
): Buffer | null {
  if (how === 'truncate') return frame.subarray(0, Math.floor(frame.length * dice()))
  if (how === 'malformed') {
    const garbled = Buffer.from(frame)
    // Printable, so that a text frame stays one.
    for (let at = Math.floor(dice() * 4); at < garbled.length; at += 5) garbled[at] = 35 + Math.floor(dice() * 80)
    return garbled
  }
  if (isZipped(frame)) {
    const text = damaged(how, gunzipSync(frame), false, dice)
    return text === null ? null : gzipSync(text)
  }
  if (isBinary) return null
  const text = frame.toString('utf8')
  if (how === 'wrong_checksum') {
    // A field, or of frames that are arrays what follows its name.
    const other = text.replace(/("checksum":|"cs",)-?\d+/, `$1${1 + Math.floor(dice() * 2_000_000_000)}`)
    return other === text ? null : Buffer.from(other)
  }
  const changed = how === 'renamed_field' ? renamed(text, dice) : retyped(text, dice)
  return changed === null ? null : Buffer.from(changed)
}
