/** The sockets that one feed has had open, two while a rotation runs: whose events are published, whose are held back. */
import type { MarketEvent } from '../../shared/domain/index.ts'
import type { Normalizer } from './contract.ts'
import type { DepthUpdate } from './depth.ts'
import { Handover } from './handover.ts'

/** One socket's life: its normalizer, and its part in a handover while a rotation runs. */
export interface Source {
  readonly normalize: Normalizer
  /** Its name for the log; empty before its connection began. */
  connection: string
  /** What this one publishes is noted there for its successor. */
  passesTo: Handover | null
  /** What this one brings is kept there until it takes over. */
  heldBy: Handover | null
}

export class FeedSources {
  private readonly byGeneration = new Map<number, Source>()

  of(generation: number): Source | undefined {
    return this.byGeneration.get(generation)
  }

  open(generation: number, replaces: number | null, normalize: Normalizer): void {
    const old = replaces === null ? undefined : this.byGeneration.get(replaces)
    const handover = old === undefined ? null : new Handover()
    if (old !== undefined) old.passesTo = handover
    this.byGeneration.set(generation, { normalize, connection: '', passesTo: null, heldBy: handover })
  }

  /** What the new one held back is published, without what the old one published already. */
  takeOver(
    generation: number,
    replaced: number,
    publish: (event: MarketEvent) => void,
    deliver: (depth: DepthUpdate) => void = () => undefined,
  ): void {
    const source = this.byGeneration.get(generation)
    const old = this.byGeneration.get(replaced)
    if (old !== undefined) old.passesTo = null
    const handover = source?.heldBy
    if (source === undefined || !handover) return
    source.heldBy = null
    handover.release(publish)
    handover.depth.release(deliver)
  }

  close(generation: number): void {
    const source = this.byGeneration.get(generation)
    this.byGeneration.delete(generation)
    // A replacement that failed before it took over: the old one has nobody to note its events for.
    if (!source?.heldBy) return
    for (const other of this.byGeneration.values()) if (other.passesTo === source.heldBy) other.passesTo = null
  }
}
