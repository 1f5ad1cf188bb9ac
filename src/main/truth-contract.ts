/** What the hub's calls ask of the parts that tell what can be relied on: network, raw frames. Order books: `market/books/contract.ts`. */
import type { RawFramesStatus } from '../shared/data.ts'
import type { NetworkStatus } from '../shared/network.ts'

/** This machine's network: its proxy, its sleeps, its faults. */
export interface NetworkPart {
  status(): NetworkStatus
  /** null removes it. Rejects with a KeychainError. */
  setProxyPassword(password: string | null): Promise<void>
  /** Checks every connection now. */
  reconnect(): void
}

/** The ring of raw frames on disk. */
export interface RawFramesPart {
  status(): RawFramesStatus
}
