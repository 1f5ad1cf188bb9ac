/** What every socket of the exchange has in common: pings, the limit of messages, the end after 24 h. */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { Peer } from '../../venue.ts'

export interface SocketManners {
  /** Messages and pongs a second before the socket is cut. */
  readonly messagesPerSecond: number
  readonly pingEveryMs: number
  /** Pings in a row that may stay unanswered. */
  readonly unansweredPings: number
}

export const spotManners: SocketManners = { messagesPerSecond: 5, pingEveryMs: 20_000, unansweredPings: 3 }
/** Every 3 minutes, and 10 minutes for the answer. */
export const perpetualManners: SocketManners = { messagesPerSecond: 10, pingEveryMs: 180_000, unansweredPings: 4 }

const lifetimeMs = 24 * 60 * 60_000
/** The code is not documented; RFC 6455's for a broken policy. */
export const policyViolation = 1008

export function keepManners(peer: Peer, manners: SocketManners, now: () => EpochMs) {
  const arrivals: number[] = []
  let unanswered: string[] = []

  /** True when the message was one too many and the socket is being cut. */
  function isTooMany(): boolean {
    const at = now()
    arrivals.push(at)
    while ((arrivals[0] ?? at) <= at - 1_000) arrivals.shift()
    if (arrivals.length <= manners.messagesPerSecond) return false
    peer.close(policyViolation, 'Too many requests')
    return true
  }

  peer.every(manners.pingEveryMs, () => {
    if (unanswered.length >= manners.unansweredPings) {
      peer.close(policyViolation, 'Pong timeout')
      return
    }
    const sent = String(now())
    unanswered.push(sent)
    peer.ping(sent)
  })
  // a close frame without a reason, as at any end of a connection; the code is not documented
  peer.every(lifetimeMs, () => peer.close(1001, ''))

  return {
    isTooMany,
    onPong(answered: string): void {
      if (isTooMany()) return
      // one pong answers its ping and those before; an unsolicited one answers none
      const at = unanswered.indexOf(answered)
      if (at >= 0) unanswered = unanswered.slice(at + 1)
    },
  }
}
