import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openTokenStore } from '../../../src/main/tokens.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { echoHub, openTestGateway, streamBot } from '../gateway/support/gateway.ts'

const cli = join(import.meta.dirname, '../../../src/main/cli.ts')

/** `crossbook …` from its sources, as the built one runs. */
async function crossbook(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

describe('crossbook token', () => {
  it('makes a token that opens the running API at once, lists it, and takes it back with its connections', async () => {
    const folder = temporaryFolder()
    const hub = echoHub({}, { tokens: openTokenStore(folder) })
    const gateway = await openTestGateway(hub, { dataDir: folder, timing: { revocationMs: 20 } })
    const created = await crossbook(
      'token',
      'create',
      '--name',
      ' my bot ',
      '--scopes',
      'account,market',
      '--data',
      folder,
    )
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cbk_[\w-]{43}\n$/) })
    expect(created.stderr).toMatch(/^crossbook: token [0-9a-f]{8} \("my bot", market, account\); it is shown this once/)
    const bot = streamBot(gateway, { token: created.stdout.trim() })
    await bot.opened
    const [stored] = hub.tokens.list()
    const listed = await crossbook('token', 'list', '--data', folder)
    expect(listed).toMatchObject({ code: 0, stderr: '' })
    expect(listed.stdout.split('\t').slice(0, 3)).toEqual([stored?.id, 'my bot', 'market,account'])
    expect(listed.stdout).not.toContain(created.stdout.trim())
    expect(await crossbook('token', 'revoke', stored?.id ?? '', '--data', folder)).toMatchObject({
      code: 0,
      stdout: `revoked ${stored?.id}\n`,
    })
    expect(await bot.closed).toEqual({ code: 4401, reason: 'this token was revoked' })
  })

  it('says in one line what is wrong', async () => {
    const folder = temporaryFolder()
    const wrong = (...args: string[]) => crossbook('token', ...args, '--data', folder)
    const [scope, name, id, none] = await Promise.all([
      wrong('create', '--name', 'a', '--scopes', 'all'),
      wrong('create', '--name', ' '),
      wrong('revoke', 'nope'),
      wrong('list'),
    ])
    expect(scope).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown scope "all"; known are market, account.'),
    })
    expect(name).toMatchObject({ code: 2, stderr: expect.stringContaining('a name has 1 to 60 characters') })
    expect(id).toEqual({
      code: 1,
      stdout: '',
      stderr: 'crossbook: there is no token "nope"; crossbook token list shows the ids\n',
    })
    expect(none).toMatchObject({ code: 0, stdout: expect.stringContaining('no tokens; make one with') })
    writeFileSync(join(folder, 'tokens.json'), '{')
    expect(await wrong('list')).toEqual({
      code: 1,
      stdout: '',
      stderr: `crossbook: ${join(folder, 'tokens.json')} is broken (it is not JSON), so no token is accepted: restore it, or delete it to begin anew\n`,
    })
  })
})

describe('crossbook link', () => {
  it('makes a new one-time address of the running door, and says when there is none', async () => {
    const folder = temporaryFolder()
    expect(await crossbook('link', '--data', folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`no Crossbook serves from ${folder}`),
    })
    const gateway = await openTestGateway(echoHub(), { dataDir: folder })
    const { code, stdout } = await crossbook('link', '--data', folder)
    expect({ code, origin: new URL(stdout.trim()).origin }).toEqual({ code: 0, origin: gateway.url })
    const open = () => fetch(stdout.trim(), { redirect: 'manual' })
    expect([(await open()).status, (await open()).status]).toEqual([303, 403])
  })
})
