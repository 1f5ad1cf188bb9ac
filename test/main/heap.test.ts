import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Makes 60 MB that stay, in one go, so that nobody comes to look. */
const burst = (name: string) => `
  const ${name} = []
  for (let i = 0; i < 600_000; i++) ${name}.push({ a: i, b: [i], c: 'x' + i })`

/** Keeps 40,000 objects and replaces them at random for three seconds: all of them survive. */
const churn = `
  const kept = []
  const end = performance.now() + 3_000
  while (performance.now() < end) {
    for (let i = 0; i < 20_000; i++) kept[Math.floor(Math.random() * 40_000)] = { a: i, b: [i], c: 'x' + i }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }`

const heap = JSON.stringify(join(import.meta.dirname, '../../src/main/heap.ts'))
/** Prints the bytes of the space for young objects: as the modules of a program leave it, small again, after its start, and later. */
const script = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  const sizes = []
  const size = () => sizes.push(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size)
  ${burst('modules')}
  size()
  ;(await import(${heap})).keepHeapSmall()
  size()
  ${burst('begun')}
  size()
  ${churn}
  size()
  console.log(JSON.stringify([sizes, typeof gc]))
  process.exit(modules.length + begun.length + kept.length > 0 ? 0 : 1)`

describe('the heap', () => {
  it('does not let the space for young objects grow as far as V8 would', () => {
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    const [[loaded, begun, started, later], gc] = JSON.parse(printed)
    // V8 alone would make it 128 MB.
    expect(loaded).toBeGreaterThan(34e6)
    expect(begun).toBeLessThan(8e6)
    expect(started).toBeLessThan(8e6)
    expect(later).toBeGreaterThan(8e6)
    expect(later).toBeLessThan(34e6)
    expect(gc).toBe('undefined')
  })
})
