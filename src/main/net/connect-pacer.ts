/**
 * Keeps connection attempts apart where several sessions share one address's limit: one for all sessions of an
 * exchange, public and private. Hosts are paced apart, since limits are kept per host. `now` is performance.now().
 */
export class ConnectPacer {
  private readonly notBefore = new Map<string, number>()

  /** True: connect now; the next attempt there, whoever makes it, comes `intervalMs` later. `url` is the documented one. */
  take(url: string, intervalMs: number, now: number): boolean {
    const { host } = new URL(url)
    if (now < (this.notBefore.get(host) ?? 0)) return false
    this.notBefore.set(host, now + intervalMs)
    return true
  }
}
