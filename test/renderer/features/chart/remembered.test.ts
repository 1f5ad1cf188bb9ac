import { describe, expect, it } from 'vitest'
import { parseRemembered } from '../../../../src/renderer/features/chart/remembered.ts'

describe('parseRemembered', () => {
  it('reads what was kept, and nothing from what is not that', () => {
    const marks = { showsFills: true, showsTrades: false }
    const nothing = { compared: [], isPercent: false, ...marks }
    const kept = { compared: ['okx'], isPercent: true, ...marks }
    expect([JSON.stringify(kept), null, '{', '[]', '{"compared":"okx"}'].map(parseRemembered)).toEqual([
      kept,
      nothing,
      nothing,
      nothing,
      nothing,
    ])
  })
})
