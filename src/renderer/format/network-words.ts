/** The network and its troubles in words. */
import type { TroubleKind } from '../../shared/domain/index.ts'
import type { NetworkStatus } from '../../shared/network.ts'
import { textsOf } from '../i18n.ts'

const t = textsOf('format')

export const troubleTitles: Readonly<Record<TroubleKind, string>> = {
  network: t('troubles.network'),
  dns: t('troubles.dns'),
  captive_portal: t('troubles.captive_portal'),
  tls: t('troubles.tls'),
  blocked: t('troubles.blocked'),
  maintenance: t('troubles.maintenance'),
  outage: t('troubles.outage'),
  rate_limited: t('troubles.rate_limited'),
  clock: t('troubles.clock'),
}

export const networkEvents: Readonly<Record<NetworkStatus['events'][number]['kind'], string>> = {
  sleep: t('networkEvents.sleep'),
  clock: t('networkEvents.clock'),
  network: t('networkEvents.network'),
  dns: t('networkEvents.dns'),
  captive_portal: t('networkEvents.captive_portal'),
  proxy: t('networkEvents.proxy'),
}
