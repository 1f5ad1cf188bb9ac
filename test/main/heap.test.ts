import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Keeps 40,000 objects and replaces them at random for a second and a half: all of them survive. Prints the bytes of the space for young objects. */
const allocate = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  const kept = []
  const end = performance.now() + 1_500
  while (performance.now() < end) {
    for (let i = 0; i < 20_000; i++) kept[Math.floor(Math.random() * 40_000)] = { a: i, b: [i], c: 'x' + i }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  console.log(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size)`

describe('the heap', () => {
  it('does not let the space for young objects grow as far as V8 would', () => {
    const script = `(await import(${JSON.stringify(join(import.meta.dirname, '../../src/main/heap.ts'))})).keepHeapSmall()\n${allocate}`
    const bytes = Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }))
    // 32 MB and, on a busy machine, one step more; V8 alone would make it 128 MB.
    expect(bytes).toBeGreaterThan(16e6)
    expect(bytes).toBeLessThan(70e6)
  })
})
