import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { pluginHostFile } from '../../../src/main/paths.ts'
import { nodeForPlugins, ownNode, wordsOfNode } from '../../../src/main/plugins/node.ts'
import { pluginCommand } from '../../../src/main/plugins/permission.ts'
import type { NodeForPlugins } from '../../../src/shared/plugins.ts'
import { bundledNode, programOf } from '../../support/nodes.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const right = 'the absolute path of a Node 20.20 or newer'

/** In words, with `<path>` for what was named. */
function wordsFor(named: string): string {
  return wordsOfNode(nodeForPlugins(named, 300).status).replaceAll(named, '<path>')
}

describe('the Node that the settings name for plugins', () => {
  it('is any from 20.20 on, also behind a link', () => {
    const link = join(temporaryFolder(), 'current')
    symlinkSync(bundledNode, link)
    const { version } = process
    for (const named of [bundledNode, link]) {
      expect(nodeForPlugins(named)).toMatchObject({ ok: true, node: { program: named, isElectron: false } })
      expect(wordsFor(named)).toBe(`Node ${version.slice(1)}, <path>`)
    }
    expect(nodeForPlugins(programOf('echo v20.20.0')).ok).toBe(true)
  })

  it('is refused with the field, the value and what would be right', () => {
    const folder = temporaryFolder()
    const plain = join(folder, 'plain')
    mkdirSync(join(folder, 'bin'))
    writeFileSync(plain, 'not a program')
    chmodSync(plain, 0o644)
    const cases = {
      absent: join(folder, 'absent'),
      behindFile: join(plain, 'node'),
      folder: join(folder, 'bin'),
      plain,
      otherProgram: '/bin/true',
      otherWords: programOf('echo 24.0.0'),
      failing: programOf('echo v24.0.0; exit 3'),
      hanging: programOf('echo v24.0.0; sleep 60'),
      old: programOf('echo v20.19.4'),
      older: programOf('echo v18.20.8'),
    }
    const absent = `pluginNode = "<path>": there is no such file; ${right} is right`
    const none = `pluginNode = "<path>": it cannot be started, or does not answer --version as a Node does; ${right} is right`
    const old = (version: string) =>
      `pluginNode = "<path>": the permissions of Node ${version} do not work well enough; ${right} is right`
    const began = performance.now()
    expect(Object.fromEntries(Object.entries(cases).map(([name, path]) => [name, wordsFor(path)]))).toEqual({
      absent,
      behindFile: absent,
      folder: `pluginNode = "<path>": this is no file; ${right} is right, with the name of the program at its end`,
      plain: none,
      otherProgram: none,
      otherWords: none,
      failing: none,
      hanging: none,
      old: old('20.19.4'),
      older: old('18.20.8'),
    })
    expect(performance.now() - began).toBeLessThan(30_000)
  })

  it('is told nothing of this machine when it is asked', () => {
    const told = join(temporaryFolder(), 'told')
    nodeForPlugins(programOf(`env > "${told}"; echo v24.0.0`))
    expect(readFileSync(told, 'utf8')).not.toMatch(/^(HOME|PATH|NODE_OPTIONS|CROSSBOOK_)/m)
  })
})

describe("Crossbook's own Node", () => {
  const sources = '/home/trader/crossbook/out/plugin-host/host.mjs'
  const faultOf = (...given: Parameters<typeof ownNode>) => ownNode(...given).status.fault

  it('runs plugins but in the installed desktop program, and this is said', () => {
    const build = new URL('../../../electron-builder.yml', import.meta.url)
    expect(parse(readFileSync(build, 'utf8'))).toMatchObject({
      asar: true,
      files: expect.arrayContaining(['out/plugin-host/**']),
      asarUnpack: expect.arrayContaining(['out/plugin-host/**']),
      electronFuses: { runAsNode: false },
    })
    const installed = '/opt/Crossbook/resources/app.asar.unpacked/out/plugin-host/host.mjs'
    expect(faultOf({ node: '24.2.0', electron: '45.0.0' }, installed)).toBe('installed')
    expect(faultOf({ node: '20.18.1', electron: '33.2.1' }, sources)).toBe('old')
    expect(faultOf({ node: '24.2.0', electron: '45.0.0' }, sources)).toBeNull()
    expect(faultOf({ node: '20.20.2' }, sources)).toBeNull()
    expect(nodeForPlugins(null)).toMatchObject({ ok: true, node: { program: process.execPath } })
    const words = (status: Partial<NodeForPlugins>) =>
      wordsOfNode({ named: null, version: '24.2.0', fault: null, ...status })
    expect(words({ fault: 'installed' })).toMatch(
      /name it in the settings, pluginNode: the absolute path of a Node 20\.20/,
    )
    expect(words({ fault: 'old', version: '20.18.1' })).toMatch(/^the permissions of Crossbook's own Node 20\.18\.1 /)
    expect(words({})).toBe("Crossbook's own Node 24.2.0")
  })
})

describe('the process of a plugin', () => {
  it('is given permissions in the words of the Node that runs it', () => {
    const flagsOf = (version: string) =>
      pluginCommand('/plugins/acme', { program: '/usr/bin/node', version, isElectron: false }).arguments
    const host = pluginHostFile()
    const common = [`--allow-fs-read=${host}`, '--allow-fs-read=/plugins/acme/*']
    const rest = ['--disable-warning=ExperimentalWarning', '--max-old-space-size=256', host]
    expect(flagsOf('20.20.2')).toEqual(['--experimental-permission', ...common, ...rest])
    expect(flagsOf('22.14.0')).toEqual(['--experimental-permission', ...common, '--no-experimental-sqlite', ...rest])
    expect(flagsOf('24.21.0')).toEqual(['--permission', ...common, '--no-experimental-sqlite', ...rest])
    expect(flagsOf('26.1.0')).toEqual(['--permission', ...common, '--no-experimental-sqlite', '--allow-net', ...rest])
  })
})
