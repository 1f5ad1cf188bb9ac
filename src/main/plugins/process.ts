/**
 * The process of a plugin as Crossbook sees it: started under Node's permissions, watched, ended when it misbehaves. What it tells is
 * checked here for its form, and handed on.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { PluginExchangeId } from '../../shared/domain/index.ts'
import { FromPlugin, type ToPlugin } from './messages.ts'
import { pluginCommand } from './permission.ts'

const beatEveryMs = 2_000
/** It told nothing for so long, and is asked every beat: it hangs. */
const usualSilenceMs = 20_000
/** From its start until its connector is loaded. */
const longestStartMs = 30_000
/** Its side sends a batch every 10 ms at most, and answers. */
const mostMessagesASecond = 2_000
const keptComplaint = 1_000

export interface PluginProcessOptions {
  readonly folder: string
  readonly entry: string
  readonly exchange: PluginExchangeId
  readonly origins: Readonly<Record<string, string>>
  readonly proxy: string | null
  /** Silence after which it hangs, once its connector is loaded; ms. */
  readonly longestSilenceMs?: number
  readonly onMessage: (message: FromPlugin) => void
  /** Once; in words, why it is gone. */
  readonly onEnd: (reason: string) => void
}

export class PluginProcess {
  private readonly options: PluginProcessOptions
  private readonly child: ChildProcess
  private readonly beats: NodeJS.Timeout
  private readonly exited: Promise<void>
  private heardAt = performance.now()
  private allowedSilenceMs = longestStartMs
  private complaint = ''
  private second = 0
  private messages = 0
  private verdict: string | null = null
  private isOver = false

  constructor(options: PluginProcessOptions) {
    this.options = options
    const { program, arguments: given, environment } = pluginCommand(options.folder)
    const child = spawn(program, given, {
      cwd: options.folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
    })
    this.child = child
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-keptComplaint)
    })
    child.on('message', (raw) => this.hear(raw))
    // Sending to one that is just ending fails; its exit says so.
    child.on('error', (error) => this.end(`its process could not be started: ${error.message}`))
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.end(`its process ended by itself (${signal ?? `code ${code}`})${lastLine(this.complaint)}`)
        resolve()
      })
      child.once('error', () => resolve())
    })
    this.beats = setInterval(() => this.beat(), beatEveryMs)
    const { entry, exchange, origins, proxy } = options
    this.tell({ kind: 'begin', entry, exchange, origins: { ...origins }, proxy })
  }

  tell(message: ToPlugin): void {
    if (this.child.connected) this.child.send(message, () => undefined)
  }

  /** Resolves when it is gone: nothing is told of it any more. */
  async stop(): Promise<void> {
    this.isOver = true
    clearInterval(this.beats)
    this.child.kill('SIGKILL')
    await this.exited
  }

  private hear(raw: unknown): void {
    if (this.isOver) return
    this.heardAt = performance.now()
    const second = Math.floor(this.heardAt / 1_000)
    if (second !== this.second) this.messages = 0
    this.second = second
    if (++this.messages > mostMessagesASecond) {
      this.expel('it floods Crossbook with messages')
      return
    }
    const message = FromPlugin.safeParse(raw)
    if (!message.success) {
      const [issue] = message.error.issues
      this.expel(`it told what cannot be read: ${issue?.path.map(String).join('.')}: ${issue?.message}`)
      return
    }
    if (message.data.kind === 'ready') this.allowedSilenceMs = this.options.longestSilenceMs ?? usualSilenceMs
    this.options.onMessage(message.data)
  }

  private beat(): void {
    if (performance.now() - this.heardAt > this.allowedSilenceMs) this.expel('it does not answer any more')
    else this.tell({ kind: 'beat' })
  }

  private expel(why: string): void {
    this.verdict = why
    this.end(why)
    this.child.kill('SIGKILL')
  }

  private end(reason: string): void {
    if (this.isOver) return
    this.isOver = true
    clearInterval(this.beats)
    this.options.onEnd(this.verdict ?? reason)
  }
}

/** Of what it wrote before it ended: the line with the error, without where in its code it was. */
function lastLine(complaint: string): string {
  const line = complaint
    .split('\n')
    .map((one) => one.trim())
    .findLast((one) => /error/i.test(one) && !one.startsWith('at '))
  return line === undefined ? '' : `: ${line.slice(0, 300)}`
}
