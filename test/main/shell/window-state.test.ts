import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readWindowState, writeWindowState } from '../../../src/main/shell/window-state.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const first = { width: 1440, height: 900, maximized: false }

describe('the window’s state', () => {
  it('is what was stored', () => {
    const file = join(temporaryFolder(), 'window.json')
    const state = { x: 10, y: 20, width: 1000, height: 700, maximized: true }
    writeWindowState(file, state)
    expect(readWindowState(file, [screen])).toEqual(state)
  })

  it('forgets a position on a screen that is gone, but keeps the size', () => {
    const file = join(temporaryFolder(), 'window.json')
    writeWindowState(file, { x: 3000, y: 20, width: 1000, height: 700, maximized: false })
    expect(readWindowState(file, [screen])).toEqual({ width: 1000, height: 700, maximized: false })
  })

  it.each([
    ['nothing stored', null],
    ['text that is no JSON', '{'],
    ['values that cannot be', '{"width":3}'],
  ])('is a sensible first one with %s', (_name, text) => {
    const file = join(temporaryFolder(), 'window.json')
    if (text !== null) writeFileSync(file, text)
    expect(readWindowState(file, [screen])).toEqual(first)
  })
})
