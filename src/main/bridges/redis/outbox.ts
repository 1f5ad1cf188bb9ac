/**
 * Happenings on their way to the server, oldest first: what came back undelivered, then the disk, then memory. Every one is handed out
 * in order, and kept until it is known to be delivered.
 *
 * Bounds: memory holds `memoryCount` happenings or `memoryBytes` of text; beyond that, and whenever they wait for longer than their owner
 * likes (`flush`), they go to the disk in one write. The disk holds `spillBytes`; then the oldest are given up. Only when the disk refuses
 * as well are new ones refused, at twice the bound of memory. Both are counted as lost and told.
 */

import { messageOf } from '../../errors.ts'
import { type Happening, type Loaded, Spill } from './spill.ts'

export interface OutboxLimits {
  readonly memoryCount: number
  readonly memoryBytes: number
  readonly spillBytes: number
  readonly segmentBytes: number
}

export const outboxLimits: OutboxLimits = {
  memoryCount: 10_000,
  memoryBytes: 8 * 2 ** 20,
  spillBytes: 256 * 2 ** 20,
  segmentBytes: 2 * 2 ** 20,
}

export interface OutboxOptions {
  readonly folder: string
  readonly limits: OutboxLimits
  /** There may be something to take that was not there before. */
  readonly onReady: () => void
  readonly onLost: (count: number, why: string) => void
  readonly onDamaged: (lines: number) => void
  /** null: the disk takes them again. */
  readonly onDiskProblem: (problem: string | null) => void
}

export class Outbox {
  /** Given up or refused, since the program began. */
  lost = 0
  private readonly options: OutboxOptions
  private readonly spill: Spill
  private memory: Happening[] = []
  private memoryBytes = 0
  /** Taken out of memory, being written to the disk. */
  private flushing: readonly Happening[] = []
  private loaded: { readonly content: Loaded; at: number } | null = null
  /** Came back undelivered; older than all the rest. */
  private returned: readonly Happening[] = []
  private inFlight: readonly Happening[] = []
  /** All up to this number are delivered. */
  private floor = 0
  private diskProblem: string | null = null
  /** One thing after the other on the disk. */
  private turn: Promise<void> = Promise.resolve()
  private loading = false
  private opened = false

  constructor(options: OutboxOptions) {
    this.options = options
    const { spillBytes, segmentBytes } = options.limits
    this.spill = new Spill({ folder: options.folder, maximumBytes: spillBytes, segmentBytes })
  }

  get onDisk(): number {
    return this.spill.count - (this.loaded?.at ?? 0)
  }

  get waiting(): number {
    const inMemory = this.inFlight.length + this.returned.length + this.flushing.length + this.memory.length
    return inMemory + Math.max(0, this.onDisk)
  }

  /** Never rejects: a folder that cannot be read is told, and memory must do. */
  open(): Promise<void> {
    return this.onTheDisk(async () => {
      if (this.opened) return
      await this.spill.open()
      this.opened = true
    })
  }

  add(happening: Happening): void {
    const { memoryCount, memoryBytes } = this.options.limits
    if (this.memory.length >= 2 * memoryCount || this.memoryBytes >= 2 * memoryBytes) {
      this.lose(1, `memory is full and the disk takes no more: ${this.diskProblem ?? 'it is too slow'}`)
      return
    }
    this.memory.push(happening)
    this.memoryBytes += happening.message.length
    if (this.memory.length >= memoryCount || this.memoryBytes >= memoryBytes) {
      if (this.flushing.length === 0 && this.diskProblem === null) void this.flush()
    }
  }

  /** The next ones, at most so many; empty: there are none, or they are being read from the disk (`onReady` tells). */
  take(most: number, mostBytes: number): readonly Happening[] {
    if (this.inFlight.length > 0) throw new Error('the last ones taken are neither delivered nor returned')
    if (this.returned.length > 0) {
      this.inFlight = this.returned
      this.returned = []
      return this.inFlight
    }
    if (this.loaded) {
      this.inFlight = cut(this.loaded.content.happenings, this.loaded.at, most, mostBytes)
      this.loaded.at += this.inFlight.length
      return this.inFlight
    }
    if (!this.spill.isEmpty || this.flushing.length > 0) {
      this.load()
      return []
    }
    this.inFlight = cut(this.memory, 0, most, mostBytes)
    this.memory.splice(0, this.inFlight.length)
    this.memoryBytes -= bytesOf(this.inFlight)
    return this.inFlight
  }

  delivered(): void {
    this.floor = Math.max(this.floor, this.inFlight.at(-1)?.sequence ?? 0)
    this.inFlight = []
    this.finishSegment()
  }

  /** They were not delivered, or nobody knows: they come first again. */
  giveBack(): void {
    if (this.loaded) this.loaded.at -= this.inFlight.length
    else this.returned = this.inFlight
    this.inFlight = []
  }

  /** The server's word: all up to this number lie there already. */
  deliveredUpTo(sequence: number): void {
    this.floor = Math.max(this.floor, sequence)
    this.returned = this.returned.filter((happening) => happening.sequence > this.floor)
    if (!this.loaded) return
    const { happenings } = this.loaded.content
    while ((happenings[this.loaded.at]?.sequence ?? Infinity) <= this.floor) this.loaded.at += 1
    this.finishSegment()
  }

  /** Moves what memory holds to the disk. Never rejects. */
  flush(): Promise<void> {
    return this.onTheDisk(async () => {
      const { returned, memory } = this
      if (returned.length + memory.length === 0) return
      const reading = this.loaded?.content.segment ?? null
      // What is taken meanwhile must wait for these.
      this.flushing = [...returned, ...memory]
      this.returned = []
      this.memory = []
      this.memoryBytes = 0
      let lost = 0
      try {
        lost += await this.spill.write(returned, reading)
        lost += await this.spill.write(memory, reading)
      } catch (error) {
        this.returned = returned
        this.memory = [...memory, ...this.memory]
        this.memoryBytes = bytesOf(this.memory)
        throw error
      } finally {
        this.flushing = []
      }
      if (lost > 0) this.lose(lost, 'those that waited on the disk have reached its bound; the oldest were given up')
    })
  }

  private finishSegment(): void {
    const { loaded } = this
    if (!loaded || loaded.at < loaded.content.happenings.length) return
    this.loaded = null
    void this.onTheDisk(() => this.spill.remove(loaded.content.segment))
  }

  private load(): void {
    if (this.loading) return
    this.loading = true
    void this.onTheDisk(async () => {
      const content = await this.spill.oldest()
      if (!content) return
      if (content.damaged > 0) this.options.onDamaged(content.damaged)
      this.loaded = { content: { ...content, happenings: this.news(content.happenings) }, at: 0 }
      this.finishSegment()
    }).then(() => {
      this.loading = false
      if (this.diskProblem === null) this.options.onReady()
    })
  }

  /** Without those that were delivered before, and in order even where a write was repeated. */
  private news(happenings: readonly Happening[]): Happening[] {
    let last = this.floor
    return happenings.filter(({ sequence }) => {
      if (sequence <= last) return false
      last = sequence
      return true
    })
  }

  /** They are given up. */
  lose(count: number, why: string): void {
    this.lost += count
    this.options.onLost(count, why)
  }

  private onTheDisk(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).then(
      () => this.setDiskProblem(null),
      (error: unknown) => this.setDiskProblem(messageOf(error)),
    )
    return this.turn
  }

  private setDiskProblem(problem: string | null): void {
    const changed = (problem === null) !== (this.diskProblem === null)
    this.diskProblem = problem
    if (changed) this.options.onDiskProblem(problem)
  }
}

const bytesOf = (happenings: readonly Happening[]): number =>
  happenings.reduce((sum, { message }) => sum + message.length, 0)

function cut(happenings: readonly Happening[], from: number, most: number, mostBytes: number): readonly Happening[] {
  let bytes = 0
  let to = from
  while (to < happenings.length && to - from < most && (to === from || bytes < mostBytes)) {
    bytes += happenings[to]?.message.length ?? 0
    to += 1
  }
  return happenings.slice(from, to)
}
