import { useId, useState } from 'react'
import type { Reply } from '../../../shared/contract.ts'
import type { AccountStatus } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('accounts')

const nameOf = ({ exchange, label }: AccountStatus): string => `${exchangeTitle(exchange)} ${label}`

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
    if (next === '') setProblem(t('rename.missing'))
    else if (next === account.label) onClose()
    else void send(api.call('accounts.rename', { id: account.id, label: next }))
  }
  return (
    <Dialog label={t('rename.label')} onClose={onClose} className="w-[24rem]" testId="rename-account">
      <form
        className="flex flex-col gap-3 p-5"
        onSubmit={(event) => {
          event.preventDefault()
          rename()
        }}
      >
        <h2 className="text-base font-semibold text-strong">{t('rename.title', { account: nameOf(account) })}</h2>
        <label htmlFor={id} className="text-muted">
          {t('rename.name')}
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
          <Button onClick={onClose}>{t('rename.cancel')}</Button>
          <Button type="submit" kind="primary" disabled={isBusy}>
            {t('rename.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

export function RemoveDialog({ account, onClose }: DialogProps) {
  const { api } = useStores()
  const { problem, isBusy, send } = useWish(onClose)
  const name = nameOf(account)
  return (
    <Dialog label={t('remove.label')} onClose={onClose} className="w-[28rem]" testId="remove-account">
      <div className="flex flex-col gap-3 p-5">
        <h2 className="text-base font-semibold text-strong">{t('remove.title', { account: name })}</h2>
        <p>
          {t(`keyGoes.${account.keySource}`)} {t('remove.stays', { exchange: exchangeTitle(account.exchange) })}
        </p>
        {problem !== null && (
          <p role="alert" className="text-down">
            {problem}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button data-autofocus onClick={onClose}>
            {t('remove.cancel')}
          </Button>
          <Button
            kind="danger"
            disabled={isBusy}
            data-testid="remove-confirm"
            onClick={() => void send(api.call('accounts.remove', { id: account.id }))}
          >
            {t('remove.confirm', { account: name })}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
