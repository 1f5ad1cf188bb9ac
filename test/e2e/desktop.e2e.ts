import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'
import { electronExecutable, startDesktop } from './support/desktop.ts'
import { goTo, screenshot, walkThroughScreens } from './support/screens.ts'

describe.skipIf(electronExecutable === '')('the desktop in a real Electron', () => {
  it('starts on the demo, shows every screen alive, and records', async () => {
    const folder = temporaryFolder()
    const { app, page, errors, interactiveMs } = await startDesktop(['--data', folder])
    // What a user waits for; the program's own share on a quiet machine is in docs/performance.md.
    expect(interactiveMs).toBeLessThan(10_000)
    await page.getByText('DEMO', { exact: true }).first().waitFor()
    await walkThroughScreens(page, 'desktop')
    expect(errors).toEqual([])
    await app.close()
    const database = new Database(join(folder, 'crossbook.db'), { readonly: true })
    const { rows } = database.prepare<[], { rows: number }>('SELECT count(*) AS rows FROM v_book_tickers').get() ?? {
      rows: 0,
    }
    const clean = database.pragma('integrity_check', { simple: true })
    database.close()
    expect(rows).toBeGreaterThan(47)
    expect(clean).toBe('ok')
    expect(existsSync(join(folder, 'crossbook.lock'))).toBe(false)
  })

  it('keeps changed settings, the window’s place and the screen over a restart', async () => {
    const folder = temporaryFolder()
    const first = await startDesktop(['--data', folder])
    await goTo(first.page, 'Settings')
    await first.page.locator('label', { hasText: /^Dark$/ }).click()
    await expect.poll(() => first.page.locator('html').getAttribute('data-theme')).toBe('dark')
    await screenshot(first.page, 'desktop-dark')
    // Another language has the page load anew, where it was.
    await first.page.locator('label', { hasText: /^Deutsch$/ }).click()
    await first.page.locator('html[lang="de"] [data-testid="tab-settings"][aria-selected="true"]').waitFor()
    await first.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1100, height: 700 }),
    )
    await first.app.close()
    expect(readFileSync(join(folder, 'crossbook.yaml'), 'utf8')).toMatch(
      /^appearance:\n {2}theme: dark\n {2}language: de$/m,
    )
    const second = await startDesktop(['--data', folder])
    await expect.poll(() => second.page.locator('html').getAttribute('data-theme')).toBe('dark')
    await expect.poll(() => second.page.locator('html').getAttribute('lang')).toBe('de')
    const bounds = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
    expect(bounds).toMatchObject({ width: 1100, height: 700 })
  })

  it('gives its page no way out', async () => {
    const { app, page } = await startDesktop(['--data', temporaryFolder(), '--dry-run'])
    const inside = await page.evaluate(async () => {
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.head.append(script)
      const fetched = await fetch('https://example.com').then(
        () => 'fetched',
        () => 'refused',
      )
      return {
        require: typeof Reflect.get(window, 'require'),
        process: typeof Reflect.get(window, 'process'),
        exposed: Object.keys(Reflect.get(window, 'crossbook')).sort(),
        injected: Reflect.get(window, 'injected') === true,
        opened: window.open('https://example.com') === null,
        fetched,
        notification: await Notification.requestPermission(),
      }
    })
    expect(inside).toEqual({
      require: 'undefined',
      process: 'undefined',
      exposed: ['call', 'on'],
      injected: false,
      opened: true,
      fetched: 'refused',
      notification: 'denied',
    })
    const addressOf = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL())
    const before = await addressOf()
    const prevented = app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<boolean>((resolve) => {
          BrowserWindow.getAllWindows()[0]?.webContents.on('will-navigate', (event) => resolve(event.defaultPrevented))
        }),
    )
    await page.evaluate(() => {
      location.href = 'https://example.com/'
    })
    expect(await prevented).toBe(true)
    expect(await addressOf()).toBe(before)
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      // Documented for diagnosis only, and typed nowhere.
      const read: unknown = contents && Reflect.get(contents, 'getLastWebPreferences')
      return typeof read === 'function' ? read.call(contents) : null
    })
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
    })
  })

  it('opens a pane in a window of its own, as closed as the first, where it stood before', async () => {
    const folder = temporaryFolder()
    const { app, page, errors } = await startDesktop(['--data', folder])
    await goTo(page, 'Desk')
    const windows = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
    const openBooks = async () => {
      await page.getByTestId('pane-tab-books').click()
      const opened = app.waitForEvent('window')
      for (const key of ['d', 'o']) await page.keyboard.press(key)
      const own = await opened
      await own.getByTestId('books-symbol').waitFor({ timeout: 20_000 })
      return own
    }
    const first = await openBooks()
    await page.getByTestId('group-A').selectOption('ETH_USDT')
    await expect.poll(() => first.getByTestId('books-symbol').inputValue(), { timeout: 20_000 }).toBe('ETH_USDT')
    const preferences = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => {
        // Documented for diagnosis only, and typed nowhere.
        const read: unknown = Reflect.get(webContents, 'getLastWebPreferences')
        return typeof read === 'function' ? read.call(webContents) : null
      }),
    )
    const closed = { contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true }
    expect(preferences).toMatchObject([closed, closed])
    // It opens nothing itself, neither elsewhere nor another pane.
    await first.evaluate(() => {
      window.open('https://example.com')
      window.open(new URL('#/pane/chart', location.href))
    })
    await page.evaluate(() => window.open(new URL('?x=1#/pane/chart', location.href)))
    expect(await windows()).toBe(2)

    const place = { x: 60, y: 50, width: 800, height: 500 }
    await app.evaluate(({ BrowserWindow }, bounds) => {
      const pane = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL().includes('#/pane/'))
      pane?.setBounds(bounds)
    }, place)
    await first.getByTestId('pane-back').click()
    await page.getByTestId('pane-books').waitFor({ timeout: 20_000 })
    expect(await windows()).toBe(1)
    await openBooks()
    const bounds = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL().includes('#/pane/'))
        ?.getBounds(),
    )
    expect(bounds).toMatchObject({ width: place.width, height: place.height })
    expect(errors).toEqual([])
    // With the main window they all go, and so does the program.
    const exited = new Promise((resolve) => app.process().on('exit', resolve))
    await app.evaluate(({ BrowserWindow }) => {
      const main = BrowserWindow.getAllWindows().find(({ webContents }) => !webContents.getURL().includes('#/pane/'))
      setImmediate(() => main?.close())
    })
    await exited
  })

  it('answers a call only when it fits the contract', async () => {
    const { page } = await startDesktop(['--data', temporaryFolder(), '--dry-run'])
    const replies = await page.evaluate(async () => {
      const api: { call(name: string, request: unknown): Promise<unknown> } = Reflect.get(window, 'crossbook')
      return [await api.call('orders.place', {}), await api.call('klines.list', { instrument: 3 })]
    })
    expect(replies).toEqual([
      { ok: false, code: 'badRequest', message: 'there is no call "orders.place"' },
      { ok: false, code: 'badRequest', message: expect.stringContaining('klines.list: instrument: ') },
    ])
  })

  it('says when its main process does not answer, and goes on once it does', async () => {
    const { app, page, errors } = await startDesktop(['--data', temporaryFolder(), '--dry-run'])
    await page.evaluate(() => {
      const seen: string[] = []
      Reflect.set(window, 'seenBanners', seen)
      const note = () => {
        const banner = document.querySelector('[data-testid="link-banner"] strong')?.textContent
        if (banner && seen.at(-1) !== banner) seen.push(banner)
      }
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true })
    })
    const seen = () => page.evaluate(() => Reflect.get(window, 'seenBanners'))
    expect(await seen()).toEqual([])
    await app.evaluate(() => {
      const end = Date.now() + 12_000
      while (Date.now() < end);
    })
    await expect.poll(seen, { timeout: 10_000 }).toEqual(['Crossbook does not answer'])
    await expect.poll(() => page.getByTestId('link-banner').count(), { timeout: 10_000 }).toBe(0)
    await goTo(page, 'Markets')
    expect(errors).toEqual([])
  })

  it('flushes and leaves on SIGTERM', async () => {
    const folder = temporaryFolder()
    const { app } = await startDesktop(['--data', folder])
    const process = app.process()
    const exited = new Promise<number | null>((resolve) => process.on('exit', (code) => resolve(code)))
    const asked = performance.now()
    process.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(performance.now() - asked).toBeLessThan(3_500)
    expect(existsSync(join(folder, 'crossbook.db-wal'))).toBe(false)
  })
})
