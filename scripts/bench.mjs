// `npm run bench [-- normalise|storage|pnl|accounts|hub|renderer] [--frames DIR] [--json FILE]`: measures and prints tables.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { node24, root } from './build.mjs'

const bench = join(root, 'test/bench/index.ts')
const result = spawnSync(
  node24(),
  ['--disable-warning=ExperimentalWarning', '--expose-gc', bench, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
process.exit(result.status ?? 1)
