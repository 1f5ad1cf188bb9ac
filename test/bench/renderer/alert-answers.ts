/** Made-up answers about alerts and the trader's rules. */
import type { BacktestResult, WebhookStatus } from '../../../src/shared/alert-rules.ts'
import type { Alert } from '../../../src/shared/domain/index.ts'
import type { Market } from './market.ts'

const minute = 60_000
const day = 86_400_000

export function alertAnswers(market: Market) {
  const now = Date.now()
  const alerts = market.instruments.slice(0, 12).map(
    ({ key }, i): Alert => ({
      ...{ id: now - i * 41_000, at: now - i * 41_000, severity: i % 3 === 0 ? 'warning' : 'info', subject: key },
      ...{ rule: 'wide_spread', ruleId: null, message: 'Spread 0.134 % is wider than 0.1 %', acknowledgedAt: null },
    }),
  )
  return {
    'alerts.list': () => [...alerts].reverse(),
    'alerts.history': () => ({ rows: alerts, next: null }),
    'alerts.unacknowledged': () => ({ count: 4 }),
    'alerts.acknowledge': () => ({ ids: null, upTo: now, at: now, unacknowledged: 0 }),
    'alerts.ruleStatus': () => [],
    'alerts.backtest': (): BacktestResult => ({
      ...{ from: now - 7 * day, to: now, count: 3, first: now - 2 * day, last: now - 5 * minute },
      days: Array.from({ length: 7 }, (_, i) => ({ at: now - (7 - i) * day, count: i === 6 ? 3 : 0 })),
      ...{ latest: [], coveredMs: 6.5 * day, words: [] },
    }),
    'alerts.webhook': (): WebhookStatus => ({
      ...{ target: null, hasSecret: false, keychainProblem: null, waiting: 0 },
      ...{ sent: 0, lost: 0, lastSentAt: null, problem: null },
    }),
    'alerts.testWebhook': () => ({ problem: null }),
    'alerts.setWebhookSecret': () => null,
  }
}
