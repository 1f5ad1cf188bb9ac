import { describe, expect, it } from 'vitest'
import { type ClockProbe, measureClockOffset } from '../../../src/main/net/clock.ts'

const failed: ClockProbe = {
  ok: false,
  failure: { kind: 'network', code: 'ECONNRESET', message: 'cut', retryAfterMs: null },
}
const answered = (sentAt: number, receivedAt: number, serverAt: number): ClockProbe => ({
  ok: true,
  sentAt,
  receivedAt,
  serverAt,
})
const measure = async (answers: ClockProbe[]) => {
  let asked = 0
  const measured = await measureClockOffset(async () => answers[asked++] ?? failed, answers.length)
  return { asked, measured }
}

describe('measureClockOffset', () => {
  it('believes the quickest answer', async () => {
    const answers = [answered(1_000, 1_400, 6_300), answered(2_000, 2_020, 7_010), answered(3_000, 3_100, 8_090)]
    expect(await measure(answers)).toEqual({
      asked: 3,
      measured: { ok: true, value: { offsetMs: 5_000, roundTripMs: 20 } },
    })
  })

  it('gets over a probe that failed', async () => {
    expect(await measure([failed, answered(0, 10, 5)])).toEqual({
      asked: 2,
      measured: { ok: true, value: { offsetMs: 0, roundTripMs: 10 } },
    })
  })

  it('gives up after two failures', async () => {
    expect(await measure([failed, failed, answered(0, 10, 5)])).toEqual({ asked: 2, measured: failed })
  })

  it('does not ask on when it is told to wait', async () => {
    const limited: ClockProbe = { ok: false, failure: { ...failed.failure, kind: 'rateLimited' } }
    expect(await measure([limited, answered(0, 10, 5)])).toEqual({ asked: 1, measured: limited })
  })
})
