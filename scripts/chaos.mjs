// `npm run chaos [-- --scenarios 1000 --seed N --only K --at-once N --shrink]`: random faults between exchanges and program (docs/testing.md).
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { node24, root } from './build.mjs'

const main = join(root, 'test/chaos/main.ts')
const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc']
const result = spawnSync(node24(), [...flags, main, ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(result.status ?? 1)
