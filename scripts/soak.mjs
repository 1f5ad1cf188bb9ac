// `npm run soak -- --hours N | --minutes N [--json FILE] [--snapshots FOLDER]`: the built program at three times peak load (docs/testing.md).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, node24, root, withSmallArenas } from './build.mjs'

ensureBuilt()
// A terminal's Ctrl-C reaches the soak itself, which then reports what it has: this launcher waits for it.
process.on('SIGINT', () => undefined)
const command = ['--disable-warning=ExperimentalWarning', join(root, 'test/soak/main.ts'), ...process.argv.slice(2)]
const result = spawnSync(node24(), command, { stdio: 'inherit', env: withSmallArenas(process.env) })
process.exit(result.status ?? 1)
