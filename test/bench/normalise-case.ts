/**
 * One channel of one file of frames, timed in a process of its own, so that no other channel's shapes and types reach its code.
 * `normalise.ts` starts it with the path, the source's name and the channel, and reads one line of JSON from it.
 */
import type { Normalizer } from '../../src/main/exchanges/contract.ts'
import {
  binaryFrame,
  channelOf,
  type Frame,
  foundIn,
  lookupFor,
  normalizerOf,
  readFrames,
  sources,
  textFrame,
} from './frames.ts'

/** Lower quintiles of the rounds, and one by the other. */
export interface Timing {
  readonly parse: number
  readonly ours: number
  readonly ratio: number
}
export interface CaseResult {
  readonly frames: number
  readonly bytes: number
  readonly asRecorded: Timing
  readonly withFresh: Timing
}

/** Shorter than a turn of the scheduler, and many, so that a good part of them was not interrupted by other programs. */
const framesPerRound = 2_000
const rounds = 100
const warmUpRounds = 20
const freshFrames = 40_000

let sink = 0
function timeParse(frames: readonly Frame[], from: number): number {
  const started = process.hrtime.bigint()
  for (let i = from; i < from + framesPerRound; i++) {
    const json: unknown = JSON.parse((frames[i % frames.length] as Frame).text)
    if (json === undefined) sink++
  }
  return Number(process.hrtime.bigint() - started) / framesPerRound
}
function timeNormalise(normalise: Normalizer, frames: readonly Frame[], from: number): number {
  const started = process.hrtime.bigint()
  for (let i = from; i < from + framesPerRound; i++) {
    const { bytes, isBinary } = frames[i % frames.length] as Frame
    if (normalise(bytes, isBinary, i).kind === 'rejected') sink++
  }
  return Number(process.hrtime.bigint() - started) / framesPerRound
}

const lowerQuintile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 5)] ?? Number.NaN

/** In turns, so that a noisy moment strikes both. */
function compare(normalise: Normalizer, frames: readonly Frame[]): Timing {
  const times = Array.from({ length: warmUpRounds + rounds }, (_, round) => {
    const from = round * framesPerRound
    return [timeParse(frames, from), timeNormalise(normalise, frames, from)] as const
  }).slice(warmUpRounds)
  const parse = lowerQuintile(times.map(([ofParse]) => ofParse))
  const ours = lowerQuintile(times.map(([, ofOurs]) => ofOurs))
  return { parse, ours, ratio: ours / parse }
}

const jsonNumber = /("[1-9]|"0\.0*[1-9]|[:,[][1-9])(\d*)(\.?)(\d*)(?=["\],}])/g
/** In a binary frame every number is text between bytes that are no digits, or a byte of a varint, which may change as well. */
const binaryNumber = /([1-9])(\d*)(\.?)(\d*)/g

/**
 * The frame with other digits of the same length in every number, the leading digit kept so that no price becomes 0. Where that
 * makes an impossible frame (a candle's high below its low, an open time off the grid), the numbers change one by one, and those
 * that may not keep their digits.
 */
function freshen(frame: Frame, isGood: (frame: Frame) => boolean): Frame {
  const original = frame.isBinary ? frame.bytes.toString('latin1') : frame.text
  const make = (changed: string) => (frame.isBinary ? binaryFrame(Buffer.from(changed, 'latin1')) : textFrame(changed))
  const random = (digits: string) => digits.replace(/\d/g, () => String(Math.floor(Math.random() * 10)))
  const numbers = frame.isBinary ? binaryNumber : jsonNumber
  const change = (_all: string, lead: string, a: string, point: string, b: string) =>
    lead + random(a) + point + random(b)
  const all = make(original.replace(numbers, change))
  if (isGood(all)) return all
  let kept = original
  for (const match of original.matchAll(numbers)) {
    const [number, lead = '', a = '', point = '', b = ''] = match
    const changed =
      kept.slice(0, match.index) + change(number, lead, a, point, b) + kept.slice(match.index + number.length)
    if (isGood(make(changed))) kept = changed
  }
  return make(kept)
}

const [path = '', name = '', channel = ''] = process.argv.slice(2)
const source = sources[name]
if (!source) throw new Error(`no source ${name}`)
const isEvent = (normalise: Normalizer) => (frame: Frame) =>
  ['events', 'depth'].includes(normalise(frame.bytes, frame.isBinary, 0).kind)
const lookup = lookupFor(source.exchange)
const isGood = isEvent(normalizerOf(source, channel, lookup))
const recorded = readFrames(path).filter((frame) => channelOf(source, frame) === channel && isGood(frame))
const fresh = Array.from({ length: freshFrames }, (_, index) =>
  freshen(recorded[index % recorded.length] as Frame, isEvent(normalizerOf(source, channel, lookup))),
)
const normalise = normalizerOf(source, channel, foundIn(lookup))
const result: CaseResult = {
  frames: recorded.length,
  bytes: Math.round(recorded.reduce((sum, { bytes }) => sum + bytes.length, 0) / recorded.length),
  asRecorded: compare(normalise, recorded),
  withFresh: compare(normalise, fresh),
}
if (sink > 0) throw new Error(`${sink} frames of ${name} ${channel} were rejected: nothing was measured`)
process.stdout.write(JSON.stringify(result))
