import { BrowserWindow, Notification } from 'electron'
import { type Alert, exchangeTitle, type Fill } from '../../shared/domain/index.ts'
import type { Hub } from '../hub.ts'
import { gathered } from './gathered.ts'

/** Of Crossbook's own alerts at most one a kind in this time: a desktop full of them is switched off. */
const quietMs = 60_000
/** What the trader's own rules tell after one of them within this time is told together. */
const ruleGatherMs = 2_000
/** Fills that follow each other more closely are told together. */
const gatherMs = 2_000

/**
 * Native notifications, where settings allow any: of what went wrong while no window of ours is in front, and of the trader's own rules
 * that ask for one, in front or not.
 */
export function notifyOfAlerts(hub: Hub, window: BrowserWindow): void {
  const lastAt = new Map<Alert['rule'], number>()
  const ofRules = gathered<Alert>(ruleGatherMs, (alerts) => showRules(window, alerts))
  hub.onAlert((alert, ways) => {
    const { notifications, notifyRejectedKeys } = hub.settings.appearance
    if (!notifications) return
    if (ways !== undefined) {
      if (ways.notification) ofRules(alert)
      return
    }
    if (alert.severity === 'info' || (alert.rule === 'account' && !notifyRejectedKeys)) return
    if (BrowserWindow.getFocusedWindow() !== null) return
    // Each rejected key is told; it happens once.
    if (alert.rule !== 'account' && alert.at - (lastAt.get(alert.rule) ?? 0) < quietMs) return
    lastAt.set(alert.rule, alert.at)
    show(window, `Crossbook: ${alert.subject}`, alert.message)
  })
}

/** Native notifications for own fills as they happen (not for those found later), in front or not, where settings allow it. */
export function notifyOfFills(hub: Hub, window: BrowserWindow): void {
  let waiting: Fill[] = []
  const tell = (): void => {
    const fills = waiting
    waiting = []
    const [first, ...more] = fills
    if (!first) return
    const body = fills.slice(0, 4).map(fillInWords).join('\n')
    const title = more.length === 0 ? `Filled: ${first.symbol}` : `${fills.length} fills`
    show(window, title, fills.length > 4 ? `${body}\nand ${fills.length - 4} more` : body)
  }
  hub.bus.on('fill', ({ fill, completes, source }) => {
    const { notifications, notifyFills } = hub.settings.appearance
    if (source !== 'stream' || completes || !notifications || !notifyFills) return
    if (waiting.length === 0) setTimeout(tell, gatherMs)
    waiting.push(fill)
  })
}

const mostLines = 4

function showRules(window: BrowserWindow, alerts: readonly Alert[]): void {
  const [first] = alerts
  if (!first) return
  const title = alerts.length === 1 ? `Crossbook: ${first.subject}` : `Crossbook: ${alerts.length} alerts`
  const lines = alerts.slice(0, mostLines).map(({ message }) => message)
  if (alerts.length > mostLines) lines.push(`and ${alerts.length - mostLines} more`)
  show(window, title, lines.join('\n'))
}

const fillInWords = ({ exchange, side, symbol, quantity, price }: Fill): string =>
  `${side === 'BUY' ? 'Bought' : 'Sold'} ${quantity} ${symbol} at ${price} on ${exchangeTitle(exchange)}`

function show(window: BrowserWindow, title: string, body: string): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({ title, body, silent: true })
  notification.on('click', () => {
    if (!window.isDestroyed()) window.show()
  })
  notification.show()
}
