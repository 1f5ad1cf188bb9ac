import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { gathered } from '../../../src/main/shell/gathered.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('tells the first at once, and what follows within the time together', () => {
  const told: (readonly number[])[] = []
  const add = gathered<number>(1_000, (items) => told.push(items))
  add(1)
  expect(told).toEqual([[1]])
  add(2)
  add(3)
  vi.advanceTimersByTime(999)
  expect(told).toEqual([[1]])
  vi.advanceTimersByTime(1)
  add(4)
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual([[1], [2, 3], [4]])
  vi.advanceTimersByTime(1_000)
  add(5)
  expect(told).toEqual([[1], [2, 3], [4], [5]])
})
