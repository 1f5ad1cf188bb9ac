import { useId, useRef, useState } from 'react'
import { textsOf } from '../../i18n.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { Button, TextField } from '../../ui/controls.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { SettingRow } from './fields.tsx'

const t = textsOf('settings')

interface PasswordSettingProps {
  /** Default: Password. */
  readonly title?: string
  /** null: not known */
  readonly hasPassword: boolean | null
  /** Of the parts of this setting: `redis-password`. */
  readonly testId: string
  /** What removing it brings about, in a sentence. */
  readonly removal: string
  /** Why none can be kept; null: it can. */
  readonly keychainProblem?: string | null
  /** null removes it. Answers with what is wrong, in words, or null. */
  send(password: string | null): Promise<string | null>
}

/** A password, written and never read: what is typed is in the input only, and emptied with every sending, whichever way it ends. */
export function PasswordSetting(props: PasswordSettingProps) {
  const { hasPassword, testId, removal, keychainProblem = null } = props
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
    const refused = await props.send(password)
    if (refused === null) setTold(password === null ? t('password.removed') : t('password.kept'))
    return refused
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
      title={props.title ?? t('password.title')}
      hint={t('password.hint')}
      htmlFor={id}
      problem={problem ?? keychainProblem}
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
          data-testid={testId}
          className="w-40"
          maxLength={1_000}
          placeholder={hasPassword === true ? t('password.isSet') : t('password.none')}
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
        <Button type="submit" disabled={!isTyped || isBusy} data-testid={`${testId}-set`}>
          {hasPassword === true ? t('password.replace') : t('password.set')}
        </Button>
        {hasPassword === true && (
          <Button
            kind="danger"
            disabled={isBusy}
            aria-label={t('password.remove.label')}
            data-testid={`${testId}-remove`}
            onClick={() => setAsked(true)}
          >
            {t('password.remove.text')}
          </Button>
        )}
        <span role="status" className="text-2xs text-muted">
          {told !== null ? (
            <>
              <StateMark tone="good" /> {told}
            </>
          ) : (
            isBusy && t('password.keeping')
          )}
        </span>
      </form>
      {isAsked && (
        <ConfirmDialog
          title={t('password.remove.title')}
          confirmText={t('password.remove.confirm')}
          cancelText={t('password.remove.cancel')}
          testId={`${testId}-forget`}
          onClose={() => setAsked(false)}
          confirm={() => {
            setProblem(null)
            return send(null)
          }}
        >
          <p>{removal}</p>
        </ConfirmDialog>
      )}
    </SettingRow>
  )
}
