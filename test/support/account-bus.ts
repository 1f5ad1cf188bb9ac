import type { AccountBusEvent, Bus } from '../../src/main/bus/index.ts'

const kinds = ['balance', 'order_update', 'fill', 'position', 'transfer', 'funding_payment', 'drift'] as const

/** Everything of an account that the bus carries from now on, in order. */
export function recordBus(bus: Bus): AccountBusEvent[] {
  const events: AccountBusEvent[] = []
  for (const kind of kinds) bus.on(kind, (event) => events.push(event))
  return events
}
