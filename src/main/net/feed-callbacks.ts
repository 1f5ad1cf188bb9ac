/** What a feed's session tells its owner. */
import type { DownCause, EpochMs } from '../../shared/domain/index.ts'
import type { Control } from './feed.ts'
import type { Refusal } from './subscriptions.ts'
import type { Fault } from './trouble.ts'

/**
 * A step in the life of one physical connection, for log and counts. `connection` is `spot#1/7f3a9c`: the socket's name, and an id that no
 * other connection has.
 */
export type ConnectionStep = { readonly connection: string; readonly generation: number } & (
  | { readonly step: 'opening'; readonly replaces: string | null }
  | { readonly step: 'opened'; readonly afterMs: number }
  /** Every wanted topic has its answer, for the first time on this connection. */
  | { readonly step: 'subscribed'; readonly topics: number; readonly refused: number; readonly afterMs: number }
  /** `code` as WebSocket close codes go (1006: no close frame came). */
  | {
      readonly step: 'closed'
      readonly code: number
      readonly reason: string
      readonly openMs: number
      readonly frames: number
    }
  /** What it carried is down until the next attempt. */
  | {
      readonly step: 'lost'
      readonly reason: string
      readonly reconnectMs: number
      readonly circuitOpen: boolean
    }
)

/**
 * What a session tells its owner. A generation is the number of one socket's life, never used twice. No callback may throw.
 *
 * Rotation: the owner hears `onSocket(new, old)`, then frames of both. The old connection stays the one that counts; what the
 * new one brings must be kept back until `onTakeover(new, old)`, after which the old one brings nothing more. Both carried every
 * topic in between, so the owner can publish exactly what the old one did not (see exchanges/handover.ts).
 * An old one that gives no sign of life meanwhile was mute before, maybe: then `onDown` comes first, as of when it was last heard.
 */
export interface FeedCallbacks {
  /** A connection is about to be opened; `replaces` is the generation that it will take over from, null for a first or lost one. */
  onSocket(generation: number, replaces: number | null): void
  /** Every frame as it came; the answer is what it holds for the session, null for data. */
  onFrame(
    generation: number,
    data: Buffer,
    isBinary: boolean,
    receivedAt: number,
    arrivedAt: number | null,
  ): Control | null
  onTakeover(generation: number, replaced: number): void
  /** No frame of this generation comes any more. `hadAnswer` false: it was never opened, and nobody refused it. */
  onEnd(generation: number, hadAnswer: boolean): void
  /** These wires are acknowledged and were not before; said once all of their socket's wires have an answer. */
  onUp(wires: readonly string[], connection: string): void
  /**
   * These wires do not flow any more (said once, and again when more is known of the cause). Also on a first connection that fails.
   * `connection` null: there was none. `heardAt`: when it last gave a sign of life; what was sent after that may be lost.
   */
  onDown(
    wires: readonly string[],
    reason: string,
    connection: string | null,
    cause: DownCause,
    heardAt: EpochMs | null,
  ): void
  /** What the newest attempt or the newest loss was; null: a connection has opened since. */
  onFault?(fault: Fault | null): void
  onRefused(refusal: Refusal, connection: string): void
  /** Something for the log. */
  onNotice(text: string, connection: string): void
  onStep?(step: ConnectionStep): void
  /** Some socket's state changed. */
  onStatus(): void
}
