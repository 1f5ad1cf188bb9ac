import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'

const shutdown = new URL('../../../src/main/commands/shutdown.ts', import.meta.url).href

/** A program whose shutdown takes `shutdownMs`. */
async function program(shutdownMs: number, stdio: 'pipe' | 'ipc' = 'pipe') {
  const script = `
    import { untilAskedToStop } from '${shutdown}'
    const asked = untilAskedToStop({ info() {}, error() {} })
    const work = setInterval(() => {}, 1000)
    console.log('ready')
    await asked
    console.log('stopping')
    setTimeout(() => { clearInterval(work); process.exit(0) }, ${shutdownMs})
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', ...(stdio === 'ipc' ? (['ipc'] as const) : [])],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said: string[] = []
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal, at: performance.now() }))
  await expect.poll(() => said).toEqual(['ready'])
  return { child, exited, stopping: () => expect.poll(() => said).toEqual(['ready', 'stopping']) }
}

describe('a request to stop', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('comes by %s and lets the program finish', async (signal) => {
    const { child, exited } = await program(300)
    child.kill(signal)
    expect(await exited).toMatchObject({ code: 0 })
  })

  it('made twice at once is one: a terminal’s Ctrl-C also comes through npm', async () => {
    const { child, exited, stopping } = await program(600)
    child.kill('SIGINT')
    await stopping()
    child.kill('SIGINT')
    expect(await exited).toMatchObject({ code: 0 })
  })

  it('made a second time later leaves at once', async () => {
    const { child, exited, stopping } = await program(60_000)
    child.kill('SIGTERM')
    await stopping()
    const again = performance.now()
    // Signals until one counts as the second: the first quarter of a second still belongs to the first.
    const timer = setInterval(() => child.kill('SIGINT'), 50)
    const { signal, at } = await exited
    clearInterval(timer)
    expect(signal).toBe('SIGKILL')
    expect(at - again).toBeLessThan(1_500)
  })

  it('that is not followed within three seconds ends the program all the same', async () => {
    const { child, exited } = await program(60_000)
    const asked = performance.now()
    child.kill('SIGTERM')
    const { signal, at } = await exited
    expect(signal).toBe('SIGKILL')
    expect(at - asked).toBeLessThan(3_500)
  })

  it('is understood when the launcher dies', async () => {
    const { child, exited } = await program(100, 'ipc')
    child.disconnect()
    expect(await exited).toMatchObject({ code: 0 })
  })

  it('keeps no program alive that failed to start', async () => {
    const script = `import { untilAskedToStop } from '${shutdown}'; void untilAskedToStop({ info() {}, error() {} })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it.skipIf(process.platform === 'win32')('is understood when npm’s shell dies', async () => {
    const script = `
      import { untilAskedToStop } from '${shutdown}'
      const asked = untilAskedToStop({ info() {}, error() {} })
      const work = setInterval(() => {}, 1000)
      console.log(process.pid)
      await asked
      console.log('stopping')
      clearInterval(work)
    `
    // The last command keeps the shell from becoming the program itself.
    const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; exit $?', process.execPath, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_command: 'run-script' },
    })
    const said: string[] = []
    const closed = once(
      createInterface({ input: shell.stdout }).on('line', (line) => said.push(line)),
      'close',
    )
    onTestFinished(() => {
      shell.kill('SIGKILL')
    })
    await expect.poll(() => said).toEqual([expect.stringMatching(/^\d+$/)])
    shell.kill('SIGTERM')
    await closed
    expect(said).toEqual([expect.any(String), 'stopping'])
  })
})
