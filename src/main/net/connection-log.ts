import type { Logger } from '../log.ts'
import type { ConnectionStep } from './feed-callbacks.ts'

/**
 * One line per step of a connection's life, each with its correlation id: `connection` `<exchange>/spot#1/7f3a9c`. Addresses stay out of
 * it, since those of private streams hold listen keys; `clean` takes out of a server's words what must not be written.
 */
export function logStep(
  logger: Logger,
  owner: string,
  step: ConnectionStep,
  clean: (text: string) => string = (text) => text,
) {
  const connection = `${owner}/${step.connection}`
  switch (step.step) {
    case 'opening': {
      const replaces = step.replaces === null ? {} : { replaces: `${owner}/${step.replaces}` }
      return logger.debug({ connection, ...replaces }, 'connection opening')
    }
    case 'opened':
      return logger.info({ connection, afterMs: Math.round(step.afterMs) }, 'connection opened')
    case 'subscribed': {
      const { topics, refused } = step
      return logger.info({ connection, topics, refused, afterMs: Math.round(step.afterMs) }, 'connection subscribed')
    }
    case 'closed': {
      const { code, openMs, frames } = step
      const counts = { openMs: Math.round(openMs), frames }
      return logger.info({ connection, code, reason: clean(step.reason), ...counts }, 'connection closed')
    }
    case 'lost': {
      const { circuitOpen } = step
      const inMs = { reconnectMs: Math.round(step.reconnectMs), circuitOpen }
      return logger.warn({ connection, reason: clean(step.reason), ...inMs }, 'connection lost')
    }
  }
}
