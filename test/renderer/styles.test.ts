import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rowHeights } from '../../src/renderer/ui/useRows.ts'
import { Look } from '../../src/shared/look.ts'

const css = readFileSync(join(import.meta.dirname, '../../src/renderer/styles.css'), 'utf8')

/** The custom properties of the rule with exactly this selector. */
function tokensOf(selector: string): Readonly<Record<string, string>> {
  const start = css.indexOf(`\n${selector} {\n`)
  if (start < 0) throw new Error(`styles.css has no rule ${selector}`)
  const body = css.slice(start, css.indexOf('\n}', start))
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

/** Pixels of the page's unit of text. */
const rem = 16

const dark = tokensOf(':root')
const light = { ...dark, ...tokensOf(':root[data-theme="light"]') }
const palettes = {
  'dark, green and red': dark,
  'light, green and red': light,
  'dark, blue and orange': { ...dark, ...tokensOf(':root[data-colours="blue-orange"]') },
  'light, blue and orange': { ...light, ...tokensOf(':root[data-theme="light"][data-colours="blue-orange"]') },
}

type Rgb = readonly [number, number, number]
const rgb = (color = ''): Rgb => {
  const [r = Number.NaN, g = Number.NaN, b = Number.NaN] = [1, 3, 5].map((i) =>
    Number.parseInt(color.slice(i, i + 2), 16),
  )
  return [r, g, b]
}
const linear = (value: number): number =>
  value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
const luminance = ([r, g, b]: Rgb): number => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
/** WCAG 2: 1 to 21. */
function contrast(a: Rgb, b: Rgb): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

/** What is left of a linear colour without one kind of cones (Viénot, Brettel and Mollon 1999), as [r = g, b]. */
const seenWithout = {
  protanopia: ([r, g, b]: Rgb) => [0.11238 * linear(r) + 0.88762 * linear(g), linear(b)],
  deuteranopia: ([r, g, b]: Rgb) => [0.29275 * linear(r) + 0.70725 * linear(g), linear(b)],
} as const

describe.each(Object.entries(palettes))('%s', (_name, token) => {
  const grounds = ['base', 'panel', 'raised', 'hover', 'selected'] as const
  it.each(['text', 'strong', 'muted', 'faint', 'up', 'down', 'warn', 'accent'])(
    '%s can be read on every ground',
    (ink) => {
      const weak = grounds
        .map((ground) => [ground, contrast(rgb(token[ink]), rgb(token[ground]))] as const)
        .filter(([, ratio]) => !(ratio >= 4.5))
      expect(weak).toEqual([])
    },
  )

  it('lets text be read on what is washed with up, down and warning', () => {
    const inks = {
      up: ['up', 'text', 'muted', 'strong'],
      down: ['down', 'text', 'muted', 'strong'],
      warn: ['warn', 'text', 'strong'],
    }
    const weak = Object.entries(inks).flatMap(([wash, all]) =>
      all
        .map((ink) => [ink, wash, contrast(rgb(token[ink]), rgb(token[`${wash}wash`]))] as const)
        .filter(([, , ratio]) => !(ratio >= 4.5)),
    )
    expect(weak).toEqual([])
  })
})

it.each(['dark, blue and orange', 'light, blue and orange'] as const)(
  'keeps up and down apart without red or green cones (%s)',
  (name) => {
    const token = palettes[name]
    // Yellowish against bluish: the share of blue in what is seen differs by far.
    const blueness = ([y = 0, b = 0]: readonly number[]) => b / (y + b)
    for (const see of Object.values(seenWithout))
      expect(blueness(see(rgb(token.up))) - blueness(see(rgb(token.down)))).toBeGreaterThan(0.4)
  },
)

it('gives rows the heights that the virtualiser counts with', () => {
  const compact = tokensOf(':root[data-density="compact"]')
  const pixels = (tokens: Readonly<Record<string, string>>) => ({
    row: Number.parseInt(tokens['row-height'] ?? '', 10),
    head: Number.parseInt(tokens['head-height'] ?? '', 10),
    text: Number.parseFloat(tokens['cell-size'] ?? '') * rem,
  })
  expect({ comfortable: pixels(dark), compact: pixels(compact) }).toEqual(rowHeights)
  expect(Object.keys(rowHeights).sort()).toEqual([...Look.shape.density.unwrap().options].sort())
})
