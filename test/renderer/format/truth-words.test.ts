import { describe, expect, it } from 'vitest'
import { doubtWords } from '../../../src/renderer/format/truth-words.ts'
import { truthCode } from '../../../src/shared/domain/index.ts'

const { live, suspect, stale, gap } = truthCode

describe('doubtWords', () => {
  it('counts what is not live, by word', () => {
    expect(doubtWords(Uint8Array.of(live, gap, suspect, gap, stale, live))).toBe('1 suspect, 1 stale, 2 gap')
    expect(doubtWords(Uint8Array.of(live, gap))).toBe('1 gap')
  })

  it('says nothing while all are live, or there are none', () => {
    expect(doubtWords(Uint8Array.of(live, live))).toBe('')
    expect(doubtWords(new Uint8Array(0))).toBe('')
  })
})
