import { describe, expect, it } from 'vitest'
import { WaitingOpportunities } from '../../../src/main/recorder/waiting-opportunities.ts'
import { opportunity } from '../storage/support.ts'

const mostWaiting = 16_000

describe('opportunities that wait for the disk', () => {
  it('are bounded: the oldest that is over goes, and is counted; one that lives or is being written stays', () => {
    const waiting = new WaitingOpportunities()
    const lives = opportunity({ id: 1, closedAt: null, closeReason: null })
    waiting.add(opportunity({ id: 2 }))
    waiting.add(lives)
    // A disk that does not answer.
    const under = waiting.each()
    expect(under.next().value?.id).toBe(2)
    for (let id = 3; id <= mostWaiting + 5; id++) waiting.add(opportunity({ id }))
    expect([waiting.size, waiting.dropped]).toEqual([mostWaiting, 5])
    waiting.stored(opportunity({ id: 2 }))
    expect(waiting.size).toBe(mostWaiting)
    under.return()
    const left = [...waiting.each()].map(({ id }) => id)
    expect([left.slice(0, 4), left.at(-1)]).toEqual([[2, 1, 8, 9], mostWaiting + 5])
    // Another state of one that waits takes no room.
    waiting.add({ ...lives, closedAt: lives.openedAt + 1 })
    expect([waiting.size, waiting.dropped]).toEqual([mostWaiting, 5])
  })

  it('are kept where something newer has come of them while they were written', () => {
    const waiting = new WaitingOpportunities()
    const opened = opportunity({ id: 1, closedAt: null, closeReason: null })
    const closed = opportunity({ id: 1 })
    waiting.add(opened)
    for (const one of waiting.each()) {
      waiting.add(closed)
      waiting.stored(one)
    }
    expect([...waiting.each()]).toEqual([closed])
    waiting.stored(closed)
    expect(waiting.size).toBe(0)
  })
})
