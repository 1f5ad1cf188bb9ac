import pino, { type Logger as PinoLogger } from 'pino'
import pretty from 'pino-pretty'

export type Logger = PinoLogger

/** What waits while the log cannot be written, bytes; further lines are dropped. */
const mostWaiting = 1_048_576

/**
 * Log lines go to stderr, so that stdout stays a contract: readable on a terminal, JSON lines otherwise. A log that cannot be written
 * (a file on a full disk) stops nothing.
 */
export function createLogger(level: string, descriptor = 2): Logger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
    : tolerant(pino.destination({ dest: descriptor, sync: true, maxLength: mostWaiting }))
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)
}

function tolerant<T extends ReturnType<typeof pino.destination>>(destination: T): T {
  // There is nowhere to say it: the line waits, and is written once that works again.
  return destination.on('error', () => undefined)
}
