import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Config, type SettingsFlags } from '../config.ts'
import { resourceFile } from '../paths.ts'

/** `--config`, else `CROSSBOOK_CONFIG`: that file must exist. Else crossbook.yaml in the data folder, begun from the shipped one. */
export function openConfig(dataDir: string, file: string | undefined, flags: SettingsFlags): Config {
  const named = file ?? (process.env.CROSSBOOK_CONFIG || undefined)
  return Config.open({
    file: named ? resolve(named) : join(dataDir, 'crossbook.yaml'),
    template: named ? null : readFileSync(resourceFile('crossbook.yaml'), 'utf8'),
    flags,
    env: process.env,
  })
}
