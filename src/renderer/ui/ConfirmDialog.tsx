import { type ReactNode, useState } from 'react'
import { Button } from './controls.tsx'
import { Dialog } from './Dialog.tsx'

interface ConfirmDialogProps {
  readonly title: string
  readonly children: ReactNode
  readonly confirmText: string
  readonly cancelText: string
  readonly testId: string
  /** null when it was done, which closes the dialog; else what is to be said against it. */
  confirm(): Promise<string | null>
  onClose(): void
}

/** Asks before something that cannot be taken back. The focus is on what changes nothing. */
export function ConfirmDialog({
  title,
  children,
  confirmText,
  cancelText,
  testId,
  confirm,
  onClose,
}: ConfirmDialogProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    const refused = await confirm()
    setBusy(false)
    if (refused === null) onClose()
    else setProblem(refused)
  }
  return (
    <Dialog label={title} onClose={onClose} className="w-[30rem]" testId={testId}>
      <div className="flex flex-col gap-3 p-5">
        <h2 className="text-base font-semibold text-strong">{title}</h2>
        {children}
        {problem !== null && (
          <p role="alert" className="text-down select-text">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button data-autofocus onClick={onClose}>
            {cancelText}
          </Button>
          <Button kind="danger" disabled={isBusy} data-testid={`${testId}-confirm`} onClick={() => void run()}>
            {confirmText}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
