import { useId, useState } from 'react'
import type { Reply } from '../../../shared/contract.ts'
import type { AccountStatus } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

interface DialogProps {
  readonly account: AccountStatus
  onClose(): void
}

/** Sends one wish; closes when it was taken, else keeps what the hub says against it. */
function useWish(onClose: () => void) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const send = async (wish: Promise<Reply<null>>) => {
    setBusy(true)
    const reply = await wish
    setBusy(false)
    if (reply.ok) onClose()
    else setProblem(reply.message)
  }
  return { problem, setProblem, isBusy, send }
}

export function RenameDialog({ account, onClose }: DialogProps) {
  const { api } = useStores()
  const [label, setLabel] = useState(account.label)
  const { problem, setProblem, isBusy, send } = useWish(onClose)
  const id = useId()
  const rename = () => {
    const next = label.trim()
    if (next === '') setProblem('An account needs a name.')
    else if (next === account.label) onClose()
    else void send(api.call('accounts.rename', { id: account.id, label: next }))
  }
  return (
    <Dialog label="Rename account" onClose={onClose} className="w-[24rem]" testId="rename-account">
      <form
        className="flex flex-col gap-3 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          rename()
        }}
      >
        <h2 className="text-base font-semibold text-strong">
          Rename {exchangeTitle(account.exchange)} {account.label}
        </h2>
        <label htmlFor={id} className="text-muted">
          Name
        </label>
        <TextField
          id={id}
          data-autofocus
          maxLength={40}
          value={label}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onChange={(event) => setLabel(event.target.value)}
        />
        {problem !== null && (
          <p id={`${id}-problem`} role="alert" className="text-down">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={isBusy}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const whereKeyGoes: Readonly<Record<AccountStatus['keySource'], string>> = {
  keychain: 'Its key leaves the keychain of this machine.',
  environment: 'Its environment variables are yours: Crossbook only stops reading them.',
  demo: 'It is an account of the demo.',
}

export function RemoveDialog({ account, onClose }: DialogProps) {
  const { api } = useStores()
  const { problem, isBusy, send } = useWish(onClose)
  const name = `${exchangeTitle(account.exchange)} ${account.label}`
  return (
    <Dialog label="Remove account" onClose={onClose} className="w-[28rem]" testId="remove-account">
      <div className="flex flex-col gap-3 p-5">
        <h2 className="text-base font-semibold text-strong">Remove {name}?</h2>
        <p>
          {whereKeyGoes[account.keySource]} Its stored orders, fills and balances stay in the database. At{' '}
          {exchangeTitle(account.exchange)} nothing changes: delete the key there if you no longer need it.
        </p>
        {problem !== null && (
          <p role="alert" className="text-down">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button data-autofocus onClick={onClose}>
            Keep it
          </Button>
          <Button
            kind="danger"
            disabled={isBusy}
            data-testid="remove-confirm"
            onClick={() => void send(api.call('accounts.remove', { id: account.id }))}
          >
            Remove {name}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
