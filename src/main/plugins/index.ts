/** The plugins that settings name, and which of them are in force: allowed by name, and found as they should be. */
import { type ExchangeId, setPluginExchanges } from '../../shared/domain/index.ts'
import type { NodeForPlugins, PluginStatus } from '../../shared/plugins.ts'
import type { Settings } from '../../shared/settings.ts'
import { setPluginConnectors } from '../exchanges/registry.ts'
import { type FoundPlugin, findPlugins, type PluginFinding, pluginsFolderOf, statusOf } from './manifest.ts'
import { type NodeFinding, nodeForPlugins, ownNode, type PluginNode, wordsOfNode } from './node.ts'
import { standInFor } from './stand-in.ts'

/** One that is in force. */
export interface RunnablePlugin extends FoundPlugin {
  readonly node: PluginNode
}

export class Plugins {
  /** Where `npm install --prefix` puts them. */
  readonly folder: string
  private found: NodeFinding = ownNode()
  private findings: readonly PluginFinding[] = []
  private inForce: ReadonlyMap<ExchangeId, RunnablePlugin> = new Map()

  constructor(settingsFile: string) {
    this.folder = pluginsFolderOf(settingsFile)
  }

  /**
   * Reads what the packages say of themselves and tells the program which exchanges they add. Runs nothing of them; the Node that the
   * settings name is asked for its version.
   */
  use({ plugins, pluginNode }: Pick<Settings, 'plugins' | 'pluginNode'>): void {
    this.findings = findPlugins(plugins, this.folder)
    const node = nodeForPlugins(pluginNode)
    this.found = node
    const allowed = this.findings.flatMap((finding) =>
      finding.ok && finding.plugin.settings.allowed && node.ok ? { ...finding.plugin, node: node.node } : [],
    )
    this.inForce = new Map(allowed.map((plugin) => [plugin.manifest.exchange, plugin]))
    setPluginExchanges(allowed.map(({ manifest: { exchange, title } }) => ({ exchange, title })))
    // Also of those that are not allowed: what is stored of their markets still has a title and fees.
    const found = this.findings.flatMap((finding) => (finding.ok ? finding.plugin.manifest : []))
    setPluginConnectors(new Map(found.map((manifest) => [manifest.exchange, standInFor(manifest)])))
  }

  /** What runs them, or would. */
  get node(): NodeForPlugins {
    return this.found.status
  }

  of(exchange: ExchangeId): RunnablePlugin | undefined {
    return this.inForce.get(exchange)
  }

  /** In words, what keeps one that is allowed from running: its exchange would be missing without a word. */
  troubles(): readonly string[] {
    const stuck = this.list().filter(({ allowed, problem }) => allowed && problem !== null)
    const words = stuck.map(({ package: name, problem }) => `the plugin ${name} does not run: ${problem}`)
    return stuck.length > 0 && !this.found.ok ? [wordsOfNode(this.found.status), ...words] : words
  }

  list(): readonly PluginStatus[] {
    return this.findings.map((finding) => {
      const status = statusOf(finding)
      const isStuck = status.problem === null && status.allowed && !this.found.ok
      return isStuck ? { ...status, problem: 'there is no Node to run it' } : status
    })
  }
}
