/** The Data and Bots screens in a real browser, on a contract that answers from made-up data (test/bench/renderer). */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPreview, type Preview } from '../bench/renderer/preview.ts'
import { accessibilityProblems } from './support/accessibility.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { holds } from './support/secrets.ts'

const dataParts = ['export', 'health', 'gaps', 'storage', 'backups'] as const
type DataPart = (typeof dataParts)[number]
const locked = /locked by another program/
type Scene = 'usual' | 'none' | 'loading' | 'failing'

describe.skipIf(browserExecutable === '')('the Data and Bots screens', () => {
  let preview: Preview
  beforeAll(async () => {
    preview = await openPreview()
  })
  afterAll(() => preview?.close())

  async function open(scene: Scene = 'usual', colorScheme: 'dark' | 'light' = 'dark') {
    const { page, errors } = await openPage(`${preview.url}?accounts=${scene}&changes=10`, colorScheme)
    await page.getByTestId('open-palette').waitFor()
    return { page, errors }
  }
  const press = async (page: Page, ...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const text = (page: Page, testId: string) => page.getByTestId(testId).first().innerText()

  it('are reached, walked through and read by keyboard, dark and light, with nothing a machine finds wrong', async () => {
    for (const scheme of ['dark', 'light'] as const) {
      const { page, errors } = await open('usual', scheme)
      await press(page, 'g', 'd')
      for (const part of dataParts) {
        await page
          .getByTestId(
            {
              export: 'export-jobs',
              health: 'health-grid',
              gaps: 'gaps-grid',
              storage: 'storage-tables',
              backups: 'backups-table',
            }[part],
          )
          .waitFor()
        await expect.poll(() => accessibilityProblems(page), { message: `${part}, ${scheme}` }).toEqual([])
        await press(page, ']')
      }
      // Past the last part comes the first, and [ leads back.
      await page.getByTestId('export-form').waitFor()
      await press(page, '[')
      await page.getByTestId('backups-table').waitFor()
      await press(page, 'g', 'r')
      await page.getByTestId('tokens-table').waitFor()
      expect(await accessibilityProblems(page)).toEqual([])
      expect(errors).toEqual([])
    }
  })

  it('are found by the command palette, each part by what it is for', async () => {
    const { page } = await open()
    const find = async (words: string) => {
      await press(page, 'Control+k')
      await page.keyboard.type(words)
      await press(page, 'Enter')
    }
    await find('back up')
    await page.getByTestId('backups-table').waitFor()
    await find('bots')
    await page.getByTestId('screen-bots').waitFor()
    await find('export')
    await page.getByTestId('export-form').waitFor()
  })

  it('say that they are reading, that there is nothing, and why something could not be read', async () => {
    const words: Readonly<Record<Exclude<Scene, 'usual'>, Readonly<Record<DataPart | 'bots', RegExp>>>> = {
      loading: {
        export: /Reading exports/,
        health: /Reading how whole/,
        gaps: /Reading gaps/,
        storage: /Reading the state of the storage/,
        backups: /Reading the list of backups/,
        bots: /Reading the tokens/,
      },
      none: {
        export: /Nothing exported yet/,
        health: /Nothing of this kind/,
        gaps: /No gaps yet/,
        storage: /Compressed quotes/,
        backups: /No backup yet/,
        bots: /No token yet/,
      },
      failing: { export: locked, health: locked, gaps: locked, storage: locked, backups: locked, bots: locked },
    }
    for (const scene of ['loading', 'none', 'failing'] as const) {
      const { page } = await open(scene)
      await press(page, 'g', 'd')
      for (const part of dataParts) {
        await page.getByTestId('screen-data').getByText(words[scene][part]).first().waitFor()
        await press(page, ']')
      }
      await press(page, 'g', 'r')
      await page.getByTestId('screen-bots').getByText(words[scene].bots).first().waitFor()
      expect(await accessibilityProblems(page), scene).toEqual([])
    }
  })

  it('export by keyboard, with the estimate live, a question before a file is overwritten, and a way to end it', async () => {
    const { page } = await open()
    await press(page, 'g', 'd')
    await expect.poll(() => text(page, 'estimate-rows')).toMatch(/\d/)
    const whole = await text(page, 'estimate-rows')
    await page.getByTestId('add-symbol').focus()
    await page.keyboard.type('btc/usdt')
    await press(page, 'Enter')
    await page.getByTestId('export-form').getByText('BTC/USDT', { exact: true }).waitFor()
    await expect.poll(() => text(page, 'estimate-rows')).not.toBe(whole)
    await press(page, 'Backspace')
    await expect.poll(() => page.getByTestId('export-form').getByRole('listitem').count()).toBe(0)
    await page.getByTestId('export-file').focus()
    await page.keyboard.type('a/b')
    expect(await text(page, 'export-why-not')).toContain('"/"')
    expect(await page.getByTestId('export-start').isDisabled()).toBe(true)
    await page.getByTestId('export-file').fill('klines-1m-btc-eth.csv')
    await press(page, 'Enter')
    const question = page.getByTestId('export-overwrite')
    await question.waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    // The focus is on what changes nothing.
    await press(page, 'Enter')
    await question.waitFor({ state: 'detached' })
    await page.getByTestId('export-file').focus()
    await press(page, 'Enter')
    await page.getByTestId('export-overwrite-confirm').click()
    await question.waitFor({ state: 'detached' })
    const newest = page.getByTestId(/^export-job-export/).first()
    await expect.poll(() => newest.innerText()).toContain('Writing')
    await newest.getByRole('button', { name: /^Cancel/ }).click()
    await expect.poll(() => newest.innerText()).toContain('Cancelled')
  })

  it('ask before rows or files go, and do nothing when the answer is no', async () => {
    const { page } = await open()
    await press(page, 'g', 'd', ']', ']', ']')
    const days = page.getByTestId('retention-book_tickers')
    await days.fill('30')
    await press(page, 'Enter')
    await page.getByTestId('retention-shorten').waitFor()
    await press(page, 'Escape')
    await expect.poll(() => days.inputValue()).toBe('90')
    await days.fill('30')
    await press(page, 'Enter')
    await page.getByTestId('retention-shorten-confirm').click()
    await expect.poll(() => days.inputValue()).toBe('30')
    await page.getByTestId('retention-shorten').waitFor({ state: 'detached' })
    await days.fill('')
    await press(page, 'Enter')
    await expect.poll(() => days.inputValue()).toBe('')
    await days.fill('many')
    await press(page, 'Enter')
    await page.getByTestId('storage-tables').getByRole('alert').waitFor()

    await page.locator('label', { hasText: /^Backups$/ }).click()
    const rows = page.getByTestId('backups-table').locator('tbody tr')
    const before = await rows.count()
    await page
      .getByTestId(/^remove-/)
      .first()
      .click()
    await press(page, 'Escape')
    expect(await rows.count()).toBe(before)
    await page
      .getByTestId(/^remove-/)
      .first()
      .click()
    await page.getByTestId('backup-remove-confirm').click()
    await expect.poll(() => rows.count()).toBe(before - 1)
  })

  it('restore a backup only after the word was typed, and tell where the old database lies', async () => {
    const { page } = await open()
    await press(page, 'g', 'd', '[')
    await page
      .getByTestId(/^restore-/)
      .first()
      .click()
    const dialog = page.getByTestId('restore-backup')
    await dialog.waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await dialog.innerText()).toMatch(
      /set aside[\s\S]*takes its place[\s\S]*Quotes, one a second[\s\S]*starts anew/,
    )
    await page.keyboard.type('rest')
    await press(page, 'Enter')
    expect(await page.getByTestId('restore-confirm').isDisabled()).toBe(true)
    await page.keyboard.type('ore')
    await press(page, 'Enter')
    await dialog.getByText(/before-restore-2026/).waitFor()
    await press(page, 'Escape')
    // One of the other mode cannot take its place.
    await page
      .getByTestId(/^restore-/)
      .last()
      .click()
    await dialog.getByText(/backup of the live market/).waitFor()
    expect(await page.getByTestId('restore-confirm').isDisabled()).toBe(true)
  })

  it('show a token once, and keep neither it nor a password anywhere in the page', async () => {
    const { page } = await open()
    await press(page, 'g', 'r')
    await page.getByTestId('tokens-table').waitFor()
    await press(page, 'n')
    await press(page, 'Enter')
    await page.getByTestId('create-token-dialog').getByRole('alert').waitFor()
    await page.keyboard.type('my bot')
    await press(page, 'Enter')
    const shown = page.getByTestId('token-shown')
    await expect.poll(() => shown.textContent()).toMatch(/^cbk_/)
    const token = (await shown.textContent()) ?? ''
    expect(await accessibilityProblems(page)).toEqual([])
    // The focus is on Copy.
    await press(page, 'Enter')
    await page.getByTestId('create-token-dialog').getByText('✓ Copied').waitFor()
    // A click beside the dialog does not close it: what is shown only once would be lost.
    await page.mouse.click(5, 300)
    expect(await shown.textContent()).toBe(token)
    expect(await holds(page, token)).toBe(true)
    await press(page, 'Escape')
    await page.getByTestId('create-token-dialog').waitFor({ state: 'detached' })
    await page.getByTestId('tokens-table').getByText('my bot').waitFor()

    const password = `secret-${Math.random().toString(36).slice(2)}-of-redis`
    await page.getByTestId('redis-password').focus()
    await page.keyboard.type(password)
    expect(await page.getByTestId('redis-password').getAttribute('type')).toBe('password')
    await press(page, 'Enter')
    await page.getByTestId('redis-password-remove').waitFor()
    expect(await page.getByTestId('redis-password').inputValue()).toBe('')
    await expect.poll(() => holds(page, token), { timeout: 15_000 }).toBe(false)
    await expect.poll(() => holds(page, password), { timeout: 15_000 }).toBe(false)
    await page.getByTestId('redis-password-remove').click()
    await page.getByTestId('redis-password-forget-confirm').click()
    await page.getByTestId('redis-password-remove').waitFor({ state: 'detached' })

    const names = page.getByTestId('tokens-table').locator('tbody th')
    const before = await names.count()
    await page.getByRole('button', { name: 'Revoke my bot' }).click()
    await page.getByTestId('revoke-token-confirm').click()
    await expect.poll(() => names.count()).toBe(before - 1)
  })

  it('tell in words how the API and Redis do', async () => {
    const { page } = await open()
    await press(page, 'g', 'r')
    expect(await text(page, 'api-state')).toContain('Off')
    await page.getByTestId('setting-gateway.onDesktop').check()
    await page.getByTestId('setting-redis.enabled').check()
    await press(page, 'g', 'd')
    await press(page, 'g', 'r')
    await expect.poll(() => text(page, 'api-state')).toContain('Open')
    await expect.poll(() => text(page, 'redis-state')).toContain('Down, waiting to retry')
    expect(await text(page, 'redis-reason')).toMatch(/ECONNREFUSED.*Next attempt in \d+ s/)
    expect(await text(page, 'snippet-quotes')).toContain('$CROSSBOOK_TOKEN')
    expect(await accessibilityProblems(page)).toEqual([])
    const url = page.getByTestId('setting-redis.url')
    await url.fill('')
    await press(page, 'Enter')
    await page.getByTestId('redis').getByText('This must not be empty.').waitFor()
    await press(page, 'Escape')
    expect(await url.inputValue()).toBe('redis://127.0.0.1:6379')
  })
})
