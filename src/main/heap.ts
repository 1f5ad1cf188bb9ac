import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Per cent of what is alive that may be allocated on top of it before V8 collects. */
const growthPercent = 50

/** The space for young objects, both of its halves, doubles until it has this size, bytes. */
const youngEnough = 32 * 1024 * 1024
const lookEveryMs = 100
/**
 * For so long after a look it may double, ms: once, since for another time as much as all of it must survive. Were it allowed until the next
 * look, it would double three times while the program starts, when nobody comes to look.
 */
const mayGrowMs = 15

/**
 * On a machine with much memory V8 lets a heap grow to four times what is alive, and the space for young objects to 128 MB, and keeps those
 * pages. Crossbook runs for weeks beside other programs, so it collects sooner. Call once, before anything else. Measured: docs/performance.md.
 *
 * The space for young objects has no limit that could be set from within, but how fast it grows is asked each time that it does.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
  const setGrowth = (factor: 1 | 2) => setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  setGrowth(1)
  shrink()
  const look = () => {
    const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0
    if (size * 2 > youngEnough) return
    setGrowth(2)
    setTimeout(() => setGrowth(1), mayGrowMs).unref()
  }
  setInterval(look, lookEveryMs).unref()
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
