import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'

/**
 * The platform's own folder for an application's data, the same for the desktop and headless:
 * Linux `$XDG_DATA_HOME/crossbook` (~/.local/share/crossbook), macOS `~/Library/Application Support/crossbook`,
 * Windows `%LOCALAPPDATA%\crossbook\Data`.
 */
const defaultDataDir = (): string => envPaths('crossbook', { suffix: '' }).data

/** `--data`, else `CROSSBOOK_DATA`, else the platform's own. Absolute. */
export const dataDirOf = (flag: string | undefined, env: Readonly<Record<string, string | undefined>>): string =>
  resolve(flag ?? (env.CROSSBOOK_DATA || defaultDataDir()))

// This file lies two folders below the project's root, from sources (src/main) and built (out/main) alike.
const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/**
 * What runs in a plugin's process, built and self-contained from sources as well. A Node of the trader's own reads no archive, so the
 * installed program has it beside its own (asarUnpack in electron-builder.yml).
 */
export const pluginHostFile = (): string =>
  fromRoot('out/plugin-host/host.mjs').replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked')

/** The built interface. */
export const rendererDir = (): string => fromRoot('out/renderer')
export const preloadFile = (): string => fromRoot('out/preload/index.cjs')
export const resourceFile = (name: string): string => fromRoot(`resources/${name}`)
export const packageFile = (): string => fromRoot('package.json')
