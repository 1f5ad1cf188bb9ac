import { type Browser, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** Set by scripts/e2e.mjs; empty where this machine has no browser. */
export const browserExecutable = process.env.CROSSBOOK_E2E_CHROMIUM ?? ''

/** A page of a real browser, 1440 x 900, that notes every error it logs. */
export async function openPage(
  url: string,
  colorScheme: 'dark' | 'light' = 'dark',
): Promise<{ page: Page; errors: string[]; browser: Browser }> {
  const browser = await chromium.launch({
    executablePath: browserExecutable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme })
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(url)
  return { page, errors, browser }
}
