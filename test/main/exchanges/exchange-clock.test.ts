import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ExchangeClock } from '../../../src/main/exchanges/exchange-clock.ts'

const start = 1_800_000_000_000
const hour = 3_600_000

/** An exchange whose clock is a second ahead of the true time, beside a machine whose wall clock may be set, and which may sleep. */
function setUp() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const machine = { truth: start, setBy: 0, slept: 0 }
  const wall = () => machine.truth + machine.setBy
  let meanwhile: () => void = () => undefined
  const measured: number[] = []
  const clock = new ExchangeClock({
    measure: async () => {
      const offsetMs = machine.truth + 1_000 - wall()
      meanwhile()
      measured.push(machine.truth)
      return { ok: true, value: { offsetMs, roundTripMs: 10 } }
    },
    logger: pino({ enabled: false }),
    onMeasured: () => undefined,
    // Its steady clock stands still while it sleeps.
    clocks: { wall, steady: () => machine.truth - start - machine.slept },
  })
  onTestFinished(() => {
    clock.stop()
    vi.useRealTimers()
  })
  const pass = async (ms: number) => {
    machine.truth += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  const during = (then: () => void) => {
    meanwhile = then
  }
  return { machine, clock, measured, pass, during }
}

describe("an exchange's clock", () => {
  it("is not known before it was measured, and is this machine's until then", () => {
    const { clock } = setUp()
    expect([clock.isKnown, clock.now()]).toEqual([false, start])
  })

  it("is known once it was measured, as long as nobody sets this machine's clock and it does not sleep", async () => {
    const { clock, machine, pass } = setUp()
    await clock.measure()
    expect([clock.isKnown, clock.now()]).toEqual([true, machine.truth + 1_000])
    await pass(hour)
    expect([clock.isKnown, clock.now()]).toEqual([true, machine.truth + 1_000])
  })

  it.each([
    ['forward', 5 * 60_000],
    ['back', -5 * 60_000],
  ])("is not known from when this machine's clock was set %s until it is measured again", async (_way, ms) => {
    const { clock, machine } = setUp()
    await clock.measure()
    machine.setBy += ms
    expect(clock.isKnown).toBe(false)
    await clock.measure()
    expect([clock.isKnown, clock.now()]).toEqual([true, machine.truth + 1_000])
  })

  it('is measured again after a sleep before it is relied on', async () => {
    const { clock, machine } = setUp()
    await clock.measure()
    machine.truth += hour
    machine.slept += hour
    expect(clock.isKnown).toBe(false)
    await clock.measure()
    expect(clock.isKnown).toBe(true)
  })

  it("is measured again soon where this machine's clock was set while it was being measured", async () => {
    const { clock, machine, measured, pass, during } = setUp()
    during(() => {
      machine.setBy += hour
      during(() => undefined)
    })
    clock.start()
    await pass(0)
    expect([measured.length, clock.isKnown]).toEqual([1, false])
    await pass(2_000)
    expect([measured.length, clock.isKnown, clock.now()]).toEqual([2, true, machine.truth + 1_000])
    await pass(599_000)
    expect(measured.length).toBe(2)
    await pass(1_000)
    expect(measured.length).toBe(3)
  })
})
