import { resolve } from 'node:path'
import envPaths from 'env-paths'

/**
 * The platform's own folder for an application's data, the same for the desktop and headless:
 * Linux `$XDG_DATA_HOME/crossbook` (~/.local/share/crossbook), macOS `~/Library/Application Support/crossbook`,
 * Windows `%LOCALAPPDATA%\crossbook\Data`.
 */
export const defaultDataDir = (): string => envPaths('crossbook', { suffix: '' }).data

/** `--data`, else `CROSSBOOK_DATA`, else the platform's own. Absolute. */
export const dataDirOf = (flag: string | undefined, env: Readonly<Record<string, string | undefined>>): string =>
  resolve(flag ?? (env.CROSSBOOK_DATA || defaultDataDir()))
