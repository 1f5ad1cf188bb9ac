import type { Fill } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'
import { useAccountLabels } from '../../ui/useAccountLabels.ts'
import { fillText } from './fillMarks.ts'

const t = textsOf('chart')

/** Told at once at most. */
const mostTold = 6
const distance = 14

interface FillTipProps {
  /** Under the pointer, nearest first. */
  readonly fills: readonly Fill[]
  /** Of the pointer, pixels. */
  readonly x: number
  readonly y: number
  /** Of the picture, pixels. */
  readonly width: number
}

/** What the fills under the pointer were; on the side with more room. */
export function FillTip({ fills, x, y, width }: FillTipProps) {
  const labelOf = useAccountLabels()
  if (fills.length === 0) return null
  const place = x > width / 2 ? { right: width - x + distance } : { left: x + distance }
  return (
    <div
      role="tooltip"
      data-testid="fill-tip"
      className="pointer-events-none absolute z-20 max-w-96 rounded border border-line bg-raised px-2 py-1 text-2xs text-text shadow-lg"
      style={{ ...place, top: y + distance }}
    >
      {fills.slice(0, mostTold).map((fill) => (
        <p key={`${fill.account} ${fill.tradeId} ${fill.exchangeOrderId}`}>
          <span className={fill.side === 'BUY' ? 'text-up' : 'text-down'}>{fillText(fill).slice(0, 1)}</span>
          {fillText(fill).slice(1)} · {labelOf(fill.account)}
        </p>
      ))}
      {fills.length > mostTold && <p className="text-muted">{t('fill.more', { count: fills.length - mostTold })}</p>}
    </div>
  )
}
