import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTokenStore, TokenFileError } from '../../src/main/tokens.ts'
import { temporaryFolder } from '../support/temporary.ts'

const fileIn = (folder: string) => join(folder, 'tokens.json')

describe('tokens of the local API', () => {
  it('lets in whoever holds one, with its scopes, and nobody else', () => {
    const store = openTokenStore(temporaryFolder(), { now: () => 1_000 })
    const bot = store.create('bot', ['market'])
    const desk = store.create('desk', ['market', 'account', 'market'])
    expect(bot.token).toMatch(/^cbk_[\w-]{43}$/)
    expect(store.verify(bot.token)).toEqual({ ...bot.info, lastUsedAt: 1_000 })
    expect(store.verify(desk.token)?.scopes).toEqual(['market', 'account'])
    for (const wrong of ['', 'cbk_', bot.token.slice(0, -1), `${bot.token}x`, bot.token.toUpperCase(), bot.info.id]) {
      expect(store.verify(wrong)).toBe(null)
    }
  })

  it('keeps hashes only, for the user alone', () => {
    const folder = temporaryFolder()
    const { token, info } = openTokenStore(folder).create('bot', ['market'])
    const text = readFileSync(fileIn(folder), 'utf8')
    expect(text).not.toContain(token.slice(4))
    expect(text).toContain(info.id)
    expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['tokens.json'])
    expect(JSON.stringify(openTokenStore(folder).list())).not.toMatch(/[0-9a-f]{64}/)
  })

  it('takes up at once what another program changes', () => {
    const folder = temporaryFolder()
    const hub = openTokenStore(folder)
    const command = openTokenStore(folder)
    expect(hub.list()).toEqual([])
    const { token, info } = command.create('bot', ['market'])
    expect(hub.verify(token)?.id).toBe(info.id)
    expect(command.revoke(info.id)).toBe(true)
    expect(hub.verify(token)).toBe(null)
    expect(hub.revoke(info.id)).toBe(false)
  })

  it('loses no change of two programs, and no revocation to a note of a use', () => {
    const folder = temporaryFolder()
    let now = 1_000_000
    const [hub, command] = [openTokenStore(folder, { now: () => now }), openTokenStore(folder)]
    const kept = hub.create('kept', ['market'])
    const gone = hub.create('gone', ['market'])
    hub.verify(gone.token)
    command.create('another', ['account'])
    command.revoke(gone.info.id)
    now += 120_000
    expect(hub.verify(kept.token)?.lastUsedAt).toBe(now)
    expect(openTokenStore(folder).list()).toMatchObject([
      { name: 'kept', lastUsedAt: now },
      { name: 'another', lastUsedAt: null },
    ])
    expect(hub.verify(gone.token)).toBe(null)
  })

  it('writes a use down once a minute at most', () => {
    const folder = temporaryFolder()
    let now = 1_000_000
    const store = openTokenStore(folder, { now: () => now })
    const { token } = store.create('bot', ['market'])
    store.verify(token)
    const { mtimeMs, ino } = statSync(fileIn(folder))
    now += 59_000
    store.verify(token)
    expect(statSync(fileIn(folder))).toMatchObject({ mtimeMs, ino })
    expect(store.list()).toMatchObject([{ lastUsedAt: now }])
  })

  it.each([
    ['no JSON', '{"version":1,"tokens":[', 'it is not JSON'],
    ['another version', '{"version":2,"tokens":[]}', 'version'],
    [
      'a hash that is none',
      JSON.stringify({
        version: 1,
        tokens: [{ id: 'a', name: 'a', scopes: ['market'], createdAt: 0, lastUsedAt: null, hash: '' }],
      }),
      'tokens.0.hash',
    ],
    [
      'a scope that is none',
      JSON.stringify({
        version: 1,
        tokens: [{ id: 'a', name: 'a', scopes: ['all'], createdAt: 0, lastUsedAt: null, hash: 'a'.repeat(64) }],
      }),
      'tokens.0.scopes',
    ],
    ['nothing', '', 'it is not JSON'],
  ])('opens nothing while the file holds %s, says so, and leaves it as it is', (_case, content, why) => {
    const folder = temporaryFolder()
    const problems: TokenFileError[] = []
    const store = openTokenStore(folder, { onProblem: (problem) => problems.push(problem) })
    const { token } = store.create('bot', ['market'])
    writeFileSync(fileIn(folder), content)
    expect(store.verify(token)).toBe(null)
    expect(store.verify('')).toBe(null)
    expect(() => store.list()).toThrow(TokenFileError)
    expect(() => store.list()).toThrow(why)
    expect(() => store.create('another', ['market'])).toThrow(`${fileIn(folder)} is broken`)
    expect(() => store.revoke('a')).toThrow(TokenFileError)
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('so no token is accepted')])
    expect(readFileSync(fileIn(folder), 'utf8')).toBe(content)
    expect(readdirSync(folder)).toEqual(['tokens.json'])
  })

  it('goes on once a broken file is put right', () => {
    const folder = temporaryFolder()
    const store = openTokenStore(folder)
    const { token } = store.create('bot', ['market'])
    const good = readFileSync(fileIn(folder), 'utf8')
    writeFileSync(fileIn(folder), 'broken')
    expect(store.verify(token)).toBe(null)
    writeFileSync(fileIn(folder), good)
    expect(store.verify(token)?.name).toBe('bot')
  })

  it('takes over the lock of a program that died, and says what holds a live one', () => {
    const folder = temporaryFolder()
    const lock = `${fileIn(folder)}.new`
    writeFileSync(lock, '')
    const old = Date.now() / 1_000 - 60
    utimesSync(lock, old, old)
    const store = openTokenStore(folder)
    expect(store.create('bot', ['market']).info.name).toBe('bot')
    writeFileSync(lock, '')
    expect(() => store.create('another', ['market'])).toThrow('is held by another program')
  })
})
