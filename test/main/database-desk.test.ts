import { describe, expect, it } from 'vitest'
import { lostWords, newestVerified } from '../../src/main/database-desk.ts'
import type { Backup } from '../../src/shared/data.ts'

const hour = 3_600_000
const now = Date.UTC(2026, 10, 21, 9)

const backup = (at: number, more: Partial<Backup> = {}): Backup => ({
  ...{ id: `at ${at}`, file: '/backups/one.db', at, bytes: 1, reason: 'scheduled', state: 'verified', problem: null },
  ...{ schemaVersion: 4, mode: 'live', rows: {}, ...more },
})

describe('the newest verified backup', () => {
  it('is none of the future while there is another: a clock that was ahead made it', () => {
    const ahead = backup(now + 24 * hour)
    const before = backup(now - 2 * hour)
    const listed = [ahead, backup(now - hour, { state: 'failed' }), backup(now - hour, { mode: 'demo' }), before]
    expect(newestVerified(listed, 'live', now)).toBe(before)
    expect(newestVerified([ahead], 'live', now)).toBe(ahead)
    expect(newestVerified([backup(now, { mode: 'demo' })], 'live', now)).toBeNull()
  })

  it('is told with what restoring it loses, as far as its time tells', () => {
    expect(lostWords(backup(now - 90_000), now)).toContain('restoring it loses the 2 min recorded since')
    expect(lostWords(backup(now - 3 * hour), now)).toContain('restoring it loses the 3.0 h recorded since')
    const ofTheFuture = lostWords(backup(now + 24 * hour), now)
    expect(ofTheFuture).toContain('2026-11-22T09:00:00.000Z, which is yet to come')
    expect(ofTheFuture).toContain('What restoring it loses is not known')
  })
})
