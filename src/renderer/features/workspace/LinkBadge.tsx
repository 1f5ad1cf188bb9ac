import type { LinkGroup } from '../../../shared/layouts.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'

const t = textsOf('workspace')

/** A group's colour and letter: the letter says it too. */
export function LinkBadge({ group }: { readonly group: LinkGroup | null }) {
  return (
    <span
      data-link={group ?? 'none'}
      title={group === null ? t('link.none') : t('link.group', { group })}
      className={classes('link-badge', group === null && 'border border-line text-muted')}
    >
      {group ?? '–'}
    </span>
  )
}
