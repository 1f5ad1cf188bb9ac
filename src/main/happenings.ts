/** What happens goes from the bus to every client, at once and in full. */
import type { Broadcaster } from './broadcaster.ts'
import type { Bus } from './bus/index.ts'

export function tellHappenings(bus: Bus, broadcaster: Broadcaster): void {
  bus.on('opportunity', ({ opportunity }) => broadcaster.tell('opportunity.changed', opportunity))
  bus.on('order_update', ({ order }) => broadcaster.tell('order.changed', order))
  bus.on('fill', ({ fill, completes }) => broadcaster.tell(completes ? 'fill.completed' : 'fill.added', fill))
  bus.on('transfer', ({ transfer }) => broadcaster.tell('transfer.changed', transfer))
  bus.on('funding_payment', ({ payment }) => broadcaster.tell('fundingPayment.added', payment))
  bus.on('drift', ({ drift }) => broadcaster.tell('drift.changed', drift))
  bus.on('gap', ({ gap }) => broadcaster.tell('gap.changed', gap))
  bus.on('alert', ({ alert }) => broadcaster.tell('alert.raised', alert))
}
