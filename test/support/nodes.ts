/** Nodes that settings name for plugins, and programs that say they are one. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { temporaryFolder } from './temporary.ts'

/** The devDependency `node`. */
export const bundledNode = createRequire(import.meta.url).resolve('node/bin/node')

/** A program of the shell's, by its absolute path. */
export function programOf(lines: string): string {
  const file = join(temporaryFolder(), 'node')
  writeFileSync(file, `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
  return file
}
