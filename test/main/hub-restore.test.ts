import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { query, startHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'

describe('a backup', () => {
  it('is made while the market runs, and restored into a market that goes on', async () => {
    const { hub, client, ask, rows } = await startHub({
      settings: { mode: 'demo', symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 10 } },
    })
    await until(
      () => (rows<{ n: number }>('SELECT count(*) AS n FROM book_tickers')[0]?.n ?? 0) > 0,
      'something recorded',
    )
    const made = await ask('backups.create', {})
    expect(made).toMatchObject({ state: 'verified', mode: 'demo', reason: 'manual' })
    expect(made.rows.book_tickers).toBeGreaterThan(0)
    expect(client.pushes('backups.changed').at(-1)).toEqual([made])
    expect(
      client
        .pushes('progress.update')
        .filter(({ id }) => id === 'backup')
        .at(-1),
    ).toMatchObject({ state: 'finished' })
    const newest = () => rows<{ t: number }>('SELECT max(time) AS t FROM book_tickers')[0]?.t ?? 0
    await until(() => newest() > made.at + 2_000, 'more recorded since')

    const { setAside } = await ask('backups.restore', { id: made.id })
    expect(setAside).not.toBeNull()
    // What was there is kept, and nothing of it is in the database that took its place but what the backup holds.
    const kept = query<{ n: number }>(setAside ?? '', 'SELECT count(*) AS n FROM book_tickers')[0]?.n ?? 0
    expect(kept).toBeGreaterThan(made.rows.book_tickers ?? 0)
    const restoredAt = Date.now()
    await until(() => newest() > restoredAt, 'recording into the restored database', 20_000)
    const between = `SELECT count(*) AS n FROM book_tickers WHERE time > ${made.at + 1_000} AND time < ${restoredAt - 5_000}`
    expect(rows<{ n: number }>(between)[0]?.n).toBe(0)
    expect((await ask('alerts.list', {})).some(({ message }) => message.includes('is what it was at'))).toBe(true)
    expect(hub.connections().every(({ state }) => state === 'live' || state === 'connecting')).toBe(true)
    expect(existsSync(made.file)).toBe(true)
  })

  it('that does not exist is refused, and the market runs on', async () => {
    const { hub, client, ask } = await startHub({ settings: { mode: 'demo', symbols: ['BTC_USDT'], periods: ['1m'] } })
    const reply = await hub.call(client, 'backups.restore', { id: 'none.db' })
    expect(reply).toMatchObject({ ok: false, code: 'badRequest', message: expect.stringContaining('none.db') })
    expect(await ask('backups.list', {})).toMatchObject({ backups: [] })
    expect(client.pushes('accounts.changed')).toHaveLength(1)
  })
})
