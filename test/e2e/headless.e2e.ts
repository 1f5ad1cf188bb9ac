import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { goTo, screenshot, walkThroughScreens } from './support/screens.ts'

const Ready = z.object({ ready: z.literal(true), url: z.string(), link: z.string() })

async function serve(folder: string, args: readonly string[] = []) {
  const program = crossbook(['serve', '--demo', '--data', folder, '--port', '0', '--log-level', 'warn', ...args])
  const started = performance.now()
  const { url, link } = Ready.parse(await program.json())
  return { ...program, link, url, readyMs: performance.now() - started }
}

/** Another one-time link of the Crossbook that serves from this folder. */
async function anotherLink(folder: string): Promise<string> {
  const { stdout } = await crossbook(['link', '--data', folder]).ended
  return stdout.trim()
}

describe.skipIf(browserExecutable === '')('the interface in a browser', () => {
  it('shows every screen of the demo, alive, dark and light', async () => {
    const folder = temporaryFolder()
    const { link, url, readyMs } = await serve(folder)
    expect(readyMs).toBeLessThan(5_000)
    const dark = await openPage(link)
    await walkThroughScreens(dark.page, 'browser-dark')
    // The screen, and nothing secret, stands in the address bar.
    expect(dark.page.url()).toBe(`${url}/#/settings`)
    const light = await openPage(await anotherLink(folder), 'light')
    await walkThroughScreens(light.page, 'browser-light')
    expect([...dark.errors, ...light.errors]).toEqual([])
  })

  it('says in words that a browser is not signed in', async () => {
    const { url, link } = await serve(temporaryFolder())
    await openPage(link)
    const { page } = await openPage(url)
    await page
      .getByText(/crossbook link/i)
      .first()
      .waitFor()
    await screenshot(page, 'browser-not-signed-in')
    const used = await openPage(link)
    await used.page.getByText('This link does not open anything').waitFor()
  })

  it('shows what the local API offers, under its strict policy', async () => {
    const { url } = await serve(temporaryFolder())
    const { page, errors } = await openPage(`${url}/api/docs`)
    await page.getByText('/api/v1/quotes').first().waitFor()
    await page.getByText('WebSocket: /api/v1/stream').first().waitFor()
    await screenshot(page, 'browser-api-docs')
    expect(errors).toEqual([])
  })

  it('says that the connection is lost when Crossbook stops', async () => {
    const { link, child, ended } = await serve(temporaryFolder())
    const { page } = await openPage(link)
    await goTo(page, 'Markets')
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
    await page
      .getByText(/connection to crossbook (is )?lost/i)
      .first()
      .waitFor()
    await screenshot(page, 'browser-connection-lost')
  })

  it('changes a setting, which is in the file and in force after a restart', async () => {
    const folder = temporaryFolder()
    const first = await serve(folder)
    const { page } = await openPage(first.link)
    await goTo(page, 'Settings')
    await page.locator('label', { hasText: /^Light$/ }).click()
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light')
    await screenshot(page, 'browser-settings-changed')
    first.child.kill('SIGTERM')
    await first.ended
    const second = await serve(folder)
    const reopened = await openPage(second.link)
    await goTo(reopened.page, 'Settings')
    await expect.poll(() => reopened.page.locator('html').getAttribute('data-theme')).toBe('light')
  })
})
