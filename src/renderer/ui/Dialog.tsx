import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { classes } from './classes.ts'

interface DialogProps {
  readonly label: string
  readonly className?: string
  /** A click beside it does not close it: what was typed would be lost. */
  readonly isKeptOnBackdrop?: boolean
  onClose(): void
  /** What carries `data-autofocus` gets the focus, else the first that can. */
  readonly children: ReactNode
  readonly testId?: string
}

/**
 * A modal on the browser's own <dialog>: it traps focus, closes on Escape, gives focus back, and needs no injected styles,
 * which the content security policy would refuse.
 */
export function Dialog({ label, className, isKeptOnBackdrop = false, onClose, children, testId }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const close = useRef(onClose)
  close.current = onClose
  // Before the next paint, so that what is typed right after opening goes into the dialog.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    dialog.showModal()
    // React's autoFocus comes before the dialog is open, and does nothing then.
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    const onClick = (event: MouseEvent) => {
      // The dialog itself is only ever hit through its backdrop: its content fills it.
      if (event.target === dialog && !isKeptOnBackdrop) close.current()
    }
    dialog.addEventListener('click', onClick)
    return () => {
      dialog.removeEventListener('click', onClick)
      dialog.close()
    }
  }, [isKeptOnBackdrop])
  return (
    <dialog
      ref={ref}
      aria-label={label}
      data-testid={testId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      className={classes('mx-auto mt-[12vh] mb-auto rounded-lg border border-line bg-raised p-0 shadow-2xl', className)}
    >
      {children}
    </dialog>
  )
}
