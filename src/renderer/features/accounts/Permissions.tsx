import type { KeyPermissions } from '../../../shared/domain/index.ts'
import type { Tone } from '../../format/names.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { StateMark } from '../../ui/StateMark.tsx'

const t = textsOf('accounts')

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
  const notTold = t('permissions.notTold')
  const notAllowed = t('permissions.notAllowed')
  const [read, trade, withdraw, addresses] = [
    t('permissions.read'),
    t('permissions.trade'),
    t('permissions.withdraw'),
    t('permissions.addresses'),
  ]
  return [
    canRead
      ? { title: read, text: t('permissions.canRead'), tone: 'good' }
      : { title: read, text: t('permissions.cannotRead'), tone: 'bad' },
    canTrade === null
      ? { title: trade, text: notTold, tone: 'idle' }
      : canTrade
        ? { title: trade, text: t('permissions.canTrade'), tone: 'warning' }
        : { title: trade, text: notAllowed, tone: 'good' },
    canWithdraw === null
      ? { title: withdraw, text: notTold, tone: 'idle' }
      : canWithdraw
        ? { title: withdraw, text: t('permissions.canWithdraw'), tone: 'bad' }
        : { title: withdraw, text: notAllowed, tone: 'good' },
    ipRestricted === null
      ? { title: addresses, text: notTold, tone: 'idle' }
      : ipRestricted
        ? {
            title: addresses,
            text:
              ipAddresses.length > 0
                ? t('permissions.onlyFrom', { addresses: ipAddresses.join(', ') })
                : t('permissions.restricted'),
            tone: 'good',
          }
        : { title: addresses, text: t('permissions.anywhere'), tone: 'warning' },
    expiryLine(expiresAt, now),
  ]
}

function expiryLine(expiresAt: number | null, now: number): Line {
  const title = t('permissions.expires')
  if (expiresAt === null) return { title, text: t('permissions.noDate'), tone: 'idle' }
  const days = Math.floor((expiresAt - now) / dayMs)
  const day = formatDateTime(expiresAt).slice(0, 10)
  if (days < 0) return { title, text: t('permissions.expired', { day }), tone: 'bad' }
  const text = t('permissions.expiresIn', { day, count: days })
  return { title, text, tone: expiresAt - now < soonMs ? 'warning' : 'good' }
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
