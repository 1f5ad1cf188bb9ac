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
  const timestamp = pino.stdTimeFunctions.isoTime
  return pino({ level, base: null, timestamp, hooks: { streamWrite: redact } }, stream)
}

function tolerant<T extends ReturnType<typeof pino.destination>>(destination: T): T {
  // There is nowhere to say it: the line waits, and is written once that works again.
  return destination.on('error', () => undefined)
}

const keyLike =
  'secret|passphrase|passwo?r?d|api_?-?key|access_?-?key|private_?-?key|listen_?-?key|signature|authorization|cookie|token'
/** A field of such a name with a text, in JSON or in JSON quoted within a text. The text ends at the first quote of the same kind. */
const field = new RegExp(`"([\\w.-]*(?:${keyLike})[\\w.-]*|key)":"(?:[^"\\\\]|\\\\.)*"`, 'gi')
const quotedField = new RegExp(
  `\\\\"([\\w.-]*(?:${keyLike})[\\w.-]*|key)\\\\":\\s*\\\\"(?:[^"\\\\]|\\\\\\\\.|\\\\\\\\\\\\")*?\\\\"`,
  'gi',
)
/** In an address or a form: `signature=…`. */
const parameter = new RegExp(`\\b([\\w-]*(?:${keyLike})|sign)=[^&\\s"'\\\\,;)]+`, 'gi')
const bearer = /\b(Bearer|Basic) +[\w.~+/=-]+/gi
const passwordInAddress = /(\w:\/\/[^\s:@/"\\]*:)[^\s@/"\\]+@/g

/**
 * The net beneath: nothing in the program hands a secret to the log, and what looks like one all the same does not leave it. Works on the
 * finished line, so that it reaches every depth, every message and every error's text.
 */
export function redact(line: string): string {
  return line
    .replace(field, '"$1":"[redacted]"')
    .replace(quotedField, '\\"$1\\":\\"[redacted]\\"')
    .replace(parameter, '$1=[redacted]')
    .replace(bearer, '$1 [redacted]')
    .replace(passwordInAddress, '$1[redacted]@')
}
