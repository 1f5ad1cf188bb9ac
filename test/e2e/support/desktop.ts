import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '../../..')
/** Set by scripts/e2e.mjs; empty where this machine has no Electron or no display. */
export const electronExecutable = process.env.CROSSBOOK_E2E_ELECTRON ?? ''

export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  /** From starting the program to the screens being there, ms. */
  readonly interactiveMs: number
  /** Everything the page has logged as an error. */
  readonly errors: readonly string[]
}

/** Crossbook in a real Electron. `args` are its own flags. */
export async function startDesktop(args: readonly string[]): Promise<Desktop> {
  const started = performance.now()
  const app = await _electron.launch({
    executablePath: electronExecutable,
    // Root may not use Chromium's sandbox, and there is no graphics card: for tests only, never in the app.
    args: [root, '--no-sandbox', '--disable-gpu', ...args],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      CROSSBOOK_SQLITE_BINDING: process.env.CROSSBOOK_SQLITE_BINDING_FOR_ELECTRON ?? '',
    },
  })
  onTestFinished(async () => {
    await app.close().catch(() => undefined)
  })
  const page = await app.firstWindow()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.getByRole('navigation').first().waitFor()
  return { app, page, interactiveMs: performance.now() - started, errors }
}
