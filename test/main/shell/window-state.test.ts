import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  readPaneState,
  readWindowState,
  writePaneState,
  writeWindowState,
} from '../../../src/main/shell/window-state.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const unexpected = (error: unknown) => {
  throw error
}
const first = { width: 1440, height: 900, maximized: false }

describe('the window’s state', () => {
  it('is what was stored', () => {
    const file = join(temporaryFolder(), 'window.json')
    const state = { x: 10, y: 20, width: 1000, height: 700, maximized: true }
    writeWindowState(file, state, unexpected)
    expect(readWindowState(file, [screen])).toEqual(state)
  })

  it('is told and forgotten where it cannot be written: closing a window ends no program', () => {
    const problems: unknown[] = []
    const file = join(temporaryFolder(), 'no such folder', 'window.json')
    writeWindowState(file, { width: 1000, height: 700, maximized: false }, (error) => problems.push(error))
    expect(problems).toMatchObject([{ code: 'ENOENT' }])
  })

  it('forgets a position on a screen that is gone, but keeps the size', () => {
    const file = join(temporaryFolder(), 'window.json')
    writeWindowState(file, { x: 3000, y: 20, width: 1000, height: 700, maximized: false }, unexpected)
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

describe('the state of a pane’s window', () => {
  it('is kept for each pane, and forgets a screen that is gone', () => {
    const file = join(temporaryFolder(), 'pane-windows.json')
    const second = { x: 1920, y: 0, width: 1920, height: 1080 }
    const books = { x: 2000, y: 20, width: 800, height: 700, maximized: false }
    expect(readPaneState(file, 'books', [screen, second])).toEqual({ width: 900, height: 640, maximized: false })
    writePaneState(file, 'chart', { width: 700, height: 500, maximized: true })
    writePaneState(file, 'books', books)
    expect(readPaneState(file, 'books', [screen, second])).toEqual(books)
    expect(readPaneState(file, 'books', [screen])).toEqual({ width: 800, height: 700, maximized: false })
    expect(readPaneState(file, 'chart', [screen])).toEqual({ width: 700, height: 500, maximized: true })
  })

  it('is not kept for ever', () => {
    const file = join(temporaryFolder(), 'pane-windows.json')
    const state = { width: 700, height: 500, maximized: false }
    writeFileSync(file, JSON.stringify(Object.fromEntries(Array.from({ length: 104 }, (_, i) => [`pane-${i}`, state]))))
    writePaneState(file, 'pane-104', state)
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')))).toHaveLength(100)
    expect(readPaneState(file, 'pane-4', [screen]).width).toBe(900)
    expect(readPaneState(file, 'pane-104', [screen]).width).toBe(700)
  })
})
