// `npm start`: builds what is stale and opens the Electron window. Without Electron or a display it says so and serves the same
// interface to a browser on this machine.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureBuilt, node24, root, withSmallArenas } from './build.mjs'

ensureBuilt()

/** The path of Electron's program, or why there is none. The package fetches it at its first start. */
function electron() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { missing: 'there is no display' }
  const folder = join(root, 'node_modules/electron')
  if (!existsSync(folder)) return { missing: 'Electron is not installed' }
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return { program: join(override, 'electron') }
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) {
    const fetched = spawnSync(node24(), [join(folder, 'install.js')], {
      stdio: ['ignore', 2, 'pipe'],
      timeout: 300_000,
    })
    if (fetched.status !== 0 || !existsSync(pathFile)) return { missing: 'Electron could not be fetched' }
  }
  return { program: join(folder, 'dist', readFileSync(pathFile, 'utf8')) }
}

const found = electron()
if (found.program) {
  const started = Date.now()
  const child = spawn(found.program, [root, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => serve(`Electron did not start (${error.message})`))
  child.on('exit', (code) => {
    // 2 is Crossbook's own word for bad settings; anything else that fast is Electron that cannot run here (as root, say).
    if (code !== 0 && code !== 2 && Date.now() - started < 5_000) serve('Electron cannot run here')
    else process.exit(code ?? 1)
  })
} else serve(found.missing)

function serve(reason) {
  // Warnings only, so that the address stays in sight; --log-level says otherwise.
  const quiet = process.argv.includes('--log-level') ? [] : ['--log-level', 'warn']
  process.stderr.write(`crossbook: ${reason}, so the interface is served to your browser instead.\n`)
  const child = spawn(node24(), [join(root, 'out/main/cli.js'), 'serve', ...quiet, ...process.argv.slice(2)], {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: withSmallArenas(process.env),
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { link } = JSON.parse(line)
    process.stdout.write(`Open ${link}\n`)
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
}
