/** The contract's calls about alerts and the trader's rules. */
import type { AlertSide } from './alert-side.ts'
import { CallError, type Handlers } from './handlers.ts'

export interface AlertCallParts {
  alertSide(): AlertSide
}

type AlertCall = Exclude<Extract<keyof Handlers, `alerts.${string}`>, 'alerts.list'>

/** What HTTP allows in a header's value. */
const headerValue = /^[\t\x20-\x7e]+$/

export function createAlertHandlers({ alertSide }: AlertCallParts): Pick<Handlers, AlertCall> {
  return {
    'alerts.history': async ({ filter, cursor, limit }) => {
      const { rows, next } = await alertSide().history(filter, cursor, limit)
      return { rows: [...rows], next }
    },
    'alerts.unacknowledged': () => ({ count: alertSide().unacknowledged }),
    'alerts.acknowledge': (request) => alertSide().acknowledge(request),
    'alerts.ruleStatus': () => [...alertSide().ruleStatus()],
    'alerts.backtest': (request) => alertSide().backtest(request),
    'alerts.webhook': () => alertSide().webhookStatus(),
    'alerts.testWebhook': async () => ({ problem: await alertSide().testWebhook() }),
    'alerts.setWebhookSecret': async ({ secret }) => {
      if (secret !== null && !headerValue.test(secret)) {
        throw new CallError(
          'badRequest',
          'secret: letters, digits and signs of ASCII, since it goes into an HTTP header',
        )
      }
      await alertSide().setWebhookSecret(secret)
      return null
    },
  }
}
