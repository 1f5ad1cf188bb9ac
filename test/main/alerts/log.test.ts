import { describe, expect, it } from 'vitest'
import { AlertLog } from '../../../src/main/alerts.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { AlertFilter } from '../../../src/shared/alert-rules.ts'
import type { Alert } from '../../../src/shared/domain/index.ts'
import { openTemporary, second, temporaryFile } from '../storage/support.ts'

const everything: AlertFilter = { severity: null, rule: null, ruleId: null, text: null, unacknowledged: false }
const disk = { severity: 'warning', rule: 'disk', subject: 'disk', message: 'short of room' } as const
const gap = { severity: 'info', rule: 'gap', subject: 'binance:BTC_USDT', message: 'a hole' } as const

function alertLog(now = () => second) {
  const told: Alert[] = []
  const bus = createBus((error) => {
    throw error
  })
  bus.on('alert', ({ alert }) => told.push(alert))
  return { log: new AlertLog(bus, createLogger('silent'), now), told }
}

describe('the log of alerts', () => {
  it('stores what it told, also what came before there was a database, and not what is an opportunity', async () => {
    const storage = await openTemporary()
    const { log, told } = alertLog()
    log.raise(disk)
    await log.keepIn(storage.alerts)
    log.raise({ ...gap, rule: 'opportunity' })
    log.raise(gap, { id: 'mine', notification: true, redis: true, webhook: false })
    const { rows } = await log.page(everything, null, 10)
    expect(rows.map(({ id, rule, ruleId }) => [id, rule, ruleId])).toEqual([
      [second + 2, 'gap', 'mine'],
      [second, 'disk', null],
    ])
    expect(told.map(({ id }) => id)).toEqual([second, second + 1, second + 2])
    expect(log.unacknowledged).toBe(2)
  })

  it('goes on over a restart: ids rise though the clock was set back, and what nobody saw is still counted', async () => {
    const file = temporaryFile()
    const first = alertLog(() => second + 10_000)
    const before = await openStorage({ file })
    await first.log.keepIn(before.alerts)
    first.log.raise(disk)
    first.log.raise(gap)
    await first.log.release()
    await before.close()

    const again = alertLog(() => second)
    const storage = await openTemporary({ file })
    await again.log.keepIn(storage.alerts)
    expect(again.log.unacknowledged).toBe(1)
    again.log.raise(disk)
    const { rows } = await again.log.page(everything, null, 10)
    expect(rows.map(({ id }) => id - second)).toEqual([10_002, 10_001, 10_000])
  })

  it('tells of another market nothing of the one before, though its database took none of it', async () => {
    const { log } = alertLog()
    const wide = { severity: 'warning', rule: 'wide_spread', subject: 'binance:BTC_USDT', message: 'wide' } as const
    log.raise(wide)
    log.raise(disk)
    log.raise(disk, { id: 'mine', notification: true, redis: true, webhook: false })
    log.forgetMarket()
    expect(log.list().map(({ id }) => id)).toEqual([second + 1])
    expect(log.unacknowledged).toBe(1)
    const storage = await openTemporary()
    await log.keepIn(storage.alerts)
    const { rows } = await log.page(everything, null, 10)
    expect(rows.map(({ id }) => id)).toEqual([second + 1])
  })

  it('stores what comes while another is being written', async () => {
    const { alerts } = await openTemporary()
    const { log } = alertLog()
    let atDisk = () => {}
    const isAtDisk = new Promise<void>((resolve) => {
      atDisk = resolve
    })
    await log.keepIn({
      ...alerts,
      save: (batch) => {
        const saved = alerts.save(batch)
        atDisk()
        return saved
      },
    })
    log.raise(disk)
    const page = log.page(everything, null, 10)
    await isAtDisk
    log.raise(gap)
    await page
    await log.release()
    expect((await alerts.list(everything, null, 10)).rows.map(({ rule }) => rule)).toEqual(['gap', 'disk'])
  })

  it('counts what comes while the database is asked how many there are', async () => {
    const { alerts } = await openTemporary()
    const { log } = alertLog()
    const afterwards = async () => {
      const state = await alerts.state()
      log.raise(disk)
      await log.page(everything, null, 10)
      return state
    }
    let asked = 0
    const slow = {
      ...alerts,
      // The page waits for the first answer, which is what the log begins with.
      state: () => (++asked === 1 ? alerts.state().finally(() => void log.raise(disk)) : afterwards()),
    }
    log.raise(disk)
    await log.keepIn(slow)
    expect(log.unacknowledged).toBe(2)
    expect(await log.acknowledge({ upTo: second })).toMatchObject({ unacknowledged: 2 })
    expect(log.unacknowledged).toBe(2)
    expect(await alerts.state()).toMatchObject({ unacknowledged: 2 })
  })

  it('keeps nothing in a database that was released before it had answered', async () => {
    const { alerts } = await openTemporary()
    const { log } = alertLog()
    const begun = log.keepIn(alerts)
    await log.release()
    await begun
    const one = log.raise(disk)
    expect((await log.page(everything, null, 10)).rows).toEqual([one])
    expect((await alerts.list(everything, null, 10)).rows).toEqual([])
  })

  it('answers in pages, filtered', async () => {
    const storage = await openTemporary()
    const { log } = alertLog()
    await log.keepIn(storage.alerts)
    for (let number = 1; number <= 5; number++) log.raise({ ...disk, message: `number ${number}` })
    log.raise({ ...gap, message: '100 %_sure' })
    const first = await log.page(everything, null, 4)
    const rest = await log.page(everything, first.next, 4)
    expect([first.rows.length, rest.rows.map(({ message }) => message), rest.next]).toEqual([
      4,
      ['number 2', 'number 1'],
      null,
    ])
    const subjects = async (more: Partial<AlertFilter>) =>
      (await log.page({ ...everything, ...more }, null, 10)).rows.map(({ message }) => message)
    expect(await subjects({ severity: 'info' })).toEqual(['100 %_sure'])
    expect(await subjects({ text: '%_S' })).toEqual(['100 %_sure'])
    expect(await subjects({ text: 'NUMBER 3' })).toEqual(['number 3'])
    expect(await subjects({ rule: 'disk', unacknowledged: true })).toHaveLength(5)
    expect(await subjects({ ruleId: 'mine' })).toEqual([])
    await expect(log.page(everything, 'nonsense', 4)).rejects.toThrow('cursor: "nonsense"')
  })

  it('acknowledges one, and all that were there when it was asked for', async () => {
    const storage = await openTemporary()
    const { log } = alertLog()
    await log.keepIn(storage.alerts)
    const [one, , , last] = [disk, disk, gap, disk].map((finding) => log.raise(finding))
    expect(await log.acknowledge({ ids: [one?.id ?? 0] })).toEqual({
      ...{ ids: [one?.id], upTo: null, at: second, unacknowledged: 2 },
    })
    const upTo = (last?.id ?? 0) - 1
    expect(await log.acknowledge({ upTo })).toEqual({ ids: null, upTo, at: second, unacknowledged: 1 })
    const { rows } = await log.page(everything, null, 10)
    // What merely informs does not ask for it.
    expect(rows.map(({ acknowledgedAt }) => acknowledgedAt)).toEqual([null, null, second, second])
    expect((await log.page({ ...everything, unacknowledged: true }, null, 10)).rows.map(({ id }) => id)).toEqual([
      last?.id,
    ])
  })

  it('shows what it has where nothing is stored', async () => {
    const { log } = alertLog()
    await log.keepIn(null)
    const one = log.raise(disk)
    log.raise(gap)
    expect((await log.page({ ...everything, severity: 'warning' }, null, 10)).rows).toEqual([one])
    expect(await log.acknowledge({ upTo: one.id })).toMatchObject({ unacknowledged: 0 })
    expect((await log.page(everything, null, 10)).rows[1]).toEqual({ ...one, acknowledgedAt: second })
  })
})
