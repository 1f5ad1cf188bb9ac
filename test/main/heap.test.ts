import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ceilingFor } from '../../src/main/heap.ts'

const heap = JSON.stringify(join(import.meta.dirname, '../../src/main/heap.ts'))
const make = `const make = () => ({ a: Math.random(), b: [1, 2, 3], c: 'x' + Math.random() })`
/**
 * Prints the bytes of the space for young objects: as the modules of a program leave it, and the most and least of it while 40,000 objects
 * are replaced at random for four seconds, so that nearly all of the new ones survive.
 */
const young = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size
  ${make}
  const modules = Array.from({ length: 600_000 }, make)
  const loaded = size()
  ;(await import(${heap})).keepHeapSmall()
  const kept = []
  const end = performance.now() + 4_000
  let most = 0
  let least = Infinity
  while (performance.now() < end) {
    for (let i = 0; i < 20_000; i++) kept[Math.floor(Math.random() * 40_000)] = make()
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (performance.now() > end - 2_000) most = Math.max(most, size())
    least = Math.min(least, size())
  }
  console.log(JSON.stringify({ loaded, most, least }))
  process.exit(modules.length + kept.length > 0 ? 0 : 1)`

/** Replaces old objects at random for some seconds, while those that are alive grow by a third: prints the most old bytes there were in an early part and in the last one. */
const ageing = `
  const { getHeapSpaceStatistics } = await import('node:v8')
  ;(await import(${heap})).keepHeapSmall()
  const oldBytes = () =>
    getHeapSpaceStatistics().filter(({ space_name: name }) => !/^(new_|read_only)/.test(name))
      .reduce((sum, { space_used_size: used }) => sum + used, 0)
  ${make}
  const kept = Array.from({ length: 215_000 }, make)
  const parts = [{ from: 100, until: 200 }, { from: 500, until: 600 }].map((part) => ({ ...part, most: 0 }))
  for (let round = 0; round < 600; round++) {
    for (let i = 0; i < 4_000; i++) kept[Math.floor(Math.random() * kept.length)] = make()
    for (let i = 0; i < 170; i++) kept.push(make())
    await new Promise((resolve) => setTimeout(resolve, 10))
    const bytes = oldBytes()
    for (const part of parts) if (round >= part.from && round < part.until) part.most = Math.max(part.most, bytes)
  }
  console.log(JSON.stringify(parts))
  process.exit(kept.length > 0 ? 0 : 1)`

/** Of 180 MB nine tenths go, those that stay lying anywhere between them; prints the bytes of pages once they are few, at the latest after 800 rounds. */
const thinning = `
  const { getHeapStatistics } = await import('node:v8')
  ;(await import(${heap})).keepHeapSmall()
  ${make}
  const kept = Array.from({ length: 1_000_000 }, make)
  for (let i = 0; i < kept.length; i++) if (Math.random() < 0.9) kept[i] = null
  let pages = Infinity
  for (let round = 0; pages > 90e6 && round < 800; round++) {
    for (let i = 0; i < 4_000; i++) kept[Math.floor(Math.random() * 10) * 100_000 + i] = make()
    await new Promise((resolve) => setTimeout(resolve, 5))
    pages = getHeapStatistics().total_physical_size
  }
  console.log(JSON.stringify(pages))
  process.exit(kept.length > 0 ? 0 : 1)`

/**
 * A thread compresses 600 times and makes some garbage beside, and collects regularly. Prints the most bytes of buffers
 * that there were in its last third.
 */
const compressing = `
  const { Worker } = await import('node:worker_threads')
  const thread = new Worker(${JSON.stringify(`
    const { gzipSync } = await import('node:zlib')
    const { parentPort } = await import('node:worker_threads')
    ;(await import(${heap})).collectRegularly(200)
    let most = 0
    for (let round = 0; round < 600; round++) {
      gzipSync(Buffer.alloc(9_000), { chunkSize: 10_000 })
      Array.from({ length: 20_000 }, (_, i) => ({ i }))
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (round >= 400) most = Math.max(most, process.memoryUsage().arrayBuffers)
    }
    parentPort.postMessage(most)`)}, { eval: true })
  thread.on('message', (most) => console.log(JSON.stringify(most)))`

/** The calls after which V8 has optimised a function: one made at the start, and one made after the times of `compileFewer` have passed. */
const compiling = `
  const callsUntilOptimised = async () => {
    const add = new Function('a', 'b', 'let sum = a; sum += b * 2; if (sum > 5) sum -= a; return sum + b')
    const optimised = 1 << 4
    for (let calls = 1; calls < 20_000; calls++) {
      add(calls, 2)
      if (%GetOptimizationStatus(add) & optimised) return calls
      if (calls % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return Infinity
  }
  const atStart = await callsUntilOptimised()
  ;(await import(${heap})).compileFewer(10_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  console.log(JSON.stringify({ atStart, later: await callsUntilOptimised() }))`

const run = (script: string, ...options: readonly string[]) =>
  JSON.parse(execFileSync(process.execPath, [...options, '--input-type=module', '-e', script], { encoding: 'utf8' }))

describe('the heap', () => {
  it('does not let the space for young objects grow as far as V8 would', () => {
    const { loaded, most, least } = run(young)
    // V8 alone would make it 128 MB.
    expect(loaded).toBeGreaterThan(34e6)
    expect(least).toBeLessThan(8e6)
    expect(most).toBeGreaterThan(8e6)
    expect(most).toBeLessThan(34e6)
  })

  it('gives pages back that are nearly empty', () => {
    // V8 alone would keep 120e6 at least for so long.
    expect(run(thinning)).toBeLessThan(90e6)
  })

  it('lets go of what threads compressed in', () => {
    // V8 alone would keep it until there are many objects, 5.7e6 by then.
    expect(run(compressing)).toBeLessThan(2.5e6)
  })

  it('compiles only what is called more often, once the start is over', () => {
    const { atStart, later } = run(compiling, '--allow-natives-syntax')
    // V8's own number is 400 calls; the compiler works beside them, for as long as it takes.
    expect(atStart).toBeGreaterThanOrEqual(400)
    expect(atStart).toBeLessThan(4_000)
    expect(later).toBeGreaterThanOrEqual(4_000)
    expect(later).toBeLessThan(20_000)
  })

  it('collects old objects at a ceiling that stays where it is while what is alive grows', () => {
    const [earlier, later] = run(ageing)
    // The ceiling is 96 MiB. At half again of what is alive it would be 77e6 and 86e6, left to V8 250e6.
    for (const { most } of [earlier, later]) {
      expect(most).toBeGreaterThan(88e6)
      expect(most).toBeLessThan(112e6)
    }
  })

  it('has a ceiling half again of what is alive, and keeps it as long as it serves', () => {
    const megabytes = (alive: number, before: number) => ceilingFor(alive * 2 ** 20, before * 2 ** 20) / 2 ** 20
    expect([10, 21, 22, 42, 43, 64, 65].map((alive) => megabytes(alive, 0))).toEqual([32, 32, 64, 64, 96, 96, 128])
    // It rises at once, and falls only where much less would do.
    expect([64, 65, 80].map((alive) => megabytes(alive, 96))).toEqual([96, 128, 128])
    expect([60, 50, 33, 32].map((alive) => megabytes(alive, 96))).toEqual([96, 96, 96, 64])
  })
})
