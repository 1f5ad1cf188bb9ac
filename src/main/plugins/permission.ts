/** How the process of a plugin is started: what it may read, and what it is told of this machine. */
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../errors.ts'
import { pluginHostFile } from '../paths.ts'
import type { PluginNode } from './node.ts'

const heapMegabytes = 256
/** What a process needs to open sockets at all, or to trust what this machine trusts. */
const passedOn = ['SystemRoot', 'NODE_EXTRA_CA_CERTS'] as const

export interface PluginCommand {
  readonly program: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Node's permission model: reading the one file of the host and the plugin's folder, and nothing else of files, processes and native code. */
export function pluginCommand(folder: string, node: PluginNode): PluginCommand {
  const host = pluginHostFile()
  const [major = 0, minor = 0] = node.version.split('.').map(Number)
  const readable = new Set([host, whereIs(host), join(folder, '*'), join(whereIs(folder), '*')])
  const hasSqlite = major > 22 || (major === 22 && minor >= 5)
  return {
    program: node.program,
    arguments: [
      major >= 24 ? '--permission' : '--experimental-permission',
      ...[...readable].map((one) => `--allow-fs-read=${one}`),
      // It opens files past the permissions.
      ...(hasSqlite ? ['--no-experimental-sqlite'] : []),
      // From this one on the network is closed as well, unless it is opened.
      ...(major >= 25 ? ['--allow-net'] : []),
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${heapMegabytes}`,
      host,
    ],
    environment: {
      ...(node.isElectron ? { ELECTRON_RUN_AS_NODE: '1' } : {}),
      ...Object.fromEntries(
        passedOn.flatMap((name) => {
          const value = process.env[name]
          return value === undefined ? [] : [[name, value]]
        }),
      ),
    },
  }
}

function whereIs(path: string): string {
  if (!existsSync(path)) return path
  try {
    return realpathSync(path)
  } catch (error) {
    throw new Error(`${path} cannot be read: ${messageOf(error)}`)
  }
}
