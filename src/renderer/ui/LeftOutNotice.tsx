import { maxShownBooks, maxShownKlines, maxShownLevels } from '../../shared/view.ts'
import { formatKey } from '../format/names.ts'
import type { ShownBook, ShownSeries } from '../stores/view.ts'

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
  const limit =
    klines.length > 0
      ? `${maxShownKlines} series of candles`
      : `${maxShownBooks} order books, ${maxShownLevels.toLocaleString('en')} levels of each side in all`
  return (
    <p role="status" data-testid="left-out" className="flex gap-2 border-b border-line bg-warnwash px-3 py-1 text-warn">
      <span aria-hidden="true">◐</span>
      <span>
        Not live here: {named.join(', ')}. A window hears at most {limit}: close another pane, or compare fewer.
      </span>
    </p>
  )
}
