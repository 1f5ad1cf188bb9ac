import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LayoutFile } from '../../src/main/layouts.ts'
import { type Desk, type Layout, linkGroups, maxLayouts, type StandingDesk } from '../../src/shared/layouts.ts'

let folder: string
let file: string
let problems: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossbook-layouts-'))
  file = join(folder, 'layouts.json')
  problems = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () =>
  new LayoutFile({ file, now: () => 1_700_000_000_000, onProblem: (problem) => problems.push(problem) })
const none = { symbol: null, exchange: null }
const desk: Desk = {
  panes: [{ id: 'a', kind: 'chart', link: 'A', own: none, period: '1m' }],
  root: { kind: 'tabs', share: 1, panes: ['a'], shown: 'a' },
  windows: [],
}
const layout = (name: string): Layout => ({ name, desk })
const standing: StandingDesk = {
  name: 'Mine',
  desk,
  links: { A: { symbol: 'BTC_USDT', exchange: null }, B: none, C: none, D: none, E: none, F: none },
}
const names = (from: LayoutFile) => from.list().layouts.map(({ name }) => name)

describe('the layouts in their file', () => {
  it('are there after a start, in their order, with the desk as it stood', () => {
    const first = open()
    expect(first.list()).toEqual({ layouts: [], standing: null, problem: null })
    first.save(layout('Mine'), null)
    first.save(layout('Other'), null)
    first.keep(standing)
    first.save(layout('Renamed'), 'Mine')
    expect(open().list()).toEqual({ layouts: [layout('Renamed'), layout('Other')], standing, problem: null })
    first.remove('Renamed')
    expect(names(open())).toEqual(['Other'])
    expect(readdirSync(folder)).toEqual(['layouts.json'])
    expect(linkGroups).toEqual(Object.keys(standing.links))
  })

  it('take the place of their namesake, also when one is renamed to it', () => {
    const layouts = open()
    layouts.save(layout('A'), null)
    layouts.save(layout('B'), null)
    layouts.save({ name: 'A', desk: { panes: [], root: null, windows: [] } }, null)
    expect(layouts.list().layouts).toEqual([{ name: 'A', desk: { panes: [], root: null, windows: [] } }, layout('B')])
    layouts.save(layout('B'), 'A')
    expect(layouts.list().layouts).toEqual([layout('B')])
  })

  it('refuse what cannot be, and say what there is', () => {
    const layouts = open()
    expect(() => layouts.remove('Mine')).toThrow('there is no layout "Mine"; there are none')
    layouts.save(layout('A'), null)
    expect(() => layouts.save(layout('B'), 'C')).toThrow('there is no layout "C"; there are "A"')
    for (let i = 1; i < maxLayouts; i++) layouts.save(layout(`n${i}`), null)
    expect(() => layouts.save(layout('one more'), null)).toThrow('100 layouts are kept at most')
    expect(names(open())).toHaveLength(maxLayouts)
  })

  it.each([
    ['no JSON', '{"version":1,', 'layouts.json could not be read in full:'],
    ['another form', '{"version":2,"layouts":[],"standing":null}', 'version: Invalid input: expected 1; it is 2'],
  ])('that are %s are set aside whole', (_what, text, why) => {
    writeFileSync(file, text)
    const layouts = open()
    expect(layouts.list().problem).toContain(why)
    expect(problems).toEqual([layouts.list().problem])
    expect(readFileSync(join(folder, 'layouts.damaged-1700000000000.json'), 'utf8')).toBe(text)
    layouts.save(layout('Mine'), null)
    expect(names(open())).toEqual(['Mine'])
  })

  it('that fit are used where others are damaged, which are kept beside', () => {
    const bad = { ...layout('Bad'), desk: { ...desk, windows: ['ghost'] } }
    const text = JSON.stringify({ version: 1, layouts: [layout('Good'), bad], standing: null })
    writeFileSync(file, text)
    expect(names(open())).toEqual(['Good'])
    expect(problems[0]).toContain('layouts.1.desk.root: "ghost" is placed, but panes are a')
    expect(readFileSync(join(folder, 'layouts.damaged-1700000000000.json'), 'utf8')).toBe(text)
    expect(open().list()).toEqual({ layouts: [layout('Good')], standing: null, problem: null })
  })

  it('are not changed where the file cannot be written', () => {
    const layouts = open()
    layouts.save(layout('Mine'), null)
    const before = readFileSync(file, 'utf8')
    const nowhere = new LayoutFile({ file: join(folder, 'gone', 'layouts.json'), now: Date.now, onProblem: () => {} })
    expect(() => nowhere.save(layout('Mine'), null)).toThrow('layouts.json could not be written')
    expect(nowhere.list().layouts).toEqual([])
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it('are in memory only without a file', () => {
    const layouts = new LayoutFile({ file: null, now: Date.now, onProblem: () => {} })
    layouts.save(layout('Mine'), null)
    expect(names(layouts)).toEqual(['Mine'])
    expect(readdirSync(folder)).toEqual([])
  })
})
