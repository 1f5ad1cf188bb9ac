import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const launcher = join(import.meta.dirname, '../../bin/crossbook.mjs')

/** Builds what is missing or stale, as every start does. */
export function ensureBuilt(): void {
  const { status, stderr } = spawnSync(process.execPath, [launcher, '--version'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the program could not be built: ${stderr}`)
}

export interface Program {
  readonly child: ChildProcess
  /** The next line on stdout, parsed as JSON; fails with what stderr said when the program ends before. */
  json(): Promise<Record<string, unknown>>
  /** Resolves when it has ended: exit code, all of stdout and stderr, and how long it lived, ms. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string; ms: number }>
}

/** `crossbook …`, built, as a user starts it. Killed when the test ends. */
export function crossbook(args: readonly string[], env: Record<string, string> = {}): Program {
  const started = performance.now()
  const child = spawn(process.execPath, [launcher, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  const lines: string[] = []
  let wake = () => undefined as undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout += `${line}\n`
    lines.push(line)
    wake()
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ended = once(child, 'close').then(([code]) => {
    wake()
    return { code: code as number | null, stdout, stderr, ms: performance.now() - started }
  })
  const json = async () => {
    while (lines.length === 0) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${stderr}`)
      await new Promise<void>((resolve) => {
        wake = () => void resolve()
      })
    }
    const parsed: unknown = JSON.parse(lines.shift() ?? '')
    return parsed as Record<string, unknown>
  }
  return { child, json, ended }
}
