import type { Tone } from '../format/names.ts'
import { classes } from './classes.ts'

const tones: Readonly<Record<Tone, { readonly sign: string; readonly className: string }>> = {
  good: { sign: '●', className: 'text-up' },
  warning: { sign: '◐', className: 'text-warn' },
  bad: { sign: '✕', className: 'text-down' },
  idle: { sign: '○', className: 'text-faint' },
}

/** A mark whose form, not only its colour, tells the tone. It never stands without words beside it. */
export function StateMark({ tone }: { readonly tone: Tone }) {
  return (
    <span aria-hidden="true" className={classes('inline-block w-3 text-center text-[10px]', tones[tone].className)}>
      {tones[tone].sign}
    </span>
  )
}
