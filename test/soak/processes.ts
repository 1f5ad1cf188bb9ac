/** The programs of a soak, each a process of its own: they end when they are asked to, or when the soak is gone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { ProbeOrder, ProbeReading } from './probe.ts'

const startWithinMs = 120_000
/** Longer than the program itself takes before it leaves by force. */
const stopWithinMs = 10_000
const answerWithinMs = 5_000
/** Of /proc's times: a hundredth of a second. */
const msPerTick = 10

export class Program {
  readonly child: ChildProcess
  private readonly name: string
  private firstLine: Promise<unknown>

  /** `args` of this Node. Its errors go to our stderr. */
  constructor(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.name = name
    this.child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // A terminal's Ctrl-C is for the soak: it stops the others in order.
      detached: process.platform !== 'win32',
    })
    const { stdout } = this.child
    this.firstLine =
      stdout === null
        ? Promise.resolve(null)
        : once(createInterface({ input: stdout }), 'line').then(([line]): unknown => JSON.parse(String(line)))
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** The line of JSON that it prints when it is ready. */
  async ready(): Promise<unknown> {
    const ended = once(this.child, 'exit').then(([code]): never => {
      throw new Error(`${this.name} ended with ${code} before it was ready`)
    })
    return await Promise.race([this.firstLine, ended, late(startWithinMs, `${this.name} is not ready`)])
  }

  order(order: ProbeOrder): void {
    if (this.isRunning) this.child.send(order)
  }

  /** What the probe in it says; null when it does not answer in time, or is gone. */
  async read(): Promise<ProbeReading | null> {
    if (!this.isRunning) return null
    const answered = once(this.child, 'message').then(([reading]): ProbeReading => reading)
    this.order({ kind: 'read' })
    return await Promise.race([answered, wait(answerWithinMs).then(() => null)])
  }

  /**
   * How long its main thread has been ready to run while others had the processors, ms since its start; null where the system (any but
   * Linux) does not tell, or it is gone.
   */
  waitedMs(): number | null {
    try {
      const [, waitedNs] = readFileSync(`/proc/${this.child.pid}/schedstat`, 'utf8').split(' ')
      return Number(waitedNs) / 1e6
    } catch {
      // no such file on this system
      return null
    }
  }

  /** What it holds in memory now and at most held, MB; null where the system (any but Linux) does not tell, or it is gone. */
  memory(): { readonly rssMb: number; readonly peakMb: number } | null {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8')
      const megabytes = (field: string) =>
        (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024) / 1e6
      return { rssMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }
    } catch {
      // no such file on this system
      return null
    }
  }

  /** Processor time of the process with all its threads since its start, ms; null where the system does not tell, or it is gone. */
  cpuMs(): number | null {
    try {
      const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) * msPerTick
    } catch {
      // no such file on this system
      return null
    }
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await Promise.race([ended, wait(stopWithinMs)])
    if (this.isRunning) this.child.kill('SIGKILL')
  }
}

export const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })

const late = async (ms: number, what: string): Promise<never> => {
  await wait(ms)
  throw new Error(`${what} after ${ms / 1_000} s`)
}
