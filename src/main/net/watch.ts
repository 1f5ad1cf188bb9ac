/**
 * One watch over this machine for the whole program: its sleeps, its clock, its network. Whoever holds connections listens, and checks
 * or replaces them; what happened is told in words by the owner of the watch.
 */
import { networkInterfaces, uptime } from 'node:os'
import type { DownCause, EpochMs } from '../../shared/domain/index.ts'

export type NetworkEvent =
  /** The machine slept, or this process stood still, for `ms`. */
  | { readonly kind: 'sleep'; readonly ms: number; readonly at: EpochMs }
  /** The clock was set by `ms`, forward or (negative) back. */
  | { readonly kind: 'clock'; readonly ms: number; readonly at: EpochMs }
  /** Interfaces came, went or changed their addresses. `isDown`: none is left. */
  | { readonly kind: 'network'; readonly words: string; readonly isDown: boolean; readonly at: EpochMs }
  /** Asked for by hand. */
  | { readonly kind: 'check'; readonly at: EpochMs }

export interface Pause {
  readonly kind: 'sleep' | 'clock'
  readonly ms: number
}

/** All in ms. */
export interface WatchClocks {
  /** Epoch ms; jumps when it is set. */
  wall(): number
  /** Only grows; whether it counts a sleep depends on the system. */
  steady(): number
  /** Since the machine started, its sleeps counted. */
  uptime(): number
}

export interface NetworkWatchOptions {
  readonly clocks?: WatchClocks
  readonly interfaces?: typeof networkInterfaces
  readonly sampleMs?: number
}

const usualSampleMs = 500
const interfacesEveryMs = 2_000
/** A sample later than this: the machine slept, or this process stood still. */
const shortestSleepMs = 5_000
/** Uptime comes in whole seconds on some systems, and clocks are slewed by a little. */
const shortestJumpMs = 2_000
/** What ends so soon after a sleep or a change of the network ended by it. */
const aftermathMs = 15_000
/** So long after a change, an attempt that gets no answer is given up early. */
const shakyMs = 60_000
/** Bridges of virtual machines and containers lead nowhere that an exchange could be. */
const virtual = /^(docker|veth|br-|virbr|vnet|vmnet|vboxnet)/i

const systemClocks: WatchClocks = {
  wall: () => Date.now(),
  steady: () => performance.now(),
  uptime: () => uptime() * 1_000,
}

export class NetworkWatch {
  private readonly clocks: WatchClocks
  private readonly interfaces: typeof networkInterfaces
  private readonly sampleMs: number
  private readonly listeners = new Set<(event: NetworkEvent) => void>()
  private timer: NodeJS.Timeout | null = null
  private last: { readonly wall: number; readonly steady: number; readonly uptime: number } | null = null
  private lookedAt = Number.NEGATIVE_INFINITY
  private seen: ReadonlySet<string> = new Set()
  private hadInterface = false
  private upset: { readonly cause: DownCause; readonly at: number } | null = null

  constructor(options: NetworkWatchOptions = {}) {
    this.clocks = options.clocks ?? systemClocks
    this.interfaces = options.interfaces ?? networkInterfaces
    this.sampleMs = options.sampleMs ?? usualSampleMs
  }

  start(): void {
    if (this.timer !== null) return
    this.last = this.read()
    this.seen = this.look()
    this.lookedAt = this.last.steady
    this.timer = setInterval(() => this.sample(), this.sampleMs)
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** The returned function ends it. */
  on(listener: (event: NetworkEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Sleeps and set clocks alone, told apart: for whoever keeps time by the wall clock. */
  onPause(listener: (pause: Pause) => void): () => void {
    return this.on((event) => {
      if (event.kind === 'sleep' || event.kind === 'clock') listener({ kind: event.kind, ms: event.ms })
    })
  }

  /** The system says that it woke up: no need to wait for the next sample. */
  resumed(): void {
    this.sample()
  }

  /** Every connection is to be checked now. */
  check(): void {
    this.tell({ kind: 'check', at: this.clocks.wall() })
  }

  /** False: no interface leads out of this machine any more. Where none ever did, exchanges are reached in some other way (simulated ones). */
  get hasInterface(): boolean {
    return this.timer === null || !this.hadInterface || this.seen.size > 0
  }

  /** Why a connection that ends now does so, where a sleep or a change of the network explains it. */
  recentCause(): DownCause | null {
    if (!this.hasInterface) return 'network'
    return this.upset !== null && this.clocks.steady() - this.upset.at < aftermathMs ? this.upset.cause : null
  }

  /** The network changed lately. */
  get isShaky(): boolean {
    return this.upset !== null && this.clocks.steady() - this.upset.at < shakyMs
  }

  private sample(): void {
    const now = this.read()
    const { last } = this
    this.last = now
    if (last !== null) {
      // Whichever clock saw more: some steady ones stand still in a sleep, and uptime may come in whole seconds.
      const passed = Math.max(now.steady - last.steady, now.uptime - last.uptime)
      const jump = now.wall - last.wall - passed
      const slept = passed - this.sampleMs
      if (slept > shortestSleepMs) {
        this.upset = { cause: 'sleep', at: now.steady }
        this.tell({ kind: 'sleep', ms: Math.round(slept), at: now.wall })
      }
      if (Math.abs(jump) > shortestJumpMs) this.tell({ kind: 'clock', ms: Math.round(jump), at: now.wall })
    }
    if (now.steady - this.lookedAt >= interfacesEveryMs || this.upset?.at === now.steady) this.compare(now)
  }

  private compare(now: { readonly wall: number; readonly steady: number }): void {
    this.lookedAt = now.steady
    const before = this.seen
    this.seen = this.look()
    const gone = [...before].filter((one) => !this.seen.has(one))
    const come = [...this.seen].filter((one) => !before.has(one))
    if (gone.length === 0 && come.length === 0) return
    this.upset = { cause: 'network', at: now.steady }
    const isDown = this.seen.size === 0
    const names = (all: readonly string[]) => [...new Set(all.map((one) => one.split(' ')[0]))].join(', ')
    const words = isDown
      ? `no network any more (${names(gone)})`
      : [come.length > 0 ? `new: ${names(come)}` : '', gone.length > 0 ? `gone: ${names(gone)}` : '']
          .filter((part) => part !== '')
          .join('; ')
    this.tell({ kind: 'network', words, isDown, at: now.wall })
  }

  /** `eth0 192.168.1.7`; of IPv6 the network alone, since the rest of an address changes daily. */
  private look(): ReadonlySet<string> {
    const seen = new Set<string>()
    for (const [name, addresses] of Object.entries(this.interfaces())) {
      for (const { internal, family, address } of addresses ?? []) {
        if (internal || virtual.test(name) || /^(fe80|169\.254\.)/i.test(address)) continue
        seen.add(`${name} ${family === 'IPv6' ? address.split(':').slice(0, 4).join(':') : address}`)
      }
    }
    this.hadInterface ||= seen.size > 0
    return seen
  }

  private read() {
    return { wall: this.clocks.wall(), steady: this.clocks.steady(), uptime: this.clocks.uptime() }
  }

  private tell(event: NetworkEvent): void {
    for (const listener of [...this.listeners]) listener(event)
  }
}
