import { useEffect, useState } from 'react'
import { absent } from '../format/number.ts'
import { textsOf } from '../i18n.ts'
import { copyText } from './copy.ts'

const t = textsOf('ui')

const toldMs = 1_200

/** `0x1f3a9c…77e1`: begin and end of a long text; a short one whole. */
export const shortened = (text: string, head = 7, tail = 5): string =>
  text.length <= head + tail + 2 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`

interface CopyableProps {
  readonly text: string | null
  /** What it is, for those who cannot see: `address`. */
  readonly what: string
  readonly isWhole?: boolean
}

/** A long identifier, shortened, whole on hover, with a button that copies all of it. */
export function Copyable({ text, what, isWhole = false }: CopyableProps) {
  const [told, setTold] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (told === null) return
    const timer = setTimeout(() => setTold(null), toldMs)
    return () => clearTimeout(timer)
  }, [told])
  if (text === null) return <span className="text-faint">{absent}</span>
  return (
    <span className="inline-flex max-w-full items-center gap-1" title={text}>
      <span className="truncate font-mono text-[11px] select-text">{isWhole ? text : shortened(text)}</span>
      <button
        type="button"
        tabIndex={-1}
        aria-label={t('copyId.label', { what, text })}
        className="shrink-0 rounded-sm px-1 text-2xs leading-4 text-muted hover:bg-hover hover:text-strong"
        onClick={({ currentTarget }) => setTold(copyText(text, currentTarget) ? 'copied' : 'failed')}
      >
        {t(`copyId.${told ?? 'button'}`)}
      </button>
    </span>
  )
}
