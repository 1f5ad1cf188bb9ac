/**
 * The contract over the desktop's bridge. Calls and pushes pass as they are. Whether main still answers is asked all the time: one that hangs
 * leaves the window as it was, with every number in it looking live.
 */
import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../shared/contract.ts'
import type { Door, Link } from './socket-api.ts'

/** After so many intervals without an answer nobody gives one. */
const mostUnanswered = 3

export function openBridgeDoor(api: CrossbookApi, lifeEveryMs = 2_000): Door {
  const link = createStore<Link>()(() => ({ state: 'open', problem: null, nextAttemptAt: null, generation: 1 }))
  let isAsked = false
  let unanswered = 0

  const answered = () => {
    isAsked = false
    unanswered = 0
    const { state, generation } = link.getState()
    // What was pushed meanwhile may have been given up on the way.
    if (state === 'silent') link.setState({ state: 'open', generation: generation + 1 })
  }
  const timer = setInterval(() => {
    if (!isAsked) {
      isAsked = true
      // However it answers: it is there.
      void api.call('app.info', {}).then(answered, answered)
      return
    }
    unanswered++
    if (unanswered >= mostUnanswered && link.getState().state === 'open') link.setState({ state: 'silent' })
  }, lifeEveryMs)
  return { api, link, retry: () => {}, close: () => clearInterval(timer) }
}
