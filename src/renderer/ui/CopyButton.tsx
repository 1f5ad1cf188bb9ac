import { type ComponentProps, useEffect, useState } from 'react'
import { textsOf } from '../i18n.ts'
import { Button } from './controls.tsx'
import { copyText } from './copy.ts'

const t = textsOf('ui')

const toldMs = 1_600

interface CopyButtonProps extends Omit<ComponentProps<typeof Button>, 'onClick' | 'children'> {
  /** Read when it is pressed: a secret need not be handed down. */
  readonly textOf: () => string
  /** What is copied, for those who cannot see: `the path`. */
  readonly what: string
}

/** Copies a text and says whether that worked. */
export function CopyButton({ textOf, what, ...rest }: CopyButtonProps) {
  const [told, setTold] = useState<'copied' | 'failed' | null>(null)
  useEffect(() => {
    if (told === null) return
    const timer = setTimeout(() => setTold(null), toldMs)
    return () => clearTimeout(timer)
  }, [told])
  return (
    <Button
      aria-label={told === null ? t('copy.label', { what }) : undefined}
      onClick={({ currentTarget }) =>
        setTold(copyText(textOf(), currentTarget.parentElement ?? currentTarget) ? 'copied' : 'failed')
      }
      {...rest}
    >
      <span aria-live="polite">{t(`copy.${told ?? 'button'}`)}</span>
    </Button>
  )
}

interface PathTextProps {
  readonly path: string
  readonly what: string
}

/** A path, whole, with a button that copies it. */
export const PathText = ({ path, what }: PathTextProps) => (
  <span className="inline-flex min-w-0 max-w-full items-center gap-1.5">
    <code className="min-w-0 truncate font-mono text-2xs text-text select-text" title={path}>
      {path}
    </code>
    <CopyButton kind="quiet" className="h-5! px-1.5! text-2xs" what={what} textOf={() => path} />
  </span>
)
