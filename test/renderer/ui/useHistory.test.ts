import { expect, it } from 'vitest'
import type { List } from '../../../src/renderer/stores/list.ts'
import { shownList } from '../../../src/renderer/ui/useHistory.ts'

const list = (part: Partial<List<string>>): List<string> => ({
  rows: [],
  isLoaded: false,
  isLoading: true,
  isComplete: false,
  problem: null,
  load: () => Promise.resolve(),
  loadOlder: () => Promise.resolve(),
  change: () => undefined,
  ...part,
})

it('shows the rows of the filter before while those of the new one are read, and none of them once that has failed', () => {
  const before = ['fill of another account']
  expect(shownList(list({}), before).rows).toEqual(before)
  expect(shownList(list({ isLoading: false, problem: 'the database is locked' }), before)).toMatchObject({
    rows: [],
    problem: 'the database is locked',
  })
  expect(shownList(list({ rows: ['told meanwhile'] }), before).rows).toEqual(['told meanwhile'])
  expect(shownList(list({ isLoaded: true, isLoading: false }), before).rows).toEqual([])
})
