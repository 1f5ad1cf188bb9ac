import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keychainProblem, loadSecrets, removeSecrets, saveSecrets } from '../../src/main/keychain.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** Set by scripts/e2e.mjs, which opens a keyring there; empty where this machine has none. */
const keyring = process.env.CROSSBOOK_E2E_KEYRING ?? ''
const secrets = { key: 'a key', secret: 'a secret', passphrase: null }

describe.skipIf(keyring === '')('the keychain of this system', () => {
  it('keeps an account’s key until it is removed', async () => {
    expect(await keychainProblem()).toBeNull()
    await saveSecrets('binance-keychain-test', secrets)
    expect(await loadSecrets('binance-keychain-test')).toEqual(secrets)
    expect(await removeSecrets('binance-keychain-test')).toBe(true)
    expect(await loadSecrets('binance-keychain-test')).toBeNull()
    expect(await removeSecrets('binance-keychain-test')).toBe(false)
  })

  /** What the script says in a message bus of its own, over a keyring in `folder` that `open` opens or leaves locked. */
  const inKeyring = (folder: string, open: boolean, script: string): string => {
    const keychain = JSON.stringify(join(import.meta.dirname, '../../src/main/keychain.ts'))
    const daemon = `XDG_DATA_HOME="$0" gnome-keyring-daemon ${open ? '--unlock' : '--start'} --components=secrets >/dev/null`
    const run = spawnSync(
      'dbus-run-session',
      [
        '--',
        'bash',
        '-c',
        `echo -n test | ${daemon}; "$@"`,
        folder,
        process.execPath,
        '--input-type=module',
        '-e',
      ].concat(
        `const { keychainProblem, loadSecrets, removeSecrets, saveSecrets } = await import(${keychain})\n${script}`,
      ),
      { encoding: 'utf8', env: { ...process.env, DISPLAY: '' } },
    )
    return `${run.stdout}exit ${run.status}`
  }
  const attempt = (call: string) =>
    `await ${call}.then((value) => console.log(JSON.stringify(value ?? null)), (error) => console.log(error.name))\n`

  it('is known as locked when it stays locked: nothing is lost, and nothing falls over', () => {
    const folder = temporaryFolder()
    expect(inKeyring(folder, true, attempt(`saveSecrets('a', ${JSON.stringify(secrets)})`))).toBe('null\nexit 0')
    const locked = [
      'keychainProblem()',
      "loadSecrets('a')",
      "removeSecrets('a')",
      `saveSecrets('b', ${JSON.stringify(secrets)})`,
    ]
    // Whether there is such an entry a locked keychain does not tell; what would write says so.
    expect(inKeyring(folder, false, locked.map(attempt).join(''))).toBe(
      'null\nnull\nKeychainError\nKeychainError\nexit 0',
    )
    expect(inKeyring(folder, true, attempt("loadSecrets('a')"))).toBe(`${JSON.stringify(secrets)}\nexit 0`)
  })

  it('is missed in one line that says what to install', () => {
    const script = `console.log(await (await import(${JSON.stringify(join(import.meta.dirname, '../../src/main/keychain.ts'))})).keychainProblem())`
    const { DBUS_SESSION_BUS_ADDRESS: _bus, DISPLAY: _display, ...env } = process.env
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env })
    expect(run.stdout).toMatch(
      /^no keychain \(.+\): install libsecret-1-0 and a keyring such as gnome-keyring, and unlock it\n$/,
    )
  })
})
