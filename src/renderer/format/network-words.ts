/** The network and its troubles in words. */
import type { TroubleKind } from '../../shared/domain/index.ts'
import type { NetworkStatus } from '../../shared/network.ts'

export const troubleTitles: Readonly<Record<TroubleKind, string>> = {
  network: 'No network',
  dns: 'Name not resolved',
  captive_portal: 'Sign-in page in the way',
  tls: 'Not who it should be',
  blocked: 'Blocked by the exchange',
  maintenance: 'Maintenance',
  outage: 'Exchange outage',
  rate_limited: 'Asked to wait',
  clock: 'Clock is off',
}

export const networkEvents: Readonly<Record<NetworkStatus['events'][number]['kind'], string>> = {
  sleep: 'Slept',
  clock: 'Clock was set',
  network: 'Network changed',
  dns: 'Names not resolved',
  captive_portal: 'Sign-in page',
  proxy: 'Proxy',
}
