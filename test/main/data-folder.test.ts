import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DataFolderError, lockDataFolder, setDatabaseAside } from '../../src/main/data-folder.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('the data folder’s lock', () => {
  it('is made with the folder and gone when released', () => {
    const folder = join(temporaryFolder(), 'new')
    const release = lockDataFolder(folder)
    expect(readFileSync(join(folder, 'crossbook.lock'), 'utf8')).toBe(String(process.pid))
    release()
    expect(existsSync(join(folder, 'crossbook.lock'))).toBe(false)
  })

  it('keeps a second program out and names the first', () => {
    const folder = temporaryFolder()
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
    onTestFinished(() => void other.kill())
    writeFileSync(join(folder, 'crossbook.lock'), String(other.pid))
    expect(() => lockDataFolder(folder)).toThrow(DataFolderError)
    expect(() => lockDataFolder(folder)).toThrow(`process ${other.pid}`)
  })

  it('is taken over from a program that was killed', async () => {
    const folder = temporaryFolder()
    const other = spawn(process.execPath, ['-e', ''])
    await once(other, 'exit')
    writeFileSync(join(folder, 'crossbook.lock'), String(other.pid))
    lockDataFolder(folder)()
  })

  it('says so when the folder cannot be made', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(() => lockDataFolder(join(file, 'data'))).toThrow(/cannot make the data folder/)
  })
})

describe('setting a database aside', () => {
  it('says so when it cannot be moved', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'crossbook.db'), '')
    mkdirSync(join(folder, 'crossbook.demo-20261121T102030.db', 'taken'), { recursive: true })
    expect(() => setDatabaseAside(folder, 'demo', new Date('2026-11-21T10:20:30Z'))).toThrow(DataFolderError)
    expect(() => setDatabaseAside(folder, 'demo', new Date('2026-11-21T10:20:30Z'))).toThrow(
      /cannot move .*crossbook\.db to/,
    )
  })

  it('moves it with its write-ahead log, so that nothing is lost', () => {
    const folder = temporaryFolder()
    for (const name of ['crossbook.db', 'crossbook.db-wal']) writeFileSync(join(folder, name), name)
    setDatabaseAside(folder, 'demo', new Date('2026-11-21T10:20:30Z'))
    expect(readdirSync(folder).sort()).toEqual([
      'crossbook.demo-20261121T102030.db',
      'crossbook.demo-20261121T102030.db-wal',
    ])
  })
})
