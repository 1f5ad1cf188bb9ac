#!/usr/bin/env node
// Starts the built command line on Node 24 (the devDependency), building first where the build is missing or stale.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt, node24, root, withSmallArenas } from '../scripts/build.mjs'

ensureBuilt()
const command = [
  node24(),
  '--disable-warning=ExperimentalWarning',
  join(root, 'out/main/cli.js'),
  ...process.argv.slice(2),
]

if (typeof process.execve === 'function' && process.platform !== 'win32') {
  // Becomes the program: signals and exit code are its own.
  process.execve(command[0], command, withSmallArenas(process.env))
}

// Older Node: a child in a process group of its own, so that a terminal's Ctrl-C reaches it once, through us. The channel lets
// it notice when we are killed.
const child = spawn(command[0], command.slice(1), {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  detached: process.platform !== 'win32',
  env: withSmallArenas(process.env),
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)))
