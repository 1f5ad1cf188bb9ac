import { type BrowserWindow, Notification } from 'electron'
import type { Alert } from '../../shared/domain/index.ts'
import type { Hub } from '../hub.ts'

/** At most one a rule in this time: opportunities come by the dozen, and a desktop full of them is switched off. */
const quietMs = 60_000

/** Native notifications for opportunities and for what went wrong, while the window is not in front and settings allow it. */
export function notifyOfAlerts(hub: Hub, window: BrowserWindow): void {
  const lastAt = new Map<Alert['rule'], number>()
  hub.onAlert((alert) => {
    const worth = alert.severity !== 'info' || alert.rule === 'opportunity'
    if (!worth || !hub.settings.appearance.notifications || !Notification.isSupported()) return
    if (!window.isDestroyed() && window.isFocused()) return
    if (alert.at - (lastAt.get(alert.rule) ?? 0) < quietMs) return
    lastAt.set(alert.rule, alert.at)
    const notification = new Notification({ title: `Crossbook: ${alert.subject}`, body: alert.message, silent: true })
    notification.on('click', () => {
      if (!window.isDestroyed()) window.show()
    })
    notification.show()
  })
}
