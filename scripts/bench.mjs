// `npm run bench [-- normalise|exchanges|storage|pnl|accounts|hub|renderer|screens] [--frames DIR] [--json FILE]`: measures and prints tables.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, node24, root } from './build.mjs'

// All but this one run from the sources.
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
if (named.length === 0 || named.includes('screens')) ensureBuilt()
const bench = join(root, 'test/bench/index.ts')
const result = spawnSync(
  node24(),
  ['--disable-warning=ExperimentalWarning', '--expose-gc', bench, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
process.exit(result.status ?? 1)
