import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * As a program that starts: makes 60 MB that stay, in one go, so that nobody comes to look. Then keeps 40,000 objects and replaces them at random: all of them survive.
 * Prints the bytes of the space for young objects.
 */
const allocate = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  const begun = []
  for (let i = 0; i < 600_000; i++) begun.push({ a: i, b: [i], c: 'x' + i })
  const kept = []
  const end = performance.now() + 3_000
  while (performance.now() < end) {
    for (let i = 0; i < 20_000; i++) kept[Math.floor(Math.random() * 40_000)] = { a: i, b: [i], c: 'x' + i }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size)`

describe('the heap', () => {
  it('does not let the space for young objects grow as far as V8 would', () => {
    const script = `(await import(${JSON.stringify(join(import.meta.dirname, '../../src/main/heap.ts'))})).keepHeapSmall()\n${allocate}`
    const bytes = Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))
    // V8 alone would make it 128 MB.
    expect(bytes).toBeGreaterThan(8e6)
    expect(bytes).toBeLessThan(34e6)
  })
})
