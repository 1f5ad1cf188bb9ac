import type { KeyPermissions } from '../../../shared/domain/index.ts'
import type { Tone } from '../../format/names.ts'
import { formatDateTime } from '../../format/time.ts'
import { StateMark } from '../../ui/StateMark.tsx'

const soonMs = 14 * 86_400_000
const dayMs = 86_400_000

interface Line {
  readonly title: string
  readonly text: string
  readonly tone: Tone
}

/** What a key may do, worst news in the tone that it deserves. Reading is all that Crossbook needs. */
function permissionLines(permissions: KeyPermissions, now: number): readonly Line[] {
  const { canRead, canTrade, canWithdraw, ipRestricted, ipAddresses, expiresAt } = permissions
  return [
    canRead
      ? { title: 'Read', text: 'allowed', tone: 'good' }
      : { title: 'Read', text: 'not allowed: nothing can be shown', tone: 'bad' },
    canTrade === null
      ? { title: 'Trade', text: 'the exchange does not tell', tone: 'idle' }
      : canTrade
        ? { title: 'Trade', text: 'allowed: more than Crossbook needs', tone: 'warning' }
        : { title: 'Trade', text: 'not allowed', tone: 'good' },
    canWithdraw === null
      ? { title: 'Withdraw', text: 'the exchange does not tell', tone: 'idle' }
      : canWithdraw
        ? { title: 'Withdraw', text: 'allowed: a stolen key could empty the account', tone: 'bad' }
        : { title: 'Withdraw', text: 'not allowed', tone: 'good' },
    ipRestricted === null
      ? { title: 'Addresses', text: 'the exchange does not tell', tone: 'idle' }
      : ipRestricted
        ? {
            title: 'Addresses',
            text: ipAddresses.length > 0 ? `only ${ipAddresses.join(', ')}` : 'restricted',
            tone: 'good',
          }
        : { title: 'Addresses', text: 'works from anywhere', tone: 'warning' },
    expiryLine(expiresAt, now),
  ]
}

function expiryLine(expiresAt: number | null, now: number): Line {
  if (expiresAt === null) return { title: 'Expires', text: 'no date told', tone: 'idle' }
  const days = Math.floor((expiresAt - now) / dayMs)
  const day = formatDateTime(expiresAt).slice(0, 10)
  if (days < 0) return { title: 'Expires', text: `expired on ${day}`, tone: 'bad' }
  const text = `${day}, in ${days === 1 ? '1 day' : `${days} days`}`
  return { title: 'Expires', text, tone: expiresAt - now < soonMs ? 'warning' : 'good' }
}

export function Permissions({ permissions, now }: { readonly permissions: KeyPermissions; readonly now: number }) {
  return (
    <div data-testid="permissions">
      <dl className="grid grid-cols-[4.75rem_1fr] gap-y-0.5">
        {permissionLines(permissions, now).map(({ title, text, tone }) => (
          <div key={title} className="contents">
            <dt className="text-muted">{title}</dt>
            <dd className={tone === 'bad' ? 'text-down' : tone === 'warning' ? 'text-warn' : undefined}>
              <StateMark tone={tone} /> <span className="select-text">{text}</span>
            </dd>
          </div>
        ))}
      </dl>
      {permissions.notes.map((note) => (
        <p key={note} className="mt-1 text-2xs text-muted select-text">
          {note}
        </p>
      ))}
    </div>
  )
}
