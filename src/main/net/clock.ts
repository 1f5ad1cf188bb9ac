import type { EpochMs } from '../../shared/domain/index.ts'
import type { RestFailure } from './rest.ts'

/** One question for the time: this machine's clock when it was sent and answered, the exchange's in between. */
export type ClockProbe =
  | { readonly ok: true; readonly sentAt: EpochMs; readonly receivedAt: EpochMs; readonly serverAt: EpochMs }
  | { readonly ok: false; readonly failure: RestFailure }

export interface ClockOffset {
  /** Exchange clock minus ours, ms; wrong by half the round trip at most. */
  readonly offsetMs: number
  readonly roundTripMs: number
}

export type ClockMeasurement =
  | { readonly ok: true; readonly value: ClockOffset }
  | { readonly ok: false; readonly failure: RestFailure }

/** Nobody answers: more probes would only make the caller wait. */
const mostFailures = 2

/**
 * Asks several times, one after the other, and believes the quickest answer: the less time on the way, the less can hide in it.
 * The first probe pays for the handshakes and so hardly ever wins. Fails when no probe succeeded.
 */
export async function measureClockOffset(probe: () => Promise<ClockProbe>, probes = 5): Promise<ClockMeasurement> {
  let best: ClockOffset | null = null
  let failure: RestFailure | null = null
  let failures = 0
  for (let i = 0; i < probes && failures < mostFailures; i++) {
    const answer = await probe()
    if (!answer.ok) {
      failure = answer.failure
      failures++
      // A limit or a ban only gets worse by asking on.
      if (failure.kind !== 'network' && failure.kind !== 'unavailable') break
      continue
    }
    const { sentAt, receivedAt, serverAt } = answer
    const roundTripMs = receivedAt - sentAt
    if (best === null || roundTripMs < best.roundTripMs) {
      best = { offsetMs: serverAt - (sentAt + receivedAt) / 2, roundTripMs }
    }
  }
  if (best !== null) return { ok: true, value: best }
  const none: RestFailure = { kind: 'network', code: null, message: 'no probe was made', retryAfterMs: null }
  return { ok: false, failure: failure ?? none }
}
