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
          process.exit(1)
        }, patienceMs).unref()
        resolve()
      } else if (performance.now() - askedAt > oneSignalMs) process.exit(1)
    }
    process.on('SIGINT', () => ask('SIGINT'))
    process.on('SIGTERM', () => ask('SIGTERM'))
    process.on('SIGHUP', () => ask('SIGHUP'))
    process.on('disconnect', () => ask('the launcher is gone'))
    // npm hands SIGTERM to its shell only. The shell dies of it and leaves us running, so a lost parent means the same there.
    // Started without npm (nohup, a service), a lost parent means nothing.
    if (process.env.npm_command !== undefined) {
      const parent = process.ppid
      setInterval(() => {
        if (process.ppid !== parent) ask('the launcher is gone')
      }, orphanCheckMs).unref()
    }
  })
}

/**
 * Errors nobody expected. A promise that nobody waited for is logged and the program goes on: a monitor that stays up with one
 * broken part serves better than none. An exception out of nowhere leaves the program in an unknown state: `leave` shuts it down.
 */
export function reportBugs(logger: Logger, leave: () => void): void {
  process.on('unhandledRejection', (error) =>
    logger.error({ err: error }, 'a bug: something failed that nobody watched'),
  )
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'a bug: Crossbook shuts down')
    leave()
  })
}
