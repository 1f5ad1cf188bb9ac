import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { type TokenScope, TokenScope as TokenScopes } from '../../../shared/bots.ts'
import { scopeWords } from '../../format/bot-words.ts'
import { textsOf } from '../../i18n.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { Button, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'

const t = textsOf('bots')

/**
 * Makes a token and shows it, once. It stands in the text of one element and nowhere else: not in a store, not in React's state; with
 * the dialog it is gone.
 */
export function CreateTokenDialog({ onClose }: { onClose(): void }) {
  const { api, bots } = useStores()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['market'])
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const shown = useRef<HTMLElement>(null)
  const reveal = useRef<(() => void) | null>(null)
  const id = useId()

  const create = async () => {
    const wanted = name.trim()
    if (wanted === '') return setProblem(t('create.noName'))
    if (scopes.length === 0) return setProblem(t('create.noScope'))
    setBusy(true)
    const reply = await api.call('tokens.create', { name: wanted, scopes: [...scopes] })
    setBusy(false)
    if (!reply.ok) return setProblem(reply.message)
    const { token, info } = reply.value
    reveal.current = () => {
      if (shown.current) shown.current.textContent = token
      reveal.current = null
    }
    setMade(info.name)
    void bots.getState().load()
  }
  // The element that the token goes into comes with the state after it.
  useEffect(() => {
    if (made !== null) reveal.current?.()
  }, [made])
  // Before the element leaves the page: nothing that keeps hold of it keeps the token.
  useLayoutEffect(
    () => () => {
      reveal.current = null
      if (shown.current) shown.current.textContent = ''
    },
    [],
  )

  return (
    <Dialog
      label={t('create.title')}
      isKeptOnBackdrop
      onClose={onClose}
      className="w-[34rem]"
      testId="create-token-dialog"
    >
      {made === null ? (
        <form
          className="flex flex-col gap-3 p-5"
          onSubmit={(event) => {
            event.preventDefault()
            if (!isBusy) void create()
          }}
        >
          <h2 className="text-base font-semibold text-strong">{t('create.title')}</h2>
          <div className="grid grid-cols-[4.5rem_1fr] items-center gap-x-3">
            <label htmlFor={id} className="text-strong">
              {t('create.name')}
            </label>
            <TextField
              id={id}
              data-autofocus
              data-testid="token-name"
              maxLength={60}
              placeholder={t('create.placeholder')}
              value={name}
              aria-invalid={problem !== null && name.trim() === ''}
              aria-describedby={problem === null ? undefined : `${id}-problem`}
              onChange={({ target }) => {
                setName(target.value)
                setProblem(null)
              }}
            />
          </div>
          <fieldset className="grid grid-cols-[4.5rem_1fr] gap-x-3">
            <legend className="sr-only">{t('create.scopesLabel')}</legend>
            <span className="text-strong">{t('create.scopes')}</span>
            <div className="flex flex-col gap-2">
              {TokenScopes.options.map((scope) => (
                <label key={scope} className="flex items-start gap-2">
                  <input
                    type="checkbox"
                    className="mt-0.5 size-4 shrink-0 accent-accent"
                    data-testid={`scope-${scope}`}
                    checked={scopes.includes(scope)}
                    onChange={({ target }) => {
                      setScopes(target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
                      setProblem(null)
                    }}
                  />
                  <span>
                    <span className="font-medium text-strong">{scopeWords[scope].text}</span>
                    <span className="block text-2xs text-muted">{scopeWords[scope].meaning}</span>
                  </span>
                </label>
              ))}
            </div>
          </fieldset>
          {problem !== null && (
            <p id={`${id}-problem`} role="alert" className="text-down select-text">
              {problem}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{t('create.cancel')}</Button>
            <Button type="submit" kind="primary" disabled={isBusy} data-testid="token-create">
              {isBusy ? t('create.creating') : t('create.create')}
            </Button>
          </div>
        </form>
      ) : (
        <div className="flex flex-col gap-3 p-5">
          <h2 className="text-base font-semibold text-strong">
            <StateMark tone="good" /> {t('create.done', { name: made })}
          </h2>
          <p className="rounded border border-line bg-warnwash px-3 py-1.5">
            <StateMark tone="warning" /> {t('create.once')}
          </p>
          <div className="flex items-start gap-2">
            <code
              ref={shown}
              data-testid="token-shown"
              className="min-w-0 flex-1 rounded border border-line bg-base px-2 py-1 font-mono text-xs break-all text-strong select-text"
            />
            <CopyButton
              data-autofocus
              autoFocus
              kind="primary"
              what={t('create.copied')}
              data-testid="token-copy"
              textOf={() => shown.current?.textContent ?? ''}
            />
          </div>
          <p className="text-2xs text-muted">{t('create.where')}</p>
          <div className="flex justify-end">
            <Button onClick={onClose} data-testid="token-done">
              {t('create.close')}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}
