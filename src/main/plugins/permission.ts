/** How the process of a plugin is started: what it may read, and what it is told of this machine. */
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../errors.ts'

const isSource = import.meta.url.endsWith('.ts')
const here = dirname(fileURLToPath(import.meta.url))
/** The folder of the program: above `src/main/plugins`, or above `out/main`. */
const root = join(here, isSource ? '../../..' : '../..')
const hostFile = join(here, isSource ? 'host.ts' : 'plugin-host.js')

const heapMegabytes = 256
/** What a process needs to open sockets at all, or to trust what this machine trusts. */
const passedOn = ['SystemRoot', 'NODE_EXTRA_CA_CERTS'] as const

export interface PluginCommand {
  readonly program: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Earlier ones refuse to read a package.json that they were allowed to, where several folders were: no module of the program loads. */
const leastMinorOfNode20 = 20

/** In words, why no plugin can run in this program, which lies in `folder`; null: they can. */
export function whyNoPlugins(
  { node, electron }: { readonly node: string; readonly electron?: string | undefined } = process.versions,
  folder: string = here,
): string | null {
  // Its build has the fuse `runAsNode` off (electron-builder.yml).
  if (electron !== undefined && folder.includes('.asar'))
    return 'the installed desktop program cannot start the separate process that a plugin runs in; run Crossbook headless (crossbook serve) or from its sources'
  const [major = 0, minor = 0] = node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < leastMinorOfNode20))
    return `the permissions of Node ${node} do not work well enough to run a plugin; Node 20.${leastMinorOfNode20} and newer will do`
  return null
}

/** Node's permission model: reading the program's code and the plugin's folder, and nothing else of files, processes and native code. */
export function pluginCommand(folder: string): PluginCommand {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const code = [join(root, isSource ? 'src' : 'out/main'), join(root, 'node_modules')]
  const readable = new Set([...code, folder].flatMap((one) => [one, whereIs(one)]))
  const hasSqlite = major > 22 || (major === 22 && minor >= 5)
  return {
    program: process.execPath,
    arguments: [
      major >= 24 ? '--permission' : '--experimental-permission',
      ...[...readable].map((one) => `--allow-fs-read=${join(one, '*')}`),
      `--allow-fs-read=${join(root, 'package.json')}`,
      // It opens files past the permissions.
      ...(hasSqlite ? ['--no-experimental-sqlite'] : []),
      // From this one on the network is closed as well, unless it is opened.
      ...(major >= 25 ? ['--allow-net'] : []),
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${heapMegabytes}`,
      hostFile,
    ],
    environment: {
      ...(process.versions.electron === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }),
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
