// `npm test`: unit and integration tests, then the end-to-end tests where this machine has what they need (see e2e.mjs).
// Arguments go to vitest and leave the end-to-end tests out: `npm test -- test/main/config.test.ts`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureBuilt, node24, root } from './build.mjs'
import { runEndToEnd } from './e2e.mjs'

const filters = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'crossbook-tests-'))

/** Runs vitest; what it says of each file goes to `report`. Returns the exit code. */
function runVitest(args, report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args]
  return spawnSync(node24(), command, { cwd: root, stdio: 'inherit' }).status ?? 1
}

/** Every test file that the filters name, as vitest finds them. */
function listFiles() {
  const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'list', ...filters, '--filesOnly', '--json']
  return JSON.parse(spawnSync(node24(), command, { cwd: root, encoding: 'utf8' }).stdout).map(({ file }) => file)
}

/** Files of which a test failed, or whose process died before it could tell how its tests went. */
function unfinishedFiles(report) {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  const passed = new Set(testResults.filter(({ status }) => status === 'passed').map(({ name }) => name))
  return listFiles().filter((file) => !passed.has(file))
}

/** More of them than this have a cause of their own. */
const mostAlone = 4

/**
 * In CI, where other machines' work is felt: files that did not pass beside others, each of their tests tried again, are named and run
 * once more, alone. A fault fails alone, too.
 */
function runTests() {
  const report = join(scratch, 'report.json')
  const status = runVitest(filters, report)
  if (status === 0 || Number(process.env.CROSSBOOK_TEST_RETRIES ?? 0) === 0) return status
  const files = unfinishedFiles(report)
  if (files.length === 0 || files.length > mostAlone) return status
  const names = files.map((file) => relative(root, file))
  process.stdout.write(`did not pass beside others, run again alone: ${names.join(', ')}\n`)
  return runVitest([...names, '--maxWorkers=1'], join(scratch, 'alone.json'))
}

// The command line's tests run the built program.
ensureBuilt()
try {
  const status = runTests()
  process.exitCode = status !== 0 || filters.length > 0 ? status : runEndToEnd()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
