import { isLoopback, type ProxyServer } from './tunnel.ts'
import type { NetworkWatch } from './watch.ts'

/** What all connections of the program share: the watch over this machine, and the proxy in force. */
export interface Network {
  /** null: nobody watches, as in a command that runs for a moment. */
  readonly watch: NetworkWatch | null
  /** Asked anew for every connection; null: none. */
  proxy(): ProxyServer | null
}

export const directNetwork: Network = { watch: null, proxy: () => null }

/** The proxy for an address; loopback addresses (a simulator, a testnet at home) are never reached through one. */
export function proxyFor(network: Network, hostname: string): ProxyServer | null {
  return isLoopback(hostname) ? null : network.proxy()
}
