import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ceilingFor } from '../../src/main/heap.ts'

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

/** Replaces old objects at random for some seconds, while those that are alive grow by a third: prints the most and the least old bytes there were in an early part and in the last one. */
const ageing = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  ;(await import(${heap})).keepHeapSmall()
  const oldBytes = () =>
    getHeapSpaceStatistics().filter(({ space_name: name }) => !/^(new_|read_only)/.test(name))
      .reduce((sum, { space_used_size: used }) => sum + used, 0)
  const make = () => ({ a: Math.random(), b: [1, 2, 3], c: 'x' + Math.random() })
  const kept = Array.from({ length: 240_000 }, make)
  const parts = [{ from: 100, until: 200 }, { from: 500, until: 600 }].map((part) => ({ ...part, most: 0, least: Infinity }))
  for (let round = 0; round < 600; round++) {
    for (let i = 0; i < 4_000; i++) kept[Math.floor(Math.random() * kept.length)] = make()
    for (let i = 0; i < 200; i++) kept.push(make())
    await new Promise((resolve) => setTimeout(resolve, 10))
    const bytes = oldBytes()
    for (const part of parts) {
      if (round < part.from || round >= part.until) continue
      part.most = Math.max(part.most, bytes)
      part.least = Math.min(part.least, bytes)
    }
  }
  console.log(JSON.stringify(parts))
  process.exit(kept.length > 0 ? 0 : 1)`

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

  it('collects old objects at a ceiling that stays where it is while what is alive grows', () => {
    const [earlier, later] = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', ageing], { encoding: 'utf8' }),
    )
    expect(later.least / earlier.least).toBeGreaterThan(1.2)
    expect(later.most / earlier.most).toBeLessThan(1.2)
    // V8 alone would let them be 250.
    expect(later.most).toBeLessThan(130e6)
  })

  it('has a ceiling a third above what is alive, and keeps it as long as it serves', () => {
    const megabytes = (alive: number, before: number) => ceilingFor(alive * 2 ** 20, before * 2 ** 20) / 2 ** 20
    expect([10, 23, 24, 47, 48, 71, 72].map((alive) => megabytes(alive, 0))).toEqual([32, 32, 64, 64, 96, 96, 128])
    // It rises at once, and falls only where much less would do.
    expect([71, 72, 80].map((alive) => megabytes(alive, 96))).toEqual([96, 128, 128])
    expect([60, 50, 36, 35].map((alive) => megabytes(alive, 96))).toEqual([96, 96, 96, 64])
  })
})
