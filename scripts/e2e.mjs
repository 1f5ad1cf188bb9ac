// `npm run e2e`: builds what is stale and runs the end-to-end tests in what this machine has: a browser (Chromium or Chrome) and
// an Electron. What is missing is skipped and named, unless CROSSBOOK_E2E=required (CI): then it is a failure.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { electronRuntime } from '../test/e2e/support/electron-runtime.mjs'
import { ensureBuilt, node24, root } from './build.mjs'

const has = (command) => spawnSync('which', [command], { stdio: 'ignore' }).status === 0

/** The path of a Chromium or Chrome; null where there is none. */
export function browser() {
  const named = process.env.CROSSBOOK_CHROMIUM
  const places = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ]
  return named ?? places.find((place) => existsSync(place)) ?? null
}

/** Electron's own program where its package has fetched it, else the one that electron-runtime.mjs prepares. */
function electron() {
  const dist = join(root, 'node_modules/electron/dist/electron')
  if (existsSync(dist)) return { executable: dist, sqliteBinding: null }
  return electronRuntime()
}

/** Unlocks a keyring in the folder named by CROSSBOOK_E2E_KEYRING, then runs what follows. */
const openKeyring =
  'echo -n test | XDG_DATA_HOME="$CROSSBOOK_E2E_KEYRING" gnome-keyring-daemon --unlock --components=secrets >/dev/null && "$@"'

/** What a program of Electron needs here: its runtime (null: none), words before the command, and what the command finds in its environment. */
export function desktopHere() {
  const runtime = electron()
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY
  const xvfb = !display && has('xvfb-run')
  const environment = {
    CROSSBOOK_E2E_ELECTRON: display || xvfb ? (runtime?.executable ?? '') : '',
    CROSSBOOK_SQLITE_BINDING_FOR_ELECTRON: runtime?.sqliteBinding ?? '',
  }
  return {
    hasElectron: runtime !== null,
    hasDisplay: Boolean(display || xvfb),
    before: xvfb ? ['xvfb-run', '-a'] : [],
    environment,
  }
}

/** Returns the exit code. */
export function runEndToEnd() {
  const required = process.env.CROSSBOOK_E2E === 'required'
  const chromium = browser()
  const { hasElectron, hasDisplay, before, environment } = desktopHere()
  // A keychain of the tests' own: a message bus and a keyring that end with them, away from the user's.
  const keyring = process.platform === 'linux' && has('dbus-run-session') && has('gnome-keyring-daemon')
  const missing = [
    ...(keyring ? [] : ['no keychain of its own (on Linux: install dbus and gnome-keyring)']),
    ...(chromium ? [] : ['no Chromium or Chrome (set CROSSBOOK_CHROMIUM to its path)']),
    ...(hasElectron ? [] : ['no Electron (on Linux: node test/e2e/support/electron-runtime.mjs prepares one)']),
    ...(hasDisplay ? [] : ['no display for Electron (install xvfb)']),
  ]
  if (missing.length > 0) {
    process.stdout.write(`end-to-end tests ${required ? 'cannot run' : 'skipped in part'}: ${missing.join('; ')}\n`)
    if (required) return 1
    if (!chromium && !hasElectron) return 0
  }
  ensureBuilt()
  const vitest = [node24(), join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'vitest.e2e.config.ts']
  const tests = [...before, ...vitest, ...process.argv.slice(2)]
  const keyringFolder = keyring ? mkdtempSync(join(tmpdir(), 'crossbook-keyring-')) : null
  const command = keyring ? ['dbus-run-session', '--', 'bash', '-c', openKeyring, 'keyring', ...tests] : tests
  const result = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CROSSBOOK_E2E_CHROMIUM: chromium ?? '',
      ...environment,
      CROSSBOOK_E2E_KEYRING: keyringFolder ?? '',
    },
  })
  if (keyringFolder) rmSync(keyringFolder, { recursive: true, force: true })
  return result.status ?? 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(runEndToEnd())
