import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Per cent of what is alive that may be allocated on top of it before V8 collects. */
const growthPercent = 50

/** The space for young objects doubles while it is smaller than this, bytes: both of its halves. */
const youngEnough = 32 * 1024 * 1024
/** It takes longer than this to double, ms, however much is allocated. */
const lookEveryMs = 100

/**
 * On a machine with much memory V8 lets a heap grow to four times what is alive, and the space for young objects to 128 MB, and keeps those
 * pages. Crossbook runs for weeks beside other programs, so it collects sooner. Call once, before anything else. Measured: docs/performance.md.
 *
 * The space for young objects has no limit that could be set from within, but how fast it grows is asked each time that it does.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
  let grows = true
  setInterval(() => {
    const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0
    const mayGrow = size < youngEnough
    if (mayGrow === grows) return
    grows = mayGrow
    setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`)
  }, lookEveryMs).unref()
}
