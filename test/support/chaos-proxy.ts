/**
 * A proxy between connectors and simulator: a port of its own per origin, HTTP and WebSocket alike. It passes everything on as it is until
 * faults are in force, and knows what it took away. The connectors are the program's own, reached through their `origins` setting.
 */
import type { ExchangeId } from '../../src/shared/domain/index.ts'
import { type Dice, diceOf, isMomentary, type ProxyFault } from './chaos-faults.ts'
import { type Force, Gate, type InjectedHole } from './chaos-gate.ts'
import { domain } from './chaos-names.ts'

export interface ChaosProxyOptions {
  /** Of the simulator: real origin -> loopback origin, per exchange. */
  readonly origins: readonly {
    readonly exchange: ExchangeId
    readonly origins: Readonly<Record<string, string>>
  }[]
  readonly seed: number
  /** Of host names; unlike every other proxy's in this process. */
  readonly name: string
}

export class ChaosProxy {
  readonly holes: InjectedHole[] = []
  private readonly gates: Gate[] = []
  private readonly forces = new Set<Force>()
  private readonly dice: Dice

  private constructor(seed: number) {
    this.dice = diceOf(seed)
  }

  static async start({ origins, seed, name }: ChaosProxyOptions): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(seed)
    for (const { exchange, origins: ofExchange } of origins) {
      for (const [real, target] of Object.entries(ofExchange)) {
        const host = `${exchange}-${proxy.gates.length}-${name}${domain}`
        const gate = new Gate({ exchange, real, target, host, dice: proxy.dice, holes: proxy.holes })
        proxy.gates.push(gate)
        await gate.listen()
      }
    }
    return proxy
  }

  /** Real origin -> the proxy's. */
  originsOf(exchange: ExchangeId): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.gates.filter((gate) => gate.exchange === exchange).map((gate) => [gate.real, gate.address]),
    )
  }

  /** The real origins that serve sockets, of an exchange. */
  streamsOf(exchange: ExchangeId): readonly string[] {
    return Object.keys(this.originsOf(exchange)).filter((real) => real.startsWith('ws'))
  }

  /** In force until the returned function is called; a momentary one has happened by then. */
  async begin(fault: ProxyFault, exchange: ExchangeId, origin: string | null = null): Promise<() => Promise<void>> {
    const force: Force = { fault, struck: 0 }
    const gates = this.gates.filter((gate) => gate.exchange === exchange && (origin ?? gate.real) === gate.real)
    if (!isMomentary(fault)) this.forces.add(force)
    for (const gate of gates) await gate.begin(force)
    return async () => {
      if (!this.forces.delete(force)) return
      for (const gate of gates) await gate.end(force)
    }
  }

  /** Connections that exist now, and the bytes that wait in their sockets. */
  load(): { readonly links: number; readonly waitingBytes: number } {
    const links = this.gates.flatMap((gate) => [...gate.links])
    return { links: links.length, waitingBytes: links.reduce((sum, link) => sum + link.waitingBytes, 0) }
  }

  async close(): Promise<void> {
    this.forces.clear()
    await Promise.all(this.gates.map((gate) => gate.close()))
  }
}
