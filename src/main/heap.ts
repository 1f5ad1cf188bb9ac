import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The space for young objects, both of its halves, doubles until it has this size, bytes. */
const youngEnough = 32 * 1024 * 1024
/** What is alive of the old ones and this much on top of it, as a share, fits under the ceiling at which V8 collects. */
const leastRoom = 0.35
/** Ceilings are multiples of this, bytes: while what is alive grows a little, the pages that V8 keeps do not. */
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
 * On a machine with much memory V8 lets a heap grow to four times what is alive, and the space for young objects to 128 MB, and keeps those
 * pages. Crossbook runs for weeks beside other programs, so it collects sooner, and at a ceiling that stays where it is. Call once, before
 * anything else. Measured: docs/performance.md.
 *
 * Neither has a limit that could be set from within, but how fast each grows is asked each time that it does.
 */
export function keepHeapSmall(): void {
  const setYoungGrowth = (factor: 1 | 2) => setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  const setGrowth = (percent: number) => setFlagsFromString(`--heap-growing-percent=${percent}`)
  setYoungGrowth(1)
  setGrowth(mostGrowthPercent)
  shrink()
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

/** Above `alive` bytes; the one before as long as it serves, so that what lies at the edge of two does not go to and fro. */
export function ceilingFor(alive: number, before: number): number {
  const needed = alive * (1 + leastRoom)
  if (needed <= before && needed > before - 1.5 * ceilingStep) return before
  return Math.ceil(needed / ceilingStep) * ceilingStep
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

/**
 * While the program's own modules are loaded nearly all that is made stays, and the space for young objects grows to 64 MB before any code of
 * ours runs. Only a collection as for want of memory makes it small again: some 0.2 s, before anything is connected.
 */
function shrink(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
