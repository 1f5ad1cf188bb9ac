/** The plugins that settings name, and which of them are in force: allowed by name, and found as they should be. */
import { type ExchangeId, setPluginExchanges } from '../../shared/domain/index.ts'
import type { PluginStatus } from '../../shared/plugins.ts'
import type { Settings } from '../../shared/settings.ts'
import { setPluginConnectors } from '../exchanges/registry.ts'
import { type FoundPlugin, findPlugins, type PluginFinding, pluginsFolderOf, statusOf } from './manifest.ts'
import { whyNoPlugins } from './permission.ts'
import { standInFor } from './stand-in.ts'

export class Plugins {
  /** Where `npm install --prefix` puts them. */
  readonly folder: string
  private readonly why = whyNoPlugins()
  private findings: readonly PluginFinding[] = []
  private inForce: ReadonlyMap<ExchangeId, FoundPlugin> = new Map()

  constructor(settingsFile: string) {
    this.folder = pluginsFolderOf(settingsFile)
  }

  /** Reads what the packages say of themselves and tells the program which exchanges they add. Runs nothing of them. */
  use({ plugins }: Pick<Settings, 'plugins'>): void {
    this.findings = findPlugins(plugins, this.folder)
    const allowed = this.findings.flatMap((finding) =>
      finding.ok && finding.plugin.settings.allowed && this.why === null ? finding.plugin : [],
    )
    this.inForce = new Map(allowed.map((plugin) => [plugin.manifest.exchange, plugin]))
    setPluginExchanges(allowed.map(({ manifest: { exchange, title } }) => ({ exchange, title })))
    // Also of those that are not allowed: what is stored of their markets still has a title and fees.
    const found = this.findings.flatMap((finding) => (finding.ok ? finding.plugin.manifest : []))
    setPluginConnectors(new Map(found.map((manifest) => [manifest.exchange, standInFor(manifest)])))
  }

  of(exchange: ExchangeId): FoundPlugin | undefined {
    return this.inForce.get(exchange)
  }

  list(): readonly PluginStatus[] {
    return this.findings.map((finding) => {
      const status = statusOf(finding)
      return status.problem === null && status.allowed ? { ...status, problem: this.why } : status
    })
  }
}
