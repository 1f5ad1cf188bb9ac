import { useId, useRef, useState } from 'react'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button, TextField } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { SettingRow } from '../settings/fields.tsx'

/**
 * The server's password, written and never read: what is typed is in the input only, and emptied with every sending, whichever way it
 * ends. `hasPassword` null: not known.
 */
export function RedisPassword({ hasPassword }: { readonly hasPassword: boolean | null }) {
  const { api, bots } = useStores()
  const input = useRef<HTMLInputElement>(null)
  const [isTyped, setTyped] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [told, setTold] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const id = useId()

  const empty = () => {
    if (input.current) input.current.value = ''
    setTyped(false)
  }
  const send = async (password: string | null): Promise<string | null> => {
    const reply = await api.call('redis.setPassword', { password })
    if (!reply.ok) return reply.message
    setTold(password === null ? 'Removed' : 'Kept in the keychain')
    await bots.getState().load()
    return null
  }
  const keep = async () => {
    const password = input.current?.value ?? ''
    if (password === '') return
    empty()
    setBusy(true)
    setTold(null)
    setProblem(await send(password))
    setBusy(false)
  }
  return (
    <SettingRow
      title="Password"
      hint="In the keychain of this machine, never in a file; it is not shown again"
      htmlFor={id}
      problem={problem}
      problemId={`${id}-problem`}
    >
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          void keep()
        }}
      >
        <TextField
          ref={input}
          id={id}
          type="password"
          autoComplete="new-password"
          data-1p-ignore
          data-lpignore="true"
          data-testid="redis-password"
          className="w-40"
          maxLength={1_000}
          placeholder={hasPassword === true ? 'set; type another' : 'none'}
          readOnly={isBusy}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value !== '')
            setTold(null)
          }}
          onKeyDown={({ key }) => {
            if (key === 'Escape') empty()
          }}
        />
        <Button type="submit" disabled={!isTyped || isBusy} data-testid="redis-password-set">
          {hasPassword === true ? 'Replace' : 'Set'}
        </Button>
        {hasPassword === true && (
          <Button
            kind="danger"
            disabled={isBusy}
            aria-label="Remove the password"
            data-testid="redis-password-remove"
            onClick={() => setAsked(true)}
          >
            Remove…
          </Button>
        )}
        <span role="status" className="text-2xs text-muted">
          {told !== null ? (
            <>
              <StateMark tone="good" /> {told}
            </>
          ) : (
            isBusy && 'Keeping…'
          )}
        </span>
      </form>
      {isAsked && (
        <ConfirmDialog
          title="Remove the password?"
          confirmText="Remove it"
          cancelText="Keep it"
          testId="redis-password-forget"
          onClose={() => setAsked(false)}
          confirm={() => {
            setProblem(null)
            return send(null)
          }}
        >
          <p>It leaves the keychain, and the bridge connects anew without one.</p>
        </ConfirmDialog>
      )}
    </SettingRow>
  )
}
