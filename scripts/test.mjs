// `npm test`: unit and integration tests, then the end-to-end tests where this machine has what they need (see e2e.mjs).
// Arguments go to vitest and leave the end-to-end tests out: `npm test -- test/main/config.test.ts`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, node24, root } from './build.mjs'
import { runEndToEnd } from './e2e.mjs'

const filters = process.argv.slice(2)
// The command line's tests run the built program.
ensureBuilt()
const unit = spawnSync(node24(), [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...filters], {
  cwd: root,
  stdio: 'inherit',
})
if (unit.status !== 0) process.exit(unit.status ?? 1)
process.exit(filters.length > 0 ? 0 : runEndToEnd())
