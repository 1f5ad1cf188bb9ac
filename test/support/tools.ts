/** Programs that some tests run beside Crossbook. On a machine without them those tests are left out, and it says so; CI requires them. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const tools = {
  redis: { file: '/usr/bin/redis-server', probe: [], packages: 'redis-server' },
  promtool: { file: '/usr/bin/promtool', probe: [], packages: 'prometheus' },
  /** Debian's Python with the libraries of the example bots. */
  python: {
    file: '/usr/bin/python3',
    probe: ['-c', 'import redis, websockets'],
    packages: 'python3-redis python3-websockets',
  },
} as const

export type Tool = keyof typeof tools

/** Its path; null where it is missing and may be. Throws where CI requires it (CROSSBOOK_E2E=required). */
export function toolPath(tool: Tool): string | null {
  const { file, probe, packages } = tools[tool]
  if (existsSync(file) && (probe.length === 0 || spawnSync(file, probe, { stdio: 'ignore' }).status === 0)) return file
  const advice = `${file} is missing or lacks a library: apt-get install ${packages}`
  if (process.env.CROSSBOOK_E2E === 'required') throw new Error(advice)
  console.error(`left out: ${advice}`)
  return null
}
