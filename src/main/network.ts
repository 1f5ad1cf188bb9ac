/** This machine's network for the whole program: the proxy in force, the watch, and what happened to them in words. */
import type { EpochMs, ExchangeStatus, Trouble } from '../shared/domain/index.ts'
import type { NetworkStatus } from '../shared/network.ts'
import type { Settings } from '../shared/settings.ts'
import { savePassword } from './keychain.ts'
import type { Logger } from './log.ts'
import type { Network } from './net/network.ts'
import { type LoadedProxy, loadProxy } from './net/proxy-password.ts'
import { publicProxy } from './net/tunnel.ts'
import { type NetworkEvent, NetworkWatch, type NetworkWatchOptions } from './net/watch.ts'
import type { NetworkPart } from './truth-contract.ts'

export interface NetworkSideOptions {
  readonly settings: () => Settings
  readonly connections: () => readonly ExchangeStatus[]
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
  readonly watch?: NetworkWatchOptions
}

type Happening = NetworkStatus['events'][number]

const mostEvents = 50
const judgeEveryMs = 1_000
/** Of the network as a whole, when every exchange suffers it. */
const shared: ReadonlySet<Trouble['kind']> = new Set(['network', 'dns', 'captive_portal'])

export class NetworkSide implements NetworkPart {
  /** For whatever connects. */
  readonly network: Network
  readonly watch: NetworkWatch
  private readonly options: NetworkSideOptions
  private loaded: LoadedProxy = { proxy: null, keychainProblem: null }
  private readonly happenings: Happening[] = []
  private trouble: Trouble | null = null
  private timer: NodeJS.Timeout | null = null
  private unsubscribe: (() => void) | null = null

  constructor(options: NetworkSideOptions) {
    this.options = options
    this.watch = new NetworkWatch(options.watch)
    this.network = { watch: this.watch, proxy: () => this.loaded.proxy }
  }

  /** Before anything connects. */
  async start(): Promise<void> {
    await this.reload()
    this.unsubscribe = this.watch.on((event) => this.heed(event))
    this.watch.start()
    this.timer = setInterval(() => this.judge(), judgeEveryMs)
  }

  stop(): void {
    this.watch.stop()
    this.unsubscribe?.()
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** The setting or the password is another; connections made from now on go that way. */
  async reload(): Promise<void> {
    const { settings, environment, logger } = this.options
    this.loaded = await loadProxy(settings().network.proxy, environment)
    const { proxy, keychainProblem } = this.loaded
    if (proxy === null) return
    const hasPassword = proxy.password !== null
    logger.info(
      { proxy: publicProxy(proxy.url), hasPassword, keychainProblem },
      'exchanges are reached through a proxy',
    )
  }

  status(): NetworkStatus {
    const { proxy, keychainProblem } = this.loaded
    return {
      proxy: proxy === null ? null : publicProxy(proxy.url),
      hasProxyPassword: proxy !== null && proxy.password !== null,
      keychainProblem,
      trouble: this.trouble,
      events: [...this.happenings],
    }
  }

  /** Rejects with a KeychainError. */
  async setProxyPassword(password: string | null): Promise<void> {
    await savePassword('proxy password', password)
    await this.reload()
    this.watch.check()
  }

  reconnect(): void {
    this.watch.check()
  }

  private heed(event: NetworkEvent): void {
    const { kind, at } = event
    if (kind === 'check') this.options.logger.info('connections are checked, as asked')
    else this.note(kind, at, wordsOf(event))
  }

  /** The same trouble everywhere is the network's. */
  private judge(): void {
    const all = this.options.connections().filter(({ state }) => state !== 'stopped')
    const first = all[0]?.trouble ?? null
    const isShared =
      first !== null && shared.has(first.kind) && all.every(({ trouble }) => trouble?.kind === first.kind)
    const before = this.trouble
    this.trouble = isShared ? { ...first, since: before?.kind === first.kind ? before.since : first.since } : null
    if (this.trouble === null || this.trouble.kind === before?.kind) return
    const { kind, words, since } = this.trouble
    if (kind === 'dns' || kind === 'captive_portal') this.note(kind, since, words)
    else this.note(this.loaded.proxy === null ? 'network' : 'proxy', since, words)
  }

  private note(kind: Happening['kind'], at: EpochMs, words: string): void {
    this.happenings.unshift({ at, kind, words })
    this.happenings.splice(mostEvents)
    this.options.logger.warn({ kind }, words)
  }
}

function wordsOf(event: Exclude<NetworkEvent, { readonly kind: 'check' }>): string {
  switch (event.kind) {
    case 'sleep':
      return `this machine paused for ${lengthOf(event.ms)}: connections were checked`
    case 'clock': {
      const way = event.ms > 0 ? 'forward' : 'back'
      return `the clock was set ${way} by ${lengthOf(event.ms)}: offsets were measured anew`
    }
    case 'network':
      return `the network changed (${event.words}): connections were checked`
  }
}

function lengthOf(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
