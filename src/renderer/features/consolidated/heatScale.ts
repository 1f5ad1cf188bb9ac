/** From sizes to colours: viridis, which grows evenly in lightness for every kind of colour vision and in print. Pure. */
import { sizeOfCode, stepsPerOctave } from '../../../shared/depth-history.ts'

/** The table of matplotlib's viridis as polynomials of the sixth degree, within 0.01 of it; r, g and b from 0 to 1. */
const viridis: readonly (readonly [red: number, green: number, blue: number])[] = [
  [0.277727, 0.005407, 0.3341],
  [0.105093, 1.404614, 1.38459],
  [-0.330862, 0.214848, 0.095095],
  [-4.63423, -5.799101, -19.33244],
  [6.22827, 14.179933, 56.690553],
  [4.776385, -13.745145, -65.353033],
  [-5.435456, 4.645853, 26.312435],
]

/** 0 to 1; `isLight`: on light ground the large sizes are the dark ones. Bytes. */
export function heatColor(share: number, isLight: boolean): readonly [number, number, number] {
  const at = isLight ? 1 - share : share
  const channel = (of: 0 | 1 | 2) => {
    const value = viridis.reduceRight((sum, coefficients) => sum * at + coefficients[of], 0)
    return Math.round(Math.min(1, Math.max(0, value)) * 255)
  }
  return [channel(0), channel(1), channel(2)]
}

/** Codes of sizes (depth-history.ts) from the faintest to the strongest colour. */
export interface HeatRange {
  readonly low: number
  readonly high: number
}

/** What is drawn at the faint and at the strong end, as shares of all cells that hold something. */
const faintest = 0.1
const strongest = 0.995
/** Ends lie on whole octaves, so that colours do not change with every column. */
const leastOctaves = 3

/** `counts` by code; null: nothing stands anywhere. */
export function heatRange(counts: Uint32Array): HeatRange | null {
  let all = 0
  for (let code = 1; code < counts.length; code++) all += counts[code] as number
  if (all === 0) return null
  const codeAt = (share: number) => {
    let sum = 0
    for (let code = 1; code < counts.length; code++) {
      sum += counts[code] as number
      if (sum >= all * share) return code
    }
    return counts.length - 1
  }
  const high = Math.ceil(codeAt(strongest) / stepsPerOctave) * stepsPerOctave
  const low = Math.floor(codeAt(faintest) / stepsPerOctave) * stepsPerOctave
  return { low: Math.min(low, high - leastOctaves * stepsPerOctave), high }
}

export const shareOfCode = (code: number, { low, high }: HeatRange): number =>
  Math.min(1, Math.max(0, (code - low) / (high - low)))

/** Sizes at even places of the legend, from the faintest colour to the strongest. */
export const legendSizes = ({ low, high }: HeatRange, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => sizeOfCode(low + ((high - low) * i) / (count - 1)))

/** By code, as ImageData takes it on a little-endian machine (0xAABBGGRR). Where nothing stands is darker, or lighter, than all. */
export function heatTable(range: HeatRange, isLight: boolean): Uint32Array {
  const steps = 256
  const colors = Array.from({ length: steps }, (_, i) => {
    const [red, green, blue] = heatColor(i / (steps - 1), isLight)
    return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0
  })
  const table = new Uint32Array(65_536)
  for (let code = 1; code < table.length; code++) {
    table[code] = colors[Math.round(shareOfCode(code, range) * (steps - 1))] ?? 0
  }
  const [red, green, blue] = heatColor(0, isLight).map((channel) =>
    Math.round(isLight ? 255 - (255 - channel) * 0.4 : channel * 0.5),
  )
  table[0] = (0xff000000 | ((blue ?? 0) << 16) | ((green ?? 0) << 8) | (red ?? 0)) >>> 0
  return table
}
