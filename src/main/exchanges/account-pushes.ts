/** What pushes of an account's stream become, element by element. */
import type { Fill, Order, Position, RejectReason } from '../../shared/domain/index.ts'
import type { Control } from '../net/feed.ts'
import type { AccountEvent, AccountNormalized, WithRaw } from './account-contract.ts'
import type { Reading } from './account-rows.ts'

export type Poll = Extract<AccountEvent, { kind: 'hint' }>['poll']
export const hint = (poll: Poll): AccountEvent => ({ kind: 'hint', poll })

/** The events of a row that was read. */
export const mapped = <T>(
  reading: Reading<T>,
  then: (value: T) => readonly AccountEvent[],
): Reading<readonly AccountEvent[]> => (reading.kind === 'row' ? { kind: 'row', value: then(reading.value) } : reading)

export const orderEvents = ({ row: order, raw }: WithRaw<Order>): readonly AccountEvent[] => [
  { kind: 'order', order, raw },
]
export const fillEvents = ({ row: fill, raw }: WithRaw<Fill>): readonly AccountEvent[] => [{ kind: 'fill', fill, raw }]
export const positionEvents = (position: Position): readonly AccountEvent[] => [{ kind: 'position', position }]

/**
 * Elements that cannot be read take no others with them: REST is asked for what they were about, `poll`; null: nothing of it tells the
 * same. Those of instruments that are not listed REST cannot tell more of. `what` opens the detail of a refusal; `control`: what the push
 * answers beside.
 */
export function readPush(
  what: string,
  elements: readonly unknown[],
  read: (element: unknown) => Reading<readonly AccountEvent[]>,
  poll: Poll | null,
  control: Control | null = null,
): AccountNormalized {
  const events: AccountEvent[] = []
  let rejected: { readonly reason: RejectReason; readonly detail: string } | null = null
  let isOdd = false
  for (const element of elements) {
    const reading = read(element)
    if (reading.kind === 'row') events.push(...reading.value)
    else if (reading.kind === 'unlisted') rejected ??= { reason: 'unknownInstrument', detail: reading.name }
    else if (reading.kind === 'bad') {
      rejected ??= { reason: 'value', detail: `${what} ${reading.problem}` }
      isOdd = true
    }
  }
  if (isOdd && poll !== null) events.push(hint(poll))
  const answer = control === null ? {} : { control }
  if (rejected === null) return { kind: 'events', events, ...answer }
  return events.length === 0 && control === null
    ? { kind: 'rejected', ...rejected }
    : { kind: 'events', events, rejected, ...answer }
}
