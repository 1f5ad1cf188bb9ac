import { setFlagsFromString } from 'node:v8'

/** Per cent of what is alive that may be allocated on top of it before V8 collects. */
const growthPercent = 50

/**
 * On a machine with much memory V8 lets a heap grow to four times what is alive, and keeps those pages. Crossbook runs for weeks beside other
 * programs, so it collects sooner. Call once, before anything else. Measured: docs/performance.md.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
}
