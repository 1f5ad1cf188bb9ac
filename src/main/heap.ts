import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The space for young objects, both of its halves, doubles until it has this size, bytes. */
const youngEnough = 32 * 1024 * 1024
/** What is alive of the old ones and this much on top of it, as a share, fits under the ceiling at which V8 collects. */
const leastRoom = 0.5
/** Ceilings are multiples of this, bytes: while what is alive grows a little, what there is at most does not. */
const ceilingStep = 32 * 1024 * 1024
/** Per cent of what is alive, whatever the ceiling: V8 goes by what was set before the collection in which more turns out to be alive. */
const mostGrowthPercent = 100
const lookEveryMs = 100
/**
 * For so long after a look the young space may double, ms: once, since for another time as much as all of it must survive. Were it allowed
 * until the next look, it would double three times while the program starts, when nobody comes to look.
 */
const mayGrowMs = 15
/** Old objects shrink by so much only in a collection, bytes. */
const collectedAtLeast = 1024 * 1024

/**
 * V8's compilers, in the order in which a function comes to them, by the calls after which it does: ten times V8's own number, from when on.
 * What the load needs has passed the first one long before; the second follows once those of it have had time for their calls.
 */
const fewerCompiled = [
  { flag: '--invocation-count-for-maglev', calls: 4_000, afterMs: 60_000 },
  { flag: '--invocation-count-for-turbofan', calls: 30_000, afterMs: 300_000 },
] as const

/**
 * On a machine with much memory V8 lets a heap grow to four times what is alive and the space for young objects to 128 MB, and keeps every
 * page that was needed once and is not quite empty. Crossbook runs for weeks beside other programs, so it collects sooner, at a ceiling that
 * stays where it is, and each collection moves objects together and gives pages back. Call once, before anything else; threads begun later
 * follow. Measured: docs/performance.md.
 *
 * Neither space has a limit that could be set from within, but how fast each grows is asked each time that it does.
 */
export function keepHeapSmall(): void {
  const setYoungGrowth = (factor: 1 | 2) => setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  const setGrowth = (percent: number) => setFlagsFromString(`--heap-growing-percent=${percent}`)
  setYoungGrowth(1)
  setGrowth(mostGrowthPercent)
  if (isRecentV8()) {
    setFlagsFromString('--memory-saver-mode')
    compileFewer()
  }
  let ceiling = 0
  let oldBefore = Number.POSITIVE_INFINITY
  const look = () => {
    const { young, old } = sizes()
    if (old < oldBefore - collectedAtLeast) {
      ceiling = ceilingFor(old, ceiling)
      setGrowth(Math.min(mostGrowthPercent, Math.round((ceiling / old - 1) * 100)))
    }
    oldBefore = old
    if (young * 2 > youngEnough) return
    setYoungGrowth(2)
    setTimeout(() => setYoungGrowth(1), mayGrowMs).unref()
  }
  setInterval(look, lookEveryMs).unref()
}

/**
 * V8 counts a function's calls for as long as the program runs, so in time it compiles what is called once a minute as well, and keeps that:
 * machine code grew by some 1.3 MB whenever the time had grown e-fold. After the start, which every hot function has behind it, it takes
 * more calls. The numbers hold for all threads; a function keeps the one that it was given when it came to the compiler before.
 */
export function compileFewer(speed = 1): void {
  for (const { flag, calls, afterMs } of fewerCompiled)
    setTimeout(() => setFlagsFromString(`${flag}=${calls}`), afterMs / speed).unref()
}

/** How often a thread that makes few objects collects all the same, ms. */
const threadCollectsEveryMs = 300_000

/**
 * For a thread beside the main one that makes few objects: V8 would let an hour pass until it collects the old ones, and that long memory
 * outside of its heap stays that hangs on some of them. Node's zlib keeps the room of each call until then, 64 KB for every few depth chunks.
 * What the thread does waits for some 10 ms each time.
 */
export function collectRegularly(everyMs = threadCollectsEveryMs): void {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  setInterval(collect, everyMs).unref()
}

/** Above `alive` bytes; the one before as long as it serves, so that what lies at the edge of two does not go to and fro. */
export function ceilingFor(alive: number, before: number): number {
  const needed = alive * (1 + leastRoom)
  if (needed <= before && needed > before - 1.5 * ceilingStep) return before
  return Math.ceil(needed / ceilingStep) * ceilingStep
}

/** From the V8 of Node 24 on; those before complain on stderr about a flag that they do not know. */
function isRecentV8(): boolean {
  const [major = 0, minor = 0] = process.versions.v8.split('.').map(Number)
  return major > 13 || (major === 13 && minor >= 6)
}

/** Bytes: of the space for young objects, and of the objects in all others. */
function sizes(): { readonly young: number; readonly old: number } {
  let young = 0
  let old = 0
  for (const { space_name: name, space_size: size, space_used_size: used } of getHeapSpaceStatistics()) {
    if (name === 'new_space') young = size
    else if (name !== 'read_only_space' && name !== 'new_large_object_space') old += used
  }
  return { young, old }
}
