import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openBridgeDoor } from '../../src/renderer/bridge-api.ts'
import type { CrossbookApi } from '../../src/shared/contract.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A main process that answers, hangs until it is told to go on, or fails. */
function opened() {
  const main = { asked: 0, hangs: false, fails: false, goOn: () => {} }
  const api: CrossbookApi = {
    async call(name) {
      expect(name).toBe('app.info')
      main.asked++
      if (main.hangs) {
        await new Promise<void>((resolve) => {
          main.goOn = resolve
        })
      }
      if (main.fails) throw new Error('no handler')
      return { ok: false, code: 'internal', message: 'whatever it says' }
    },
    on: () => () => {},
  }
  const door = openBridgeDoor(api, 1_000)
  onTestFinished(() => door.close())
  return { main, door, state: () => door.link.getState() }
}

describe('the desktop’s door', () => {
  it('is open from the start, and stays so while main answers, however it does', async () => {
    const { main, state } = opened()
    expect(state()).toMatchObject({ state: 'open', generation: 1 })
    await vi.advanceTimersByTimeAsync(10_000)
    main.fails = true
    await vi.advanceTimersByTimeAsync(10_000)
    expect([main.asked, state().state, state().generation]).toEqual([20, 'open', 1])
  })

  it('says when nobody answers, asks once only, and opens anew with the answer', async () => {
    const { main, state } = opened()
    main.hangs = true
    await vi.advanceTimersByTimeAsync(3_999)
    expect(state().state).toBe('open')
    await vi.advanceTimersByTimeAsync(1)
    expect(state()).toMatchObject({ state: 'silent', generation: 1 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(main.asked).toBe(1)
    main.hangs = false
    main.goOn()
    await vi.advanceTimersByTimeAsync(0)
    expect(state()).toMatchObject({ state: 'open', generation: 2 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect([main.asked, state().state, state().generation]).toEqual([11, 'open', 2])
  })

  it('takes a short halt for none', async () => {
    const { main, state } = opened()
    for (let halt = 0; halt < 3; halt++) {
      main.hangs = true
      await vi.advanceTimersByTimeAsync(3_000)
      expect(state().state).toBe('open')
      main.hangs = false
      main.goOn()
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(state().generation).toBe(1)
  })

  it('asks nobody any more once it is closed', async () => {
    const { main, door } = opened()
    door.close()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(main.asked).toBe(0)
  })
})
