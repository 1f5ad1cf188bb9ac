import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { exchangeIds } from '../../../src/shared/domain/index.ts'
import { startAcme } from '../../support/acme.ts'
import { bundledNode } from '../../support/nodes.ts'
import { crossbook } from '../../support/program.ts'
import { simulator } from '../../support/simulator.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Settings that swap every exchange's origins. */
function settings(
  folder: string,
  originsOf: (exchange: (typeof exchangeIds)[number]) => Readonly<Record<string, string>>,
) {
  const file = join(folder, 'my.yaml')
  const exchanges = Object.fromEntries(exchangeIds.map((id) => [id, { origins: originsOf(id) }]))
  writeFileSync(file, stringify({ mode: 'live', exchanges }))
  return file
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The lines of stdout; the keychain is the one check that depends on the machine. */
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.slice(5).startsWith('keychain'))

describe('crossbook doctor', () => {
  it('finds nothing wrong where everything is within reach', async () => {
    const { originsOf } = await simulator({ symbols: ['BTC_USDT'] })
    const folder = temporaryFolder()
    const file = settings(folder, originsOf)
    const { code, stdout, stderr } = await crossbook(['doctor', '--config', file, '--data', folder]).ended
    expect(linesOf(stdout)).toEqual([
      expect.stringMatching(/^ok {3}node: v\d+\.\d+\.\d+$/),
      expect.stringMatching(/^ok {3}data folder: .*, \d+\.\d GB free$/),
      'ok   database: none yet; it is made at the first start',
      `ok   settings: ${file}`,
      ...exchangeIds.map((id) => expect.stringMatching(new RegExp(`^ok {3}${id}: reachable, \\d+ ms$`))),
      expect.stringMatching(/^ok {3}clock: within \d+ ms of the exchanges' clocks$/),
    ])
    expect(stdout).toMatch(/^(ok {3}|warn )keychain: /m)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('names the exchanges that cannot be reached, and what to do', async () => {
    const { originsOf } = await simulator({ symbols: ['BTC_USDT'], venues: ['okx'] })
    const dead = `http://127.0.0.1:${await deadPort()}`
    const folder = temporaryFolder()
    const file = settings(folder, (id) =>
      id === 'okx' ? originsOf(id) : Object.fromEntries(connectorOf(id).origins.map((real) => [real, dead])),
    )
    const { code, stdout } = await crossbook(['doctor', '--config', file, '--data', folder]).ended
    expect(linesOf(stdout).slice(4)).toEqual([
      ...exchangeIds.map((id) =>
        expect.stringMatching(
          id === 'okx'
            ? /^ok {3}okx: reachable/
            : new RegExp(`^FAIL ${id}: connect ECONNREFUSED .*; check the network, a proxy, or whether`),
        ),
      ),
      expect.stringMatching(/^ok {3}clock: within/),
    ])
    expect(code).toBe(1)
  })

  it('says which Node runs plugins, or why none does', async () => {
    const { origins } = await startAcme()
    const folder = temporaryFolder()
    const acme = fileURLToPath(new URL('../../fixtures/plugins/crossbook-connector-acme', import.meta.url))
    const off = Object.fromEntries(exchangeIds.map((id) => [id, { enabled: false }]))
    const reportWith = async (pluginNode: string) => {
      const file = join(folder, 'my.yaml')
      const plugins = [{ package: acme, exchange: 'x-acme', allowed: true }]
      writeFileSync(
        file,
        stringify({ mode: 'live', pluginNode, plugins, exchanges: { ...off, 'x-acme': { origins } } }),
      )
      const { code, stdout } = await crossbook(['doctor', '--config', file, '--data', folder]).ended
      return { code, lines: linesOf(stdout).slice(4, -1) }
    }
    expect(await reportWith(bundledNode)).toEqual({
      code: 0,
      lines: [
        `ok   node of plugins: Node ${process.versions.node}, ${bundledNode}`,
        `ok   plugin ${acme}: Acme, allowed as x-acme`,
        expect.stringMatching(/^ok {3}x-acme: reachable, \d+ ms$/),
      ],
    })
    const gone = join(folder, 'gone')
    expect(await reportWith(gone)).toEqual({
      code: 1,
      lines: [
        `FAIL node of plugins: pluginNode = "${gone}": there is no such file; the absolute path of a Node 20.20 or newer is right`,
        `FAIL plugin ${acme}: there is no Node to run it`,
      ],
    })
  })

  it('says that no clock was measured where no exchange answers', async () => {
    const dead = `http://127.0.0.1:${await deadPort()}`
    const folder = temporaryFolder()
    const file = settings(folder, (id) => Object.fromEntries(connectorOf(id).origins.map((real) => [real, dead])))
    const { code, stdout } = await crossbook(['doctor', '--config', file, '--data', folder]).ended
    expect(linesOf(stdout).at(-1)).toBe('warn clock: not measured: no exchange answered')
    expect(code).toBe(1)
  })

  it('finds a clock that is off, and says to synchronise it', async () => {
    const { originsOf, inject } = await simulator({ symbols: ['BTC_USDT'] })
    await inject({ kind: 'skew', ms: 30_000 })
    const folder = temporaryFolder()
    const { code, stdout } = await crossbook(['doctor', '--config', settings(folder, originsOf), '--data', folder])
      .ended
    expect(linesOf(stdout).at(-1)).toMatch(
      /^FAIL clock: this machine is -(29|30)\d{3} ms off the exchanges' clocks: switch on time synchronisation$/,
    )
    expect(code).toBe(1)
  })
})
