// `npm run load -- [--minutes N] [--rate N] [--json FILE] [--desktop]`: the built program with eleven exchanges of 50 symbols each (docs/testing.md).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, node24, root, withSmallArenas } from './build.mjs'
import { desktopHere } from './e2e.mjs'

ensureBuilt()
// A terminal's Ctrl-C reaches the run itself, which then reports what it has: this launcher waits for it.
process.on('SIGINT', () => undefined)
const { before, environment } = process.argv.includes('--desktop') ? desktopHere() : { before: [], environment: {} }
const command = [
  ...before,
  node24(),
  '--disable-warning=ExperimentalWarning',
  join(root, 'test/soak/load.ts'),
  ...process.argv.slice(2),
]
const result = spawnSync(command[0], command.slice(1), {
  stdio: 'inherit',
  env: withSmallArenas({ ...process.env, ...environment }),
})
process.exit(result.status ?? 1)
