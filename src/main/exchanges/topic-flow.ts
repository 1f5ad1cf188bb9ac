/** Which of a feed's wanted topics flow, and since when those that stopped have been down. */
import type { EpochMs } from '../../shared/domain/index.ts'
import type { Topic } from './contract.ts'

export class TopicFlow {
  /** By wire. */
  private topics: ReadonlyMap<string, readonly Topic[]> = new Map()
  /** Wires that were live at least once, and of those that are down, since when. */
  private readonly flowed = new Set<string>()
  private readonly downSince = new Map<string, EpochMs>()

  /** Replaces what was wanted before; what is wanted no more is forgotten. */
  want(topics: ReadonlyMap<string, readonly Topic[]>): void {
    this.topics = topics
    for (const wire of this.flowed) {
      if (topics.has(wire)) continue
      this.flowed.delete(wire)
      this.downSince.delete(wire)
    }
  }

  /** undefined: wanted no more. */
  topicsOf(wire: string): readonly Topic[] | undefined {
    return this.topics.get(wire)
  }

  /** `downSince`: of `live`, since when they had been down (the earliest of them); null when they flow for the first time. */
  change(
    wires: readonly string[],
    state: 'live' | 'down',
    at: EpochMs,
  ): { readonly topics: readonly Topic[]; readonly downSince: EpochMs | null } {
    let downSince: EpochMs | null = null
    for (const wire of wires) {
      const since = this.downSince.get(wire)
      if (state === 'live' && since !== undefined) {
        downSince = Math.min(downSince ?? since, since)
        this.downSince.delete(wire)
      }
      if (state === 'down' && since === undefined && this.flowed.has(wire)) this.downSince.set(wire, at)
      if (state === 'live') this.flowed.add(wire)
    }
    return { topics: wires.flatMap((wire) => this.topics.get(wire) ?? []), downSince }
  }
}
