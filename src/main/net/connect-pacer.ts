import { type BackoffRules, equalJitter, type Random } from './backoff.ts'
import { directNetwork, type Network } from './network.ts'
import type { Fault } from './trouble.ts'

interface Host {
  /** Of the exchange's limit on connection attempts. */
  notBefore: number
  /** It refused us, or asked to wait: nobody tries until then. */
  heldUntil: number
  /** A change of the network may lift the hold: it was for our address, and that may be another by now. */
  isLiftable: boolean
  /** The newest attempt brought no answer. */
  isDown: boolean
  failures: number
  /** Of the newest attempt without an answer, and when that ended. */
  fault: Fault | null
  failedAt: number
  nextAt: number
  /** One attempt for all is under way, and counts as lost after this. */
  tryingUntil: number
  /** When a connection last opened there. */
  provenAt: number
}

/** An attempt whose end nobody told (its session was stopped) holds up the others no longer than this. */
const forgottenAttemptMs = 15_000
/** Siblings are asked for a sign of life no more often than this. */
const doubtEveryMs = 5_000

/**
 * What the connections to one exchange's hosts share, those of all sessions, public and private: the limit on attempts; while a host does
 * not answer, one attempt for all of them at a steady pace, whose success is everybody's; the waits that it asked for; and doubts, since
 * what befell one connection may have befallen its siblings. Hosts are paced apart, since limits are kept per host. `now` is
 * performance.now(); `url` the documented one.
 */
export class ConnectPacer {
  readonly network: Network
  private readonly random: Random
  private readonly hosts = new Map<string, Host>()
  private readonly doubters = new Set<(now: number) => void>()
  private doubtedAt = Number.NEGATIVE_INFINITY

  constructor(network: Network = directNetwork, random: Random = Math.random) {
    this.network = network
    this.random = random
  }

  /** True: connect now; the next attempt there, whoever makes it, comes `intervalMs` later. */
  take(url: string, intervalMs: number, now: number): boolean {
    const host = this.hostOf(url)
    if (now < Math.max(host.notBefore, host.heldUntil)) return false
    if (host.isDown) {
      if (now < host.nextAt || now < host.tryingUntil) return false
      host.tryingUntil = now + forgottenAttemptMs
    }
    host.notBefore = now + intervalMs
    return true
  }

  /** An attempt brought no answer. In how many ms the host is tried again, by whoever comes first. */
  failed(url: string, rules: BackoffRules, fault: Fault, now: number): number {
    const host = this.hostOf(url)
    host.fault = fault
    host.failedAt = now
    // Attempts that were under way together are one failure.
    if (!host.isDown || host.tryingUntil > 0) {
      host.failures++
      host.nextAt = now + equalJitter(rules, host.failures, this.random)
    }
    host.isDown = true
    host.tryingUntil = 0
    return Math.max(0, host.nextAt - now)
  }

  /** A connection opened: everybody who waits for this host may come. */
  proven(url: string, now: number): void {
    const host = this.hostOf(url)
    const wasDown = host.isDown
    host.isDown = false
    host.failures = 0
    host.tryingUntil = 0
    host.provenAt = now
    if (wasDown) this.doubt(now)
  }

  /** Some host of these gave no answer to the newest attempt. */
  get isDown(): boolean {
    return [...this.hosts.values()].some(({ isDown }) => isDown)
  }

  /** Why an attempt of anybody brought no answer since then: it holds for all who wait for this host. */
  faultSince(url: string, since: number): Fault | null {
    const { fault, failedAt } = this.hostOf(url)
    return failedAt >= since ? fault : null
  }

  isProvenSince(url: string, since: number): boolean {
    return this.hostOf(url).provenAt > since
  }

  /** The newest attempt failed, or the network has just changed: who gets no answer should not wait for long. */
  isShaky(url: string): boolean {
    return this.hostOf(url).isDown || this.network.watch?.isShaky === true
  }

  /** Nobody tries there before `until`. */
  hold(url: string, until: number, isLiftable: boolean): void {
    const host = this.hostOf(url)
    if (until <= host.heldUntil) return
    host.heldUntil = until
    host.isLiftable = isLiftable
  }

  /** The machine woke up, or its network is another: failures of before mean nothing. What an exchange asked us to wait still holds. */
  forgive(): void {
    for (const host of this.hosts.values()) {
      host.isDown = false
      host.failures = 0
      host.tryingUntil = 0
      if (host.isLiftable) host.heldUntil = 0
    }
  }

  /** Something befell a connection that may have befallen the others: they are asked for a sign of life. */
  doubt(now: number): void {
    if (now - this.doubtedAt < doubtEveryMs) return
    this.doubtedAt = now
    for (const doubter of this.doubters) doubter(now)
  }

  /** The returned function ends it. */
  onDoubt(listener: (now: number) => void): () => void {
    this.doubters.add(listener)
    return () => this.doubters.delete(listener)
  }

  private hostOf(url: string): Host {
    const { host } = new URL(url)
    const known = this.hosts.get(host)
    if (known !== undefined) return known
    const fresh: Host = {
      notBefore: 0,
      heldUntil: 0,
      isLiftable: false,
      isDown: false,
      failures: 0,
      fault: null,
      failedAt: Number.NEGATIVE_INFINITY,
      nextAt: 0,
      tryingUntil: 0,
      provenAt: 0,
    }
    this.hosts.set(host, fresh)
    return fresh
  }
}
