import { describe, expect, it } from 'vitest'
import { layoutText, readLayoutText } from '../../../../src/renderer/features/workspace/layoutFile.ts'
import { paneKinds } from '../../../../src/renderer/features/workspace/panes.tsx'
import { presets } from '../../../../src/renderer/stores/presets.ts'
import { presetNames } from '../../../../src/shared/layouts.ts'

const text = layoutText({ name: 'Mine', desk: presets.Arbitrage })

describe('a layout’s file', () => {
  it('comes back as it was; a preset under a name of its own', () => {
    expect(readLayoutText(text)).toEqual({ layout: { name: 'Mine', desk: presets.Arbitrage } })
    expect(readLayoutText(layoutText({ name: 'Portfolio', desk: presets.Portfolio }))).toEqual({
      layout: { name: 'Portfolio 2', desk: presets.Portfolio },
    })
  })

  it('has the views of panes, also what this version knows nothing of', () => {
    const view = { text: 'btc', sort: { by: { kind: 'cross' }, descending: true }, later: [1, 'two', null] }
    const [first, ...others] = presets.Arbitrage.panes
    const desk = { ...presets.Arbitrage, panes: first === undefined ? [] : [{ ...first, view }, ...others] }
    expect(readLayoutText(layoutText({ name: 'Mine', desk }))).toEqual({ layout: { name: 'Mine', desk } })
  })

  it.each([
    ['too long', { text: 'x'.repeat(201) }, /^layout\.desk\.panes\.0\.view\.text: .*; it is "xxx/],
    ['too much', Object.fromEntries([...'abcdefghijkl'].map((name) => [name, 'x'.repeat(199)])), /is longer than 2000/],
    ['no plain values', { text: [[['x']]] }, /^layout\.desk\.panes\.0\.view\.text: /],
    ['no object', 'text', /^layout\.desk\.panes\.0\.view: .*; it is "text"$/],
  ])('with a view that is %s is refused in words', (_what, view, problem) => {
    const reading = readLayoutText(
      text.replace('"id": "spreads",', `"id": "spreads", "view": ${JSON.stringify(view)},`),
    )
    expect('problem' in reading && reading.problem).toMatch(problem)
  })

  it.each([
    ['is no JSON', text.slice(0, 40), /^The file is no JSON: /],
    ['is another file', '{"tokens":[]}', /^crossbook: Invalid input: expected "layout"; it is missing$/],
    [
      'is of another version',
      text.replace('"version": 1', '"version": 9'),
      /^version: Invalid input: expected 1; it is 9$/,
    ],
    [
      'has a group that there is not',
      text.replace('"link": "A"', '"link": "Z"'),
      /^layout\.desk\.panes\.0\.link: .*"A".*; it is "Z"$/,
    ],
    [
      'has a pane that there is not',
      text.replace('"kind": "books"', '"kind": "tea"'),
      /kind: expected one of .*books.*; it is "tea"$/,
    ],
    [
      'has two panes of one id',
      text.replace('"id": "alerts"', '"id": "chart"'),
      /^layout\.desk\.panes: two panes have the id "chart"; each needs its own/,
    ],
  ])('that %s is refused in words', (_what, content, problem) => {
    const reading = readLayoutText(content)
    expect('problem' in reading && reading.problem).toMatch(problem)
  })
})

describe('the kinds of panes', () => {
  it('are those that the presets have', () => {
    const used = presetNames.flatMap((name) => presets[name].panes.map(({ kind }) => kind))
    expect(used.filter((kind) => paneKinds[kind] === undefined)).toEqual([])
  })
})
