import { maxShownBooks, maxShownKlines, maxShownLevels } from '../../shared/view.ts'
import { formatKey } from '../format/names.ts'
import { textsOf } from '../i18n.ts'
import type { ShownBook, ShownSeries } from '../stores/view.ts'

const t = textsOf('ui')

interface LeftOutNoticeProps {
  readonly klines?: readonly ShownSeries[]
  readonly books?: readonly ShownBook[]
}

/** Says what of this part is not live because the window shows as much as it may; nothing while everything is. */
export function LeftOutNotice({ klines = [], books = [] }: LeftOutNoticeProps) {
  const named = [
    ...klines.map(({ instrument, period }) => `${formatKey(instrument)} ${period}`),
    ...books.map(({ instrument }) => formatKey(instrument)),
  ]
  if (named.length === 0) return null
  const names = named.join(', ')
  return (
    <p role="status" data-testid="left-out" className="flex gap-2 border-b border-line bg-warnwash px-3 py-1 text-warn">
      <span aria-hidden="true">◐</span>
      <span>
        {klines.length > 0
          ? t('leftOut.candles', { names, series: maxShownKlines })
          : t('leftOut.books', { names, books: maxShownBooks, levels: maxShownLevels })}
      </span>
    </p>
  )
}
