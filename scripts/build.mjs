// Builds the program where the build is missing or older than its sources. Runs on Node 20 and newer, and prints to stderr only.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = join(root, 'out/built')
const lock = join(root, 'out/building')

/** Node 24 of the devDependency `node`, so that everything runs on the Node that Electron 45 embeds, whatever the machine has. */
export function node24() {
  const bundled = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(bundled) ? bundled : process.execPath
}

/**
 * For the program on Linux: without it each thread takes from an arena of its own, keeps in it what it once needed, and large buffers
 * are kept, too, once one has been given back (docs/performance.md). What the user has set holds.
 */
export const withSmallArenas = (env) => ({
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  ...env,
})

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs)
}

const isStale = () => {
  if (!existsSync(stamp)) return true
  const built = statSync(stamp).mtimeMs
  return ['src', 'electron.vite.config.ts', 'package-lock.json'].some((name) => newest(join(root, name)) > built)
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

export function build() {
  const started = new Date()
  const viteBin = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!existsSync(viteBin)) {
    process.stderr.write('crossbook: the build tools are missing: run `npm ci` first\n')
    process.exit(1)
  }
  const result = spawnSync(node24(), [viteBin, 'build', '--logLevel', 'warn'], {
    cwd: root,
    // The builder's stdout goes to our stderr: our stdout is a contract.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (result.status !== 0) {
    process.stderr.write('crossbook: the build failed\n')
    process.exit(1)
  }
  writeFileSync(stamp, '')
  // Sources edited while it ran count as newer than the build.
  utimesSync(stamp, started, started)
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

/** Takes the lock, or says which process holds it. A build that failed or was killed leaves its lock: whose process is gone, goes. */
function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return { taken: true }
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  try {
    const holder = Number(readFileSync(lock, 'utf8'))
    const justCreated = holder === 0 && Date.now() - statSync(lock).mtimeMs < 5_000
    if (justCreated || (holder > 0 && isAlive(holder))) return { taken: false, holder }
  } catch (error) {
    if (error.code === 'ENOENT') return { taken: false, holder: 0 }
    if (error.code !== 'EISDIR') throw error
  }
  rmSync(lock, { recursive: true, force: true })
  return takeLock()
}

/** Several commands started at once build once: the others wait for the first, and build themselves where it failed. */
export function ensureBuilt() {
  if (!isStale()) return
  mkdirSync(join(root, 'out'), { recursive: true })
  let waited = false
  for (const deadline = Date.now() + 180_000; Date.now() < deadline; sleep(200)) {
    const { taken, holder } = takeLock()
    if (!taken) {
      if (!waited && holder) process.stderr.write(`crossbook: waiting for the build of process ${holder} …\n`)
      waited = true
      continue
    }
    const release = () => rmSync(lock, { force: true })
    process.once('exit', release)
    if (isStale()) {
      process.stderr.write('crossbook: building …\n')
      build()
    }
    release()
    // The caller lives on: at its end the lock may be another's.
    process.off('exit', release)
    return
  }
  process.stderr.write('crossbook: another build did not finish; remove out/building and try again\n')
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build()
