/** What a plugin's package.json says of it: read as data, so that a plugin that is not allowed runs no line of its own. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { z } from 'zod'
import { exchangeIds, exchangeTitle, MarketKind, PluginExchangeId } from '../../shared/domain/index.ts'
import type { PluginSettings, PluginStatus } from '../../shared/plugins.ts'
import { ExchangeFees } from '../../shared/settings.ts'
import { messageOf } from '../errors.ts'

const longestManifest = 65_536
/** Files and folders of a package with all that it brings along. */
const mostFiles = 50_000

/** Screens show titles alone: nobody may be taken for another. */
const isFree = (title: string): boolean =>
  !exchangeIds.some((exchange) => exchangeTitle(exchange).toLowerCase() === title.toLowerCase())

/** The field `crossbook` of its package.json. */
export const PluginManifest = z.object({
  exchange: PluginExchangeId,
  title: z.string().trim().min(1).max(40).refine(isFree, 'the name of an exchange that Crossbook knows'),
  kinds: z.array(MarketKind).min(1).max(2),
  /** Every address that its calls and feeds use. */
  origins: z
    .array(z.string().regex(/^(https?|wss?):\/\/[^/\s]+$/, 'an origin: scheme, host and port without a path'))
    .min(1)
    .max(50),
  fees: ExchangeFees,
})
export type PluginManifest = Readonly<z.infer<typeof PluginManifest>>

const PackageFile = z.object({
  version: z.string().max(60).nullable().default(null),
  /** Its module, as text; `index.js` where none is named. */
  main: z.string().max(400).default('index.js'),
  crossbook: PluginManifest,
})

/** A package that can be used, were it allowed. */
export interface FoundPlugin {
  readonly settings: PluginSettings
  readonly manifest: PluginManifest
  readonly version: string | null
  /** Of links the place itself: what its process may read. */
  readonly folder: string
  /** The file that exports the connector. */
  readonly entry: string
}

export type PluginFinding =
  | { readonly ok: true; readonly plugin: FoundPlugin }
  | { readonly ok: false; readonly settings: PluginSettings; readonly problem: string }

/** Where packages are installed: `plugins` beside the settings file. */
export const pluginsFolderOf = (settingsFile: string): string => join(dirname(settingsFile), 'plugins')

export function findPlugin(settings: PluginSettings, pluginsFolder: string): PluginFinding {
  const no = (problem: string): PluginFinding => ({ ok: false, settings, problem })
  const named = isAbsolute(settings.package)
    ? settings.package
    : join(pluginsFolder, 'node_modules', ...settings.package.split('/'))
  try {
    const folder = realpathSync(named)
    const file = statSync(join(folder, 'package.json'))
    if (!file.isFile()) return no('its package.json is no file')
    if (file.size > longestManifest) return no('its package.json is longer than a package.json is')
    const text = readFileSync(join(folder, 'package.json'), 'utf8')
    const read = PackageFile.safeParse(JSON.parse(text))
    if (!read.success) {
      const [issue] = read.error.issues
      return no(`its package.json: ${issue?.path.map(String).join('.')}: ${issue?.message}`)
    }
    const { crossbook: manifest, main, version } = read.data
    if (manifest.exchange !== settings.exchange)
      return no(`its package.json says ${manifest.exchange}, the settings ${settings.exchange}`)
    const entry = realpathSync(join(folder, main))
    if (!isWithin(folder, entry)) return no('its main file lies outside of its folder')
    return { ok: true, plugin: { settings, manifest, version, folder, entry } }
  } catch (error) {
    const where = isAbsolute(settings.package)
      ? ''
      : `; install it with: npm install --prefix "${pluginsFolder}" ${settings.package}`
    return no(`${messageOf(error)}${where}`)
  }
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return !isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way)
}

/**
 * A link in a package to something outside of it, in words; null: there is none. Node's permissions follow links wherever they lead, and
 * a plugin could read by one what it may not. It can make none itself.
 */
export function wayOutOf(folder: string): string | null {
  const folders = [folder]
  let files = 0
  try {
    for (let within = folders.pop(); within !== undefined; within = folders.pop()) {
      for (const entry of readdirSync(within, { withFileTypes: true })) {
        const path = join(within, entry.name)
        if (++files > mostFiles) return `its package has more than ${mostFiles} files`
        if (entry.isDirectory()) folders.push(path)
        else if (entry.isSymbolicLink() && !isWithin(folder, realpathSync(path)))
          return `${relative(folder, path)} in its package is a link that leads out of it`
      }
    }
    return null
  } catch (error) {
    return messageOf(error)
  }
}

/** Each that settings name, and what is wrong with it; of two for one exchange the second is. */
export function findPlugins(plugins: readonly PluginSettings[], pluginsFolder: string): readonly PluginFinding[] {
  const taken = new Set<string>()
  return plugins.map((settings) => {
    if (taken.has(settings.exchange)) return { ok: false, settings, problem: `another plugin is ${settings.exchange}` }
    taken.add(settings.exchange)
    return findPlugin(settings, pluginsFolder)
  })
}

export function statusOf(finding: PluginFinding): PluginStatus {
  if (!finding.ok) {
    const { package: name, exchange, allowed } = finding.settings
    return { package: name, exchange, allowed, title: null, version: null, origins: [], problem: finding.problem }
  }
  const { settings, manifest, version } = finding.plugin
  const { title, origins } = manifest
  return { ...settings, title, version, origins, problem: null }
}
