import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { oneOf, readKept, sortState, toKeep } from '../../../src/renderer/ui/usePaneState.ts'

const mode = oneOf([{ value: 'beside' }, { value: 'heatmap' }])

describe('what a pane keeps of its screen', () => {
  it('comes back as far as it fits', () => {
    expect(readKept('heatmap', mode, 'beside')).toBe('heatmap')
    expect(readKept(undefined, mode, 'beside')).toBe('beside')
    // A mode of another version, or a value from anywhere.
    expect(readKept('upside down', mode, 'beside')).toBe('beside')
    expect(readKept({ by: 'net', descending: true, thirdly: 1 }, sortState, { by: 'day', descending: false })).toEqual({
      by: 'net',
      descending: true,
    })
    expect(readKept(null, z.string().nullable(), 'Majors')).toBeNull()
  })

  it('is nothing while it is as in a new pane', () => {
    expect(toKeep('beside', 'beside')).toBeUndefined()
    expect(toKeep({ by: 'net', descending: true }, { by: 'net', descending: true })).toBeUndefined()
    expect(toKeep(null, 'Majors')).toBeNull()
  })
})
