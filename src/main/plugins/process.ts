/**
 * The process of a plugin as Crossbook sees it: started under Node's permissions, watched, ended when it misbehaves. What it tells is
 * checked here for its form, and handed on.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { Duplex } from 'node:stream'
import type { PluginExchangeId } from '../../shared/domain/index.ts'
import { FrameReader, frameOf, pipeNumber } from './frames.ts'
import { FromPlugin, type ToPlugin } from './messages.ts'
import type { PluginNode } from './node.ts'
import { pluginCommand } from './permission.ts'

const beatEveryMs = 2_000
/** It told nothing for so long, and is asked every beat: it hangs. */
const usualSilenceMs = 20_000
/** From its start until its connector is loaded. */
const longestStartMs = 30_000
/** Its side sends a batch every 10 ms at most, and answers. */
const mostMessagesASecond = 2_000
/** Of this process's time it may take half, counted over so long; what is more waits in its own process. */
const shareOfTime = 0.5
const mostTimeMs = 100
/** Every screen is told how it is, each second; bytes. */
const longestStatus = 1_000_000
/** What it was told and does not take, bytes: some lists of its instruments. */
const mostUntaken = 64 * 1_024 * 1_024
/** Of this machine's memory, all in all: Node bounds what is JavaScript's, not its buffers. */
const usualMemory = 1_024 * 1_024 * 1_024
const keptComplaint = 1_000
/** Characters that it may complain in a second. */
const mostComplaint = 1_000_000

export interface PluginProcessOptions {
  readonly node: PluginNode
  readonly folder: string
  readonly entry: string
  readonly exchange: PluginExchangeId
  readonly origins: Readonly<Record<string, string>>
  readonly proxy: string | null
  /** Silence after which it hangs, once its connector is loaded; ms. */
  readonly longestSilenceMs?: number
  /** Bytes of memory that it may take; held where the system tells them, on Linux. */
  readonly mostMemory?: number
  readonly onMessage: (message: FromPlugin) => void
  /** Once; in words, why it is gone. */
  readonly onEnd: (reason: string) => void
}

export class PluginProcess {
  private readonly options: PluginProcessOptions
  private readonly child: ChildProcess
  /** null: it could not be started, which is told in a moment. */
  private readonly pipe: Duplex | null
  private readonly frames = new FrameReader()
  private readonly beats: NodeJS.Timeout
  private readonly exited: Promise<void>
  private heardAt = performance.now()
  private allowedSilenceMs = longestStartMs
  private complaint = ''
  private complained = 0
  private second = 0
  private messages = 0
  /** Of this process's time, ms, as it stood at `spentAt`. */
  private spentMs = 0
  private spentAt = 0
  private resumption: NodeJS.Timeout | null = null
  private verdict: string | null = null
  private isOver = false

  constructor(options: PluginProcessOptions) {
    this.options = options
    const { program, arguments: given, environment } = pluginCommand(options.folder, options.node)
    const child = spawn(program, given, {
      cwd: options.folder,
      env: environment,
      // The last is `pipeNumber`.
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    this.child = child
    const pipe: unknown = child.stdio[pipeNumber]
    this.pipe = pipe instanceof Duplex ? pipe : null
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-keptComplaint)
      this.countSecond()
      this.complained += text.length
      if (this.complained > mostComplaint) this.expel('it floods Crossbook with complaints')
    })
    this.pipe?.on('data', (chunk: Buffer) => {
      this.frames.add(chunk)
      this.read()
    })
    // Sending to one that is just ending fails; its exit says so.
    this.pipe?.on('error', () => undefined)
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
    if (this.pipe?.writable !== true) return
    this.pipe.write(frameOf(message))
    if (this.pipe.writableLength > mostUntaken) this.expel('it does not take what it is told')
  }

  /** Resolves when it is gone: nothing is told of it any more. */
  async stop(): Promise<void> {
    this.isOver = true
    this.forget()
    this.child.kill('SIGKILL')
    await this.exited
  }

  /** What arrived, message by message, for as long as its share of the time lasts. */
  private read(): void {
    while (!this.isOver && this.resumption === null) {
      const began = performance.now()
      const next = this.frames.next()
      if (next.kind === 'part') return
      if (next.kind === 'unreadable') this.expel(`it told what cannot be read: ${next.why}`)
      else this.hear(next.message, next.bytes)
      this.rest(performance.now() - began)
    }
  }

  private rest(tookMs: number): void {
    const now = performance.now()
    this.spentMs = Math.max(0, this.spentMs - (now - this.spentAt) * shareOfTime) + tookMs
    this.spentAt = now
    if (this.spentMs <= mostTimeMs || this.isOver) return
    this.pipe?.pause()
    this.resumption = setTimeout(() => {
      this.resumption = null
      // Nobody listened to it meanwhile.
      this.heardAt = performance.now()
      this.pipe?.resume()
      this.read()
    }, this.spentMs / shareOfTime)
  }

  private countSecond(): void {
    const second = Math.floor(performance.now() / 1_000)
    if (second !== this.second) [this.messages, this.complained] = [0, 0]
    this.second = second
  }

  private hear(raw: unknown, bytes: number): void {
    this.heardAt = performance.now()
    this.countSecond()
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
    if (message.data.kind === 'status' && bytes > longestStatus) {
      this.expel(`it told what cannot be read: ${bytes} bytes of how it is`)
      return
    }
    if (message.data.kind === 'ready') this.allowedSilenceMs = this.options.longestSilenceMs ?? usualSilenceMs
    this.options.onMessage(message.data)
  }

  private beat(): void {
    if (performance.now() - this.heardAt > this.allowedSilenceMs) this.expel('it does not answer any more')
    else this.tell({ kind: 'beat' })
    void this.weigh()
  }

  private async weigh(): Promise<void> {
    const { mostMemory = usualMemory } = this.options
    const bytes = process.platform === 'linux' ? await residentBytes(this.child.pid) : 0
    if (bytes > mostMemory) this.expel(`it takes ${Math.round(bytes / 1_048_576)} MB of memory`)
  }

  private expel(why: string): void {
    if (this.isOver) return
    this.verdict = why
    this.end(why)
    this.child.kill('SIGKILL')
  }

  private end(reason: string): void {
    if (this.isOver) return
    this.isOver = true
    this.forget()
    this.options.onEnd(this.verdict ?? reason)
  }

  private forget(): void {
    clearInterval(this.beats)
    if (this.resumption !== null) clearTimeout(this.resumption)
    this.pipe?.destroy()
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

/** Memory of a process in use; 0 where it is gone. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024
}
