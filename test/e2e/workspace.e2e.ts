/** The desk in a real browser on the real program: presets, layouts, linked panes, windows of their own, a reload. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { presetNames } from '../../src/shared/layouts.ts'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { accessibilityProblems } from './support/accessibility.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { goByKeys, screenshot } from './support/screens.ts'

const Ready = z.object({ ready: z.literal(true), link: z.string() })
const StoredLayouts = z.object({ layouts: z.array(z.object({ name: z.string() })), standing: z.unknown() })
const patience = { timeout: 20_000 }
const small = { width: 1280, height: 800 }
const large = { width: 2560, height: 1440 }

async function openDesk() {
  const folder = temporaryFolder()
  const program = crossbook(['serve', '--demo', '--data', folder, '--port', '0', '--log-level', 'warn'])
  const { link } = Ready.parse(await program.json())
  const { page, errors } = await openPage(link)
  await page.setViewportSize(small)
  await page.getByTestId('open-palette').waitFor()
  await goByKeys(page, 'workspace')
  await page.getByTestId('pane-chart').getByTestId('chart-legend').waitFor(patience)
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const layout = () => page.getByTestId('layout').inputValue()
  const tabs = () => page.locator('.pane-tab').allInnerTexts()
  return { folder, page, errors, press, layout, tabs }
}

/** From the choice until it is painted, ms. */
const switchTo = (page: Page, name: string): Promise<number> =>
  page.evaluate(async (wanted) => {
    const select = document.querySelector<HTMLSelectElement>('[data-testid=layout]')
    if (select === null) throw new Error('there is no list of layouts')
    const started = performance.now()
    select.value = wanted
    select.dispatchEvent(new Event('change', { bubbles: true }))
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    return performance.now() - started
  }, name)

/** Where a pane stands, in whole tens of pixels. */
async function placeOf(page: Page, id: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.getByTestId(`pane-${id}`).boundingBox()
  if (box === null) throw new Error(`the pane ${id} is not to be seen`)
  const tens = (length: number) => Math.round(length / 10) * 10
  return { x: tens(box.x), y: tens(box.y), width: tens(box.width), height: tens(box.height) }
}

const chartOf = (page: Page) => page.getByTestId('chart-legend').first().innerText()

describe.skipIf(browserExecutable === '')('the desk', () => {
  it('has its presets, alive, dark and light, small and large, and panes in windows of their own', async () => {
    const { page, errors, press } = await openDesk()
    const took: string[] = []
    for (const [scheme, size] of [
      ['dark', small],
      ['light', large],
      ['light', small],
      ['dark', large],
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.setViewportSize(size)
      for (const name of presetNames) {
        took.push(`${name} ${Math.round(await switchTo(page, name))}`)
        await page.locator('.pane-body [aria-busy="true"]').first().waitFor({ state: 'detached' })
        await expect.poll(() => page.getByTestId('layout-changed').innerText(), patience).toBe('')
        const problems = () => accessibilityProblems(page)
        if (size === small) await expect.poll(problems, { ...patience, message: `${name}, ${scheme}` }).toEqual([])
        await screenshot(page, `desk-${name.toLowerCase().replace(' ', '-')}-${scheme}-${size.width}`)
      }
    }
    process.stdout.write(`layout switch until painted, ms: ${took.join(', ')}\n`)

    // One of its panes in a window of its own, which follows its group and comes back.
    await switchTo(page, 'One market')
    await page.getByTestId('pane-tab-books').click()
    const [own] = await Promise.all([page.waitForEvent('popup'), press('d', 'o')])
    await own.getByTestId('books-symbol').waitFor(patience)
    expect(new URL(own.url()).hash).toBe('#/pane/books')
    await expect.poll(() => page.getByTestId('pane-books').count(), patience).toBe(0)
    await page.getByTestId('group-A').selectOption('ETH_USDT')
    await expect.poll(() => own.getByTestId('books-symbol').inputValue(), patience).toBe('ETH_USDT')
    // And the other way round.
    await own.getByTestId('books-symbol').selectOption('SOL_USDT')
    await expect.poll(() => page.getByTestId('group-A').inputValue(), patience).toBe('SOL_USDT')
    await own.reload()
    await own.getByTestId('books-symbol').waitFor(patience)
    await own.getByTestId('pane-back').click()
    await page.getByTestId('pane-books').waitFor(patience)
    await expect.poll(() => own.isClosed(), patience).toBe(true)
    expect(errors).toEqual([])
  })

  it('links panes by group, by the pointer and by keys, and keeps, renames, exports and imports layouts', async () => {
    const { folder, page, errors, press, layout, tabs } = await openDesk()
    await switchTo(page, 'One market')
    await page.getByTestId('market-row-ETH_USDT').click()
    await expect.poll(() => chartOf(page), patience).toContain('ETH/USDT')
    await expect.poll(() => page.getByTestId('books-symbol').inputValue(), patience).toBe('ETH_USDT')
    // The arrow keys of the table move the group as well.
    await press('ArrowDown')
    await expect.poll(() => page.getByTestId('group-A').inputValue(), patience).not.toBe('ETH_USDT')
    await page.getByTestId('group-A').selectOption('ETH_USDT')
    await expect.poll(() => chartOf(page), patience).toContain('ETH/USDT')

    // The pane above is the chart; in another group it goes its own way.
    await press('d', 'ArrowUp')
    await page.locator('[data-testid="pane-chart"][data-pane-active]').waitFor()
    await press('d', '2')
    await page.getByTestId('group-B').selectOption('SOL_USDT')
    await expect.poll(() => chartOf(page), patience).toContain('SOL/USDT')
    expect(await page.getByTestId('books-symbol').inputValue()).toBe('ETH_USDT')
    expect(await page.getByTestId('layout-changed').innerText()).toBe('changed')
    await page.getByTestId('pane-tab-chart').click()
    await press('d', 'r')
    await expect.poll(tabs, patience).toContainEqual(expect.stringContaining('Chart SOL/USDT'))
    await expect.poll(() => page.getByTestId('pane-chart-1').count(), patience).toBe(1)
    await press('d', 'm')
    await expect.poll(() => page.getByTestId('pane-books').isVisible(), patience).toBe(false)
    await press('d', 'm')
    await expect.poll(() => page.getByTestId('pane-books').isVisible(), patience).toBe(true)

    await press('d', 's')
    await page.getByTestId('layout-name').fill('Arbitrage')
    await press('Enter')
    await page.getByText('is the name of a preset').waitFor()
    await page.getByTestId('layout-name').fill('Mine')
    await press('Enter')
    await expect.poll(layout, patience).toBe('Mine')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('layout-export').click()])
    const file = join(folder, 'exported.json')
    await download.saveAs(file)
    const exported = readFileSync(file, 'utf8')

    const bad = join(folder, 'bad.json')
    writeFileSync(bad, exported.replace('"kind": "chart"', '"kind": "chart room"'))
    await page.getByTestId('layout-import').click()
    await page.getByTestId('layout-file').setInputFiles(bad)
    expect(await page.getByTestId('not-imported').innerText()).toMatch(
      /layout\.desk\.panes\.\d+\.kind: expected one of .*chart.*; it is "chart room"/,
    )
    await press('Escape')
    expect(await layout()).toBe('Mine')

    await page.getByTestId('pane-tab-books').click()
    await press('d', 'x')
    await expect.poll(() => page.getByTestId('pane-books').count(), patience).toBe(0)
    await press('d', 'i')
    await page.getByTestId('layout-file').setInputFiles(file)
    await expect.poll(layout, patience).toBe('Mine 2')
    await page.getByTestId('pane-books').waitFor()

    await page.getByRole('button', { name: 'Rename…' }).click()
    await page.getByTestId('layout-name').fill('Given')
    await press('Enter')
    await expect.poll(layout, patience).toBe('Given')
    // From the palette, wherever one is.
    for (const [words, name] of [
      // Its letters stand in "Show the health of markets", too.
      ['One market', 'One market'],
      ['desk layout mine', 'Mine'],
    ] as const) {
      await press('g', 'm', 'Control+k')
      await page.getByPlaceholder('Symbol, screen or command').fill(words)
      await press('Enter')
      await expect.poll(layout, patience).toBe(name)
    }
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.getByTestId('remove-layout-confirm').click()
    await expect
      .poll(() => page.getByTestId('layout').locator('option').allInnerTexts(), patience)
      .not.toContain('Mine')

    const stored = () => StoredLayouts.parse(JSON.parse(readFileSync(join(folder, 'layouts.json'), 'utf8')))
    expect(stored().layouts.map(({ name }) => name)).toEqual(['Given'])
    await expect.poll(() => JSON.stringify(stored().standing), patience).toContain('SOL_USDT')
    const before = await tabs()
    await page.reload()
    await page.getByTestId('pane-chart-1').waitFor(patience)
    expect(await tabs()).toEqual(before)
    await expect.poll(() => chartOf(page), patience).toContain('SOL/USDT')
    expect(errors).toEqual([])
  })

  it('moves panes over the desk by keys and from the palette, and has them there after a reload', async () => {
    const { folder, page, errors, press } = await openDesk()
    await switchTo(page, 'One market')
    await page.getByTestId('pane-tab-chart').click()
    const first = await placeOf(page, 'chart')

    // From above the table to between it and the books, at full height.
    await press('d', 'Shift+ArrowRight')
    await expect.poll(async () => (await placeOf(page, 'chart')).x, patience).toBeGreaterThan(first.x)
    const beside = await placeOf(page, 'chart')
    expect(beside.height).toBeGreaterThan(first.height)
    expect((await placeOf(page, 'books')).x).toBeGreaterThan(beside.x)
    // Past the books, then back to the left edge step by step; further it cannot go.
    await press('d', 'Shift+ArrowRight')
    await expect
      .poll(async () => (await placeOf(page, 'books')).x < (await placeOf(page, 'chart')).x, patience)
      .toBe(true)
    await press('d', 'Shift+ArrowLeft', 'd', 'Shift+ArrowLeft', 'd', 'Shift+ArrowLeft')
    await expect.poll(async () => (await placeOf(page, 'chart')).x, patience).toBe(first.x)

    // Into the tabs at its right, and out of them to the bottom of the desk.
    await press('d', 't', 'ArrowRight')
    await expect.poll(() => page.getByTestId('pane-markets').count(), patience).toBe(0)
    await press('Control+k')
    await page.getByPlaceholder('Symbol, screen or command').fill('move this pane down')
    await press('Enter')
    // What stood beside it among the tabs comes to the front.
    await page.getByTestId('pane-positions').waitFor(patience)
    await press('d', 'Shift+ArrowDown')
    await expect.poll(async () => (await placeOf(page, 'chart')).width, patience).toBeGreaterThan(1_200)
    expect(await page.locator('[data-testid="pane-chart"][data-pane-active]').count()).toBe(1)
    await press('d', 'ArrowUp')
    await expect.poll(() => page.locator('[data-testid="pane-chart"][data-pane-active]').count(), patience).toBe(0)

    const stood = await placeOf(page, 'chart')
    expect(stood).not.toEqual(first)
    const stored = () => StoredLayouts.parse(JSON.parse(readFileSync(join(folder, 'layouts.json'), 'utf8')))
    const bottom = { kind: 'column', parts: [{}, { kind: 'tabs', panes: ['chart'] }] }
    await expect.poll(() => stored().standing, patience).toMatchObject({ desk: { root: bottom } })
    await page.reload()
    await page.getByTestId('pane-chart').getByTestId('chart-legend').waitFor(patience)
    expect(await placeOf(page, 'chart')).toEqual(stood)
    expect(errors).toEqual([])
  })

  it('has in each pane what was chosen in it, after a reload and in a layout that is put back or exported', async () => {
    const { folder, page, errors, press } = await openDesk()
    await switchTo(page, 'One market')
    const markets = page.getByTestId('pane-markets')
    const filter = markets.getByRole('textbox', { name: 'Filter symbols' })
    const spot = markets.getByRole('radio', { name: 'Spot' })
    const askOfOkx = markets.locator('th[aria-sort]').filter({ hasText: /^Ask/ }).nth(1)
    await filter.fill('usdt')
    await spot.check({ force: true })
    await askOfOkx.getByRole('button').click()
    await page.getByTestId('pane-tab-books').click()
    await page.getByTestId('pane-books').getByRole('radio', { name: 'Consolidated' }).check({ force: true })
    await page.getByTestId('pane-chart').getByRole('radio', { name: '1h' }).check({ force: true })
    await page.getByTestId('pane-chart').getByRole('radio', { name: 'Percent' }).check({ force: true })
    await expect.poll(() => page.getByTestId('layout-changed').innerText(), patience).toBe('changed')
    const asChosen = async () => {
      await expect.poll(() => filter.inputValue(), patience).toBe('usdt')
      expect(await spot.isChecked()).toBe(true)
      expect(await askOfOkx.getAttribute('aria-sort')).toBe('descending')
      const checked = (pane: string, name: string) =>
        expect.poll(() => page.getByTestId(pane).getByRole('radio', { name }).isChecked(), patience).toBe(true)
      await checked('pane-books', 'Consolidated')
      await checked('pane-chart', '1h')
      await checked('pane-chart', 'Percent')
    }
    await asChosen()

    // Behind another tab and back.
    await page.getByTestId('pane-tab-orders').click()
    await markets.waitFor({ state: 'detached' })
    await page.getByTestId('pane-tab-markets').click()
    await asChosen()

    await press('d', 's')
    await page.getByTestId('layout-name').fill('Spot')
    await press('Enter')
    await expect.poll(() => page.getByTestId('layout').inputValue(), patience).toBe('Spot')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('layout-export').click()])
    const file = join(folder, 'spot.json')
    await download.saveAs(file)
    await page.reload()
    await asChosen()

    await switchTo(page, 'One market')
    await expect.poll(() => filter.inputValue(), patience).toBe('')
    expect(await spot.isChecked()).toBe(false)
    await page.getByTestId('layout-import').click()
    await page.getByTestId('layout-file').setInputFiles(file)
    await expect.poll(() => page.getByTestId('layout').inputValue(), patience).toBe('Spot 2')
    await asChosen()
    expect(errors).toEqual([])
  })
})
