/** Every screen of the built program in German: whole, and without a word of English that has a German one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { screens } from '../../src/renderer/stores/shell.ts'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { goByKeys, screenshot } from './support/screens.ts'

const Ready = z.object({ ready: z.literal(true), link: z.string() })
const locales = resolve(import.meta.dirname, '../../src/renderer/locales')

type Texts = { readonly [key: string]: string | Texts }

function textsIn(language: string): Set<string> {
  const leaves = (texts: Texts): string[] =>
    Object.values(texts).flatMap((value) => (typeof value === 'string' ? [value] : leaves(value)))
  const files = readdirSync(join(locales, language)).filter((name) => name.endsWith('.json'))
  return new Set(files.flatMap((name) => leaves(JSON.parse(readFileSync(join(locales, language, name), 'utf8')))))
}

const german = textsIn('de')
/** Texts that are whole as they stand in the files, and not German, too. A small word alone may be the name of something else. */
const english = [...textsIn('en')].filter((text) => /[A-Z].|\s/.test(text) && !german.has(text) && !/[{<]/.test(text))

/** What is read or read out now and is one of `texts`. */
const shownOf = (page: Page, texts: readonly string[]): Promise<readonly string[]> =>
  page.evaluate((those) => {
    const wanted = new Set(those)
    const found = new Set<string>()
    const look = (text: string | null) => {
      const trimmed = text?.trim() ?? ''
      if (wanted.has(trimmed)) found.add(trimmed)
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) look(node.textContent)
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
      for (const name of ['aria-label', 'title', 'placeholder']) {
        // `New` of Bybit and `Pending` of Coinbase are those exchanges' own words.
        if (name === 'title' && element.hasAttribute('data-exchange-words')) continue
        look(element.getAttribute(name))
      }
    look(document.title.replace(' – Crossbook', ''))
    return [...found]
  }, texts)

/** Texts that are wider than what holds them and do not end in an ellipsis. */
const cutOff = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const found = new Set<string>()
    for (const element of document.querySelectorAll<HTMLElement>('#screen *, header *, footer *')) {
      const hasText = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      )
      const { overflowX, textOverflow, display } = getComputedStyle(element)
      // Texts for screen readers alone are a pixel wide, some of them in narrow windows only.
      if (!hasText || display === 'inline' || element.closest('.sr-only') || element.clientWidth <= 1) continue
      if (textOverflow === 'ellipsis' || overflowX === 'auto' || overflowX === 'scroll') continue
      if (element.scrollWidth > element.clientWidth + 1)
        found.add(`${element.textContent?.trim()} (${element.scrollWidth} in ${element.clientWidth} px)`)
    }
    return [...found]
  })

describe.skipIf(browserExecutable === '')('in German', () => {
  it('every screen is whole and says nothing in English that it could say in German', async () => {
    const folder = temporaryFolder()
    const args = ['serve', '--demo', '--exchanges', exchangeIds.join(','), '--data', folder, '--port', '0']
    const program = crossbook(args, { CROSSBOOK_SIMULATOR_RATE: '100' })
    const { page, errors } = await openPage(Ready.parse(await program.json()).link)
    await expect.poll(() => page.getByTestId('markets-count').innerText(), { timeout: 30_000 }).toBe('13 symbols')
    await goByKeys(page, 'spreads')
    const found: Record<string, readonly string[]> = {}
    await page.keyboard.press('Control+k')
    await page.getByTestId('command-palette').waitFor()
    await page.keyboard.type('deutsch')
    await page.keyboard.press('Enter')
    // The page comes anew, where it was.
    await page.locator('html[lang="de"] [data-testid="tab-spreads"][aria-selected="true"]').waitFor()
    for (const screen of screens) {
      await goByKeys(page, screen)
      const problems = [...(await shownOf(page, english)), ...(await cutOff(page))]
      if (problems.length > 0) found[screen] = problems
      await screenshot(page, `german-${screen}`)
    }
    for (const [overlay, key] of Object.entries({ palette: 'Control+k', keys: '?' })) {
      await page.keyboard.press(key)
      await page.locator('dialog[open]').waitFor()
      const problems = await shownOf(page, english)
      if (problems.length > 0) found[overlay] = problems
      await screenshot(page, `german-${overlay}`)
      await page.keyboard.press('Escape')
      await page.locator('dialog[open]').waitFor({ state: 'detached' })
    }
    expect(found).toEqual({})
    // Remembered: the first paint of another visit is German, too.
    await page.reload()
    await page.locator('html[lang="de"]').waitFor()
    expect(errors).toEqual([])
  })
})
