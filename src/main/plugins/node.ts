/**
 * The Node that runs plugins: the one that the settings name, else Crossbook's own. It is never looked for: what lies on PATH under that
 * name runs with the trader's rights.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import type { NodeForPlugins } from '../../shared/plugins.ts'
import { codeOf } from '../errors.ts'
import { pluginHostFile } from '../paths.ts'

/** A program that can start plugins. */
export interface PluginNode {
  readonly program: string
  readonly version: string
  /** Of Crossbook's own alone: Electron, that is started as plain Node. */
  readonly isElectron: boolean
}

export type NodeFinding =
  | { readonly ok: true; readonly node: PluginNode; readonly status: NodeForPlugins }
  | { readonly ok: false; readonly status: NodeForPlugins }

/** Earlier ones refuse to read a package.json that they were allowed to, where several folders were. */
const leastVersion = [20, 20] as const
export const leastNode = leastVersion.join('.')

/** A Node tells its version in some 50 ms; a program that is none may wait for somebody to type. */
const longestAnswerMs = 5_000

const [leastMajor, leastMinor] = leastVersion
const isOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}

/** Of the trader's own: an absolute path. Waits for its answer. */
function namedNode(named: string, longestMs: number): NodeFinding {
  const no = (fault: NodeForPlugins['fault'], version: string | null = null): NodeFinding => ({
    ok: false,
    status: { named, version, fault },
  })
  try {
    if (!statSync(named).isFile()) return no('noFile')
    accessSync(named, constants.X_OK)
  } catch (error) {
    return no(codeOf(error) === 'EACCES' ? 'noNode' : 'absent')
  }
  // As little as a plugin is told: what stands in NODE_OPTIONS would speak for it.
  const { SystemRoot } = process.env
  const { stdout, status } = spawnSync(named, ['--version'], {
    encoding: 'utf8',
    env: SystemRoot === undefined ? {} : { SystemRoot },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: longestMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  })
  const version = status === 0 ? /^v(\d+\.\d+\.\d+)\S*\s*$/.exec(stdout)?.[1] : undefined
  if (version === undefined) return no('noNode')
  if (isOld(version)) return no('old', version)
  return {
    ok: true,
    node: { program: named, version, isElectron: false },
    status: { named, version, fault: null },
  }
}

interface OwnVersions {
  readonly node: string
  readonly electron?: string | undefined
}

/** The one that runs this program, whose host for plugins lies at `host`. */
export function ownNode(
  { node, electron }: OwnVersions = process.versions,
  host: string = pluginHostFile(),
): NodeFinding {
  const no = (fault: NodeForPlugins['fault']): NodeFinding => ({
    ok: false,
    status: { named: null, version: node, fault },
  })
  // Its build has the fuse `runAsNode` off (electron-builder.yml).
  if (electron !== undefined && host.includes('.asar')) return no('installed')
  if (isOld(node)) return no('old')
  return {
    ok: true,
    node: { program: process.execPath, version: node, isElectron: electron !== undefined },
    status: { named: null, version: node, fault: null },
  }
}

export const nodeForPlugins = (named: string | null, longestMs = longestAnswerMs): NodeFinding =>
  named === null ? ownNode() : namedNode(named, longestMs)

/** For doctor and the log, in words: what runs plugins, or why nothing does and what to do. */
export function wordsOfNode({ named, version, fault }: NodeForPlugins): string {
  const right = `the absolute path of a Node ${leastNode} or newer`
  switch (fault) {
    case null:
      return named === null ? `Crossbook's own Node ${version}` : `Node ${version}, ${named}`
    case 'installed':
      return `the installed desktop program starts no Node of its own: install one (nodejs.org) and name it in the settings, pluginNode: ${right}`
    case 'absent':
      return `pluginNode = ${JSON.stringify(named)}: there is no such file; ${right} is right`
    case 'noFile':
      return `pluginNode = ${JSON.stringify(named)}: this is no file; ${right} is right, with the name of the program at its end`
    case 'noNode':
      return `pluginNode = ${JSON.stringify(named)}: it cannot be started, or does not answer --version as a Node does; ${right} is right`
    case 'old':
      return named === null
        ? `the permissions of Crossbook's own Node ${version} do not work well enough; name another in the settings, pluginNode: ${right}`
        : `pluginNode = ${JSON.stringify(named)}: the permissions of Node ${version} do not work well enough; ${right} is right`
  }
}
