import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStorage } from '../../../src/main/storage/index.ts'
import { crossbook } from '../../support/program.ts'
import { temporaryFolder } from '../../support/temporary.ts'

describe('crossbook backup', () => {
  it('makes, lists and restores a copy', async () => {
    const data = temporaryFolder()
    const file = join(data, 'crossbook.db')
    const storage = await openStorage({ file })
    await storage.setMeta('mode', 'demo')
    await storage.setMeta('colour', 'before')
    // The database is in use while it is copied.
    const created = await crossbook(['backup', 'create', '--data', data]).ended
    expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining('verified') })
    await storage.setMeta('colour', 'after')
    await storage.close()
    const listed = await crossbook(['backup', 'list', '--data', data]).ended
    const [name = ''] = listed.stdout.split('\t')
    expect(listed.stdout).toMatch(/^crossbook-demo-\S+-manual\.db\t.*verified, \d+ rows\n$/)
    const restored = await crossbook(['backup', 'restore', name, '--data', data]).ended
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining('before-restore') })
    const again = await openStorage({ file })
    expect(await again.meta('colour')).toBe('before')
    await again.close()
  })

  it('brings back a database that is damaged', async () => {
    const data = temporaryFolder()
    const file = join(data, 'crossbook.db')
    const storage = await openStorage({ file })
    await storage.setMeta('mode', 'demo')
    await storage.close()
    await crossbook(['backup', 'create', '--data', data]).ended
    const { stdout } = await crossbook(['backup', 'list', '--data', data]).ended
    const broken = readFileSync(file).fill(0x5a, 0, 8_192)
    writeFileSync(file, broken)
    const [name = ''] = stdout.split('\t')
    expect(await crossbook(['backup', 'restore', name, '--data', data]).ended).toMatchObject({ code: 0 })
    const again = await openStorage({ file })
    expect(await again.meta('mode')).toBe('demo')
    await again.close()
  })

  it('says in one line what it cannot do', async () => {
    const data = temporaryFolder()
    const { code, stderr } = await crossbook(['backup', 'create', '--data', data]).ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `crossbook: there is nothing to back up: there is no database in ${data}: nothing was recorded yet\n`,
    })
    const unknown = await crossbook(['backup', 'restore', 'none.db', '--data', data]).ended
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no backup "none.db"') })
    expect(existsSync(join(data, 'crossbook.db'))).toBe(false)
  })
})
