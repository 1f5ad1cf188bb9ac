import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { browserExecutable, openPage } from './support/browser.ts'
import { goTo, screenshot, walkThroughScreens } from './support/screens.ts'

const Ready = z.object({ ready: z.literal(true), url: z.string(), token: z.string() })

async function serve(folder: string, args: readonly string[] = []) {
  const program = crossbook(['serve', '--demo', '--data', folder, '--port', '0', '--log-level', 'warn', ...args])
  const started = performance.now()
  const { url, token } = Ready.parse(await program.json())
  return { ...program, address: `${url}/?token=${token}`, url, readyMs: performance.now() - started }
}

describe.skipIf(browserExecutable === '')('the interface in a browser', () => {
  it('shows every screen of the demo, alive, dark and light', async () => {
    const { address, readyMs } = await serve(temporaryFolder())
    expect(readyMs).toBeLessThan(5_000)
    const dark = await openPage(address)
    await walkThroughScreens(dark.page, 'browser-dark')
    // The token stays out of the address bar, and of what a reload shows.
    expect(dark.page.url()).not.toContain('token')
    const light = await openPage(address, 'light')
    await walkThroughScreens(light.page, 'browser-light')
    expect([...dark.errors, ...light.errors]).toEqual([])
  })

  it('says in words that a token is wrong', async () => {
    const { url } = await serve(temporaryFolder())
    const { page } = await openPage(`${url}/?token=wrong`)
    await page.getByText(/token/i).first().waitFor()
    await screenshot(page, 'browser-wrong-token')
  })

  it('says that the connection is lost when Crossbook stops', async () => {
    const { address, child, ended } = await serve(temporaryFolder())
    const { page } = await openPage(address)
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
    const { page } = await openPage(first.address)
    await goTo(page, 'Settings')
    await page.locator('label', { hasText: /^Light$/ }).click()
    await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('light')
    await screenshot(page, 'browser-settings-changed')
    first.child.kill('SIGTERM')
    await first.ended
    const second = await serve(folder)
    const reopened = await openPage(second.address)
    await goTo(reopened.page, 'Settings')
    await expect.poll(() => reopened.page.locator('html').getAttribute('data-theme')).toBe('light')
  })
})
