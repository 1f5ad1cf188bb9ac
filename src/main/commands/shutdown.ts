import { readFileSync } from 'node:fs'
import type { Logger } from '../log.ts'

/**
 * A terminal's Ctrl-C reaches the whole process group and is also handed on by npm, so one press can arrive twice: signals this
 * close together are one.
 */
const oneSignalMs = 250
const patienceMs = 2_800
const orphanCheckMs = 500

/**
 * Resolves at SIGINT, SIGTERM or when the process that started us is gone. After that a second signal exits at once, and so
 * does a shutdown that takes longer than three seconds.
 */
export function untilAskedToStop(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | null = null
    const ask = (why: string) => {
      if (askedAt === null) {
        askedAt = performance.now()
        logger.info({ why }, 'stopping')
        setTimeout(() => {
          logger.error('stopping took too long: leaving now')
          leaveNow()
        }, patienceMs).unref()
        resolve()
      } else if (performance.now() - askedAt > oneSignalMs) leaveNow()
    }
    process.on('SIGINT', () => ask('SIGINT'))
    process.on('SIGTERM', () => ask('SIGTERM'))
    process.on('SIGHUP', () => ask('SIGHUP'))
    process.on('disconnect', () => ask('the launcher is gone'))
    // Listening on the launcher's channel must not keep a program alive that failed to start.
    process.channel?.unref()
    if (process.env.npm_command !== undefined) watchNpm(() => ask('the launcher is gone'))
  })
}

/**
 * For a program that cannot end in time. It does not exit but kills itself: an exit waits for every thread, and one on its way
 * out can wait for ever for the engine (https://github.com/nodejs/node/issues/54918, seen here in Electron 33), with the data
 * folder locked until somebody kills it. The next start finds the database as after a crash.
 */
export function leaveNow(): void {
  process.kill(process.pid, 'SIGKILL')
}

/**
 * npm starts us through a shell, hands SIGTERM to that shell only, and cannot hand on its own SIGKILL: either way we would run
 * on unseen. So a lost shell or a shell without its npm ends us. Started without npm (nohup, a service), a lost parent means
 * nothing.
 */
function watchNpm(lost: () => void): void {
  const parent = process.ppid
  const npm = parentOf(parent)
  const behindShell = npm !== null && commandOf(npm)?.startsWith('npm') === true
  setInterval(() => {
    if (process.ppid !== parent || (behindShell && parentOf(parent) !== npm)) lost()
  }, orphanCheckMs).unref()
}

/** Linux tells; elsewhere null (macOS' shell becomes the program, so that npm is the parent itself). */
function parentOf(pid: number): number | null {
  const stat = textOf(`/proc/${pid}/stat`)
  // The second field is the command in parentheses and may hold anything; the state and the parent follow it.
  return stat === null ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

const commandOf = (pid: number): string | null => textOf(`/proc/${pid}/comm`)

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // No such process, or no such folder on this platform.
    return null
  }
}

/**
 * Errors nobody expected. A promise that nobody waited for is logged and the program goes on: a monitor that stays up with one
 * broken part serves better than none. An exception out of nowhere leaves the program in an unknown state: `leave` shuts it down, in
 * three seconds or by force.
 */
export function reportBugs(logger: Logger, leave: () => void): void {
  process.on('unhandledRejection', (error) =>
    logger.error({ err: error }, 'a bug: something failed that nobody watched'),
  )
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'a bug: Crossbook shuts down')
    setTimeout(leaveNow, patienceMs).unref()
    leave()
  })
}
