// `node scripts/screenshots.mjs [folder]`: pictures of every screen of the demo, of a pair's details, the consolidated book and the
// heatmap, and of each preset of the desk, dark and light, at 1280x800 and 2560x1440, from the built program in a headless Chromium
// (CROSSBOOK_CHROMIUM names another). The folder is artefacts/screens unless given. `--compact`, `--blue-orange`, `--utc` and `--german`
// choose the look, `--only spreads,chart` the screens, `--exchanges binance,okx` the exchanges (else the demo's usual six).
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { ensureBuilt, node24, root } from './build.mjs'
import { browser as chromiumPath } from './e2e.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    compact: { type: 'boolean' },
    'blue-orange': { type: 'boolean' },
    utc: { type: 'boolean' },
    german: { type: 'boolean' },
    only: { type: 'string' },
    exchanges: { type: 'string' },
  },
})

/**
 * What else a screen shows: the keys that lead there from what was shown before, what is there then, and the keys that it gets then; and
 * the keys back at the end.
 */
const viewsOf = {
  spreads: {
    from: 'spreads-grid',
    views: [{ name: 'spreads-details', keys: ['ArrowDown', 'Enter'], shows: 'pair-sizes' }],
    back: ['Escape'],
  },
  books: {
    views: [
      { name: 'books-consolidated', keys: ['v'], shows: 'merged-ladder' },
      // Half an hour would be empty but for the last minutes.
      { name: 'books-heatmap', keys: ['v'], shows: 'heat-legend', after: ['+', '+', '+', '+', '+'] },
    ],
    back: ['v'],
  },
}

// The list of screens is TypeScript, which only newer Nodes read as it is.
if (Number(process.versions.node.split('.')[0]) < 24 && node24() !== process.execPath) {
  const again = spawn(node24(), process.argv.slice(1), { stdio: 'inherit' })
  again.on('exit', (code) => process.exit(code ?? 1))
} else await takePictures()

async function takePictures() {
  const executablePath = chromiumPath()
  if (!executablePath) {
    process.stderr.write('screenshots: no Chromium or Chrome found (set CROSSBOOK_CHROMIUM to its path)\n')
    process.exit(1)
  }
  const { chromium } = await import('playwright-core')
  const { screens } = await import('../src/renderer/stores/shell.ts')
  const { presetNames } = await import('../src/shared/layouts.ts')
  ensureBuilt()

  const folder = resolve(positionals[0] ?? join(root, 'artefacts/screens'))
  const only = values.only?.split(',') ?? screens
  // Books last: the heatmap has something to show by then.
  const wanted = [...screens.filter((screen) => screen !== 'books'), 'books'].filter((screen) => only.includes(screen))
  mkdirSync(folder, { recursive: true })
  const data = mkdtempSync(join(tmpdir(), 'crossbook-screens-'))
  const look = {
    ...(values.compact && { CROSSBOOK_APPEARANCE_DENSITY: 'compact' }),
    ...(values['blue-orange'] && { CROSSBOOK_APPEARANCE_COLOURS: 'blue-orange' }),
    ...(values.utc && { CROSSBOOK_APPEARANCE_TIMES: 'utc' }),
    ...(values.german && { CROSSBOOK_APPEARANCE_LANGUAGE: 'de' }),
  }
  const crossbook = (...args) =>
    spawn(node24(), [join(root, 'bin/crossbook.mjs'), ...args], {
      env: { ...process.env, ...look },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const firstLine = (child) => new Promise((done) => createInterface({ input: child.stdout }).once('line', done))

  const chosen = values.exchanges ? ['--exchanges', values.exchanges] : []
  const program = crossbook('serve', '--demo', ...chosen, '--data', data, '--port', '0', '--log-level', 'warn')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    let { link } = JSON.parse(await firstLine(program))
    for (const colorScheme of ['dark', 'light']) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } })
      await page.goto(link)
      link = await firstLine(crossbook('link', '--data', data))
      const take = async (name) => {
        for (const [width, height] of [
          [1280, 800],
          [2560, 1440],
        ]) {
          await page.setViewportSize({ width, height })
          // Charts and virtualised tables take the new size in their next frames.
          await page.waitForTimeout(600)
          await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}x${height}.png`) })
        }
      }
      const press = async (keys) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      const takeViews = async ({ from = null, views = [], back = [] } = {}) => {
        for (const { name, keys, shows, after = [] } of views) {
          if (from !== null) await page.getByTestId(from).focus()
          await press(keys)
          await page.getByTestId(shows).first().waitFor()
          await press(after)
          await page.waitForTimeout(800)
          await take(name)
        }
        await press(back)
      }
      // The first candles, balances and books.
      await page.waitForTimeout(colorScheme === 'dark' ? 8_000 : 1_000)
      for (const screen of wanted) {
        await page.getByTestId(`tab-${screen}`).click()
        // Away from whatever would show that it is pointed at.
        await page.mouse.move(5, 5)
        await page.locator('#screen [aria-busy="true"]').first().waitFor({ state: 'detached' })
        await page.waitForTimeout(800)
        if (screen !== 'workspace') {
          await take(screen)
          await takeViews(viewsOf[screen])
        } else
          for (const preset of presetNames) {
            await page.getByTestId('layout').selectOption(preset)
            await page.waitForTimeout(1_500)
            await take(`desk-${preset.toLowerCase().replaceAll(' ', '-')}`)
          }
      }
      await page.close()
    }
    process.stdout.write(`pictures are in ${folder}\n`)
  } finally {
    await browser.close()
    program.kill('SIGTERM')
    await new Promise((done) => program.once('exit', done))
    rmSync(data, { recursive: true, force: true })
  }
}
