import { useStore } from 'zustand'
import type { NodeForPlugins, PluginStatus } from '../../../shared/plugins.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { Section, SettingRow, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

/** Connectors of others, as the settings name them: none runs before it is allowed here or there. */
export function PluginsSection() {
  const { settings } = useStores()
  const plugins = useStore(settings, (state) => state.plugins)
  const node = useStore(settings, (state) => state.nodeForPlugins)
  return (
    <Section id="plugins" title={t('sections.plugins')} intro={t('plugins.intro')}>
      {node !== null && (plugins.length > 0 || node.named !== null) && <NodeRow node={node} />}
      {plugins.length === 0 && <p className="py-2.5 text-muted">{t('plugins.none')}</p>}
      {plugins.map((plugin) => (
        <PluginRow key={`${plugin.exchange} ${plugin.package}`} plugin={plugin} plugins={plugins} />
      ))}
    </Section>
  )
}

/** Changed in the file alone: a page does not choose what is started on this machine. */
function NodeRow({ node: { named, version, fault } }: { readonly node: NodeForPlugins }) {
  const holder = useHolder(['pluginNode'])
  return (
    <SettingRow
      title={t('plugins.node.title')}
      hint={t('plugins.node.hint')}
      problem={fault === null ? null : t(`plugins.node.${fault}`, { version })}
      holder={holder}
    >
      <span data-testid="node-for-plugins" className="break-all text-strong">
        {named ?? t(fault === 'installed' ? 'plugins.node.none' : 'plugins.node.own')}
      </span>
      {fault === null && <span className="text-muted">{version}</span>}
    </SettingRow>
  )
}

interface PluginProps {
  readonly plugin: PluginStatus
  readonly plugins: readonly PluginStatus[]
}

function PluginRow({ plugin, plugins }: PluginProps) {
  const holder = useHolder(['plugins'])
  const { update, problem, isBusy } = useUpdate()
  const { exchange, title, version, origins, allowed } = plugin
  const allow = (isAllowed: boolean) => {
    const value = plugins.map((one) => ({
      package: one.package,
      exchange: one.exchange,
      allowed: one === plugin ? isAllowed : one.allowed,
    }))
    void update([{ path: ['plugins'], value }])
  }
  return (
    <SettingRow
      title={title === null ? exchange : `${title} (${exchange})`}
      hint={version === null ? plugin.package : `${plugin.package} ${version}`}
      problem={problem ?? plugin.problem}
      holder={holder}
    >
      <label className="flex items-center gap-2 text-strong">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          data-testid={`plugin-${exchange}`}
          checked={allowed}
          disabled={holder !== null || isBusy || (plugin.problem !== null && !allowed)}
          onChange={(event) => allow(event.target.checked)}
        />
        {t('plugins.allow')}
      </label>
      {origins.length > 0 && (
        <span className="text-muted">{t('plugins.origins', { origins: origins.join(', ') })}</span>
      )}
      {!allowed && <p className="basis-full text-warn">{t('plugins.warning')}</p>}
    </SettingRow>
  )
}
