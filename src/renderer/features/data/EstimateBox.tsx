import { absent, formatBytes, formatCount } from '../../format/number.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import type { Estimate } from '../../stores/exports.ts'
import { classes } from '../../ui/classes.ts'
import { Button } from '../../ui/controls.tsx'
import { Figure } from '../../ui/Panel.tsx'

const t = textsOf('data')

/** How much the chosen rows are; what was known before stays, faint, while a new answer is awaited. */
export function EstimateBox({ estimate, retry }: { readonly estimate: Estimate; retry(): void }) {
  const { known, problem, isWaiting } = estimate
  const isTight = known?.freeBytes != null && known.bytes > known.freeBytes
  return (
    <section
      aria-label={t('estimate.title')}
      data-testid="export-estimate"
      className="shrink-0 border-t border-line px-3 py-2"
    >
      {problem !== null ? (
        <p role="alert" className="flex items-center gap-2 text-down select-text">
          <span className="min-w-0 flex-1">{t('estimate.failed', { problem })}</span>
          <Button kind="quiet" className="h-6!" onClick={retry}>
            {t('estimate.retry')}
          </Button>
        </p>
      ) : (
        <div className={classes('flex flex-col gap-1.5', isWaiting && 'opacity-60')} aria-busy={isWaiting}>
          <dl className="grid grid-cols-[1.2fr_1fr_1fr] gap-x-4">
            <Figure
              title={known?.isExact === false ? t('estimate.aboutRows') : t('estimate.rows')}
              testId="estimate-rows"
            >
              {formatCount(known?.rows ?? null)}
            </Figure>
            <Figure title={t('estimate.bytes')} testId="estimate-bytes">
              <span className={classes(isTight && 'text-down')}>{formatBytes(known?.bytes ?? null)}</span>
            </Figure>
            <Figure title={t('estimate.free')}>
              <span className={classes(isTight && 'text-down')}>
                {isTight && '✕ '}
                {formatBytes(known?.freeBytes ?? null)}
              </span>
            </Figure>
          </dl>
          <div className="flex justify-between gap-2 text-2xs text-muted">
            <span>
              {known?.first == null
                ? absent
                : `${formatDateTime(known.first)} – ${known.last === null ? absent : formatDateTime(known.last)}`}
            </span>
            <span role="status">{isWaiting ? t('estimate.waiting') : ''}</span>
          </div>
        </div>
      )}
    </section>
  )
}
