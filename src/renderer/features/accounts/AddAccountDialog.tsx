import { type ReactNode, useId, useMemo, useRef, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import {
  type AccountStatus,
  type BuiltInExchangeId,
  type ExchangeId,
  exchangeIds,
} from '../../../shared/domain/index.ts'
import type { KeyTest, NewKey } from '../../../shared/portfolio.ts'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Keys, Segmented, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { KeyFields, type KeyInputs, type KeyPart } from './KeyFields.tsx'
import { Permissions } from './Permissions.tsx'
import { secretText } from './pasted-key.ts'

const t = textsOf('accounts')

/** What is to be typed before a key that can withdraw is taken. */
const overrideWords = t('add.overrideWords')

type Field = KeyPart | 'label' | 'override'
type Problems = Partial<Readonly<Record<Field, string>>>

const exchangeOptions = exchangeIds.map((value) => ({ value, text: exchangeTitle(value) }))

/** The first exchange that has no account yet. */
const firstWithout = (accounts: readonly AccountStatus[]): BuiltInExchangeId =>
  exchangeIds.find((id) => accounts.every(({ exchange }) => exchange !== id)) ?? exchangeIds[0]

const isTaken = (accounts: readonly AccountStatus[], exchange: ExchangeId, label: string): boolean =>
  accounts.some((other) => other.exchange === exchange && other.label.toLowerCase() === label.toLowerCase())

/**
 * Takes a key, asks the exchange what it may do, and hands it to the hub. The secrets are in the inputs only: read when they are
 * sent, emptied with the sending that keeps them, gone with the dialog.
 */
export function AddAccountDialog() {
  const { shell, accounts: store, api } = useStores()
  const { accounts, keyStore, keyStoreProblem } = useStore(store)
  const known = accounts ?? []
  const [exchange, setExchange] = useState(() => firstWithout(known))
  const [label, setLabel] = useState(() => (isTaken(known, exchange, 'main') ? '' : 'main'))
  const [problems, setProblems] = useState<Problems>({})
  const [problem, setProblem] = useState<string | null>(null)
  const [test, setTest] = useState<KeyTest | null>(null)
  const [override, setOverride] = useState('')
  const [busy, setBusy] = useState<'test' | 'save' | null>(null)
  const key = useRef<HTMLInputElement>(null)
  const secret = useRef<HTMLInputElement>(null)
  const passphrase = useRef<HTMLInputElement>(null)
  const labelInput = useRef<HTMLInputElement>(null)
  const overrideInput = useRef<HTMLInputElement>(null)
  const inputs = useMemo<KeyInputs>(() => ({ key, secret, passphrase }), [])
  const id = useId()

  const needs = keyStore?.exchanges.find((one) => one.exchange === exchange)
  const needsPassphrase = needs?.needsPassphrase ?? false
  const close = () => shell.getState().show(null)
  const canWithdraw = test?.permissions?.canWithdraw === true
  const isOverridden = override.trim().toLowerCase().replace(/\s+/g, ' ') === overrideWords.toLowerCase()
  const cannot = keyStore?.cannotAdd ?? keyStore?.problem ?? keyStoreProblem ?? null

  const forgetTest = () => {
    setTest(null)
    setProblem(null)
    setOverride('')
  }
  const clearSecrets = () => {
    for (const input of Object.values(inputs)) if (input.current) input.current.value = ''
  }
  const complain = (found: Problems) => {
    setProblems(found)
    const order: readonly (readonly [Field, HTMLInputElement | null])[] = [
      ['label', labelInput.current],
      ['key', key.current],
      ['secret', secret.current],
      ['passphrase', passphrase.current],
      ['override', overrideInput.current],
    ]
    order.find(([field]) => found[field] !== undefined)?.[1]?.focus()
    return Object.keys(found).length > 0
  }
  const readKey = (): NewKey => ({
    exchange,
    key: key.current?.value.trim() ?? '',
    secret: secretText(secret.current?.value ?? ''),
    passphrase: needsPassphrase ? (passphrase.current?.value.trim() ?? '') : null,
  })
  const keyProblems = (given: NewKey): Problems => ({
    ...(given.key === '' && { key: t('problems.key') }),
    ...(given.secret === '' && { secret: t('problems.secret') }),
    ...(given.passphrase === '' && {
      passphrase: t('problems.passphrase', { exchange: exchangeTitle(exchange) }),
    }),
  })

  /** null where the exchange could not be asked. */
  const ask = async (given: NewKey): Promise<KeyTest | null> => {
    const reply = await api.call('accounts.testKey', given)
    setProblem(reply.ok ? null : reply.message)
    setTest(reply.ok ? reply.value : null)
    return reply.ok ? reply.value : null
  }
  const tryKey = async () => {
    const given = readKey()
    if (complain(keyProblems(given))) return
    setBusy('test')
    await ask(given)
    setBusy(null)
  }
  const save = async () => {
    const given = readKey()
    const name = label.trim()
    const labelProblem =
      name === ''
        ? t('problems.name')
        : isTaken(known, exchange, name)
          ? t('problems.nameTaken', { exchange: exchangeTitle(exchange) })
          : null
    if (complain({ ...(labelProblem !== null && { label: labelProblem }), ...keyProblems(given) })) return
    setBusy('save')
    const tested = test ?? (await ask(given))
    const withdraws = tested?.permissions?.canWithdraw === true
    if (!tested?.ok || (withdraws && !isOverridden)) {
      setBusy(null)
      if (withdraws) complain({ override: t('problems.override') })
      return
    }
    clearSecrets()
    const reply = await api.call('accounts.add', { ...given, label: name, allowWithdrawals: withdraws && isOverridden })
    setBusy(null)
    if (!reply.ok) {
      forgetTest()
      setProblem(t('add.nothingKept', { message: reply.message }))
      key.current?.focus()
      return
    }
    // Closed meanwhile: the account comes all the same, and nobody is led away from where they are.
    if (shell.getState().overlay === 'addAccount') shell.getState().openAccount(reply.value.id)
    shell.getState().tell(t('add.added', { account: `${exchangeTitle(exchange)} ${name}` }))
  }

  return (
    <Dialog label={t('add.title')} onClose={close} isKeptOnBackdrop className="w-[36rem]" testId="add-account-dialog">
      <form
        autoComplete="off"
        noValidate
        className="flex max-h-[80vh] flex-col gap-3 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault()
          if (busy === null && cannot === null) void save()
        }}
      >
        <h2 className="text-base font-semibold text-strong">{t('add.title')}</h2>
        {cannot !== null && (
          <p
            role="alert"
            className="rounded border border-line bg-warnwash px-3 py-1.5 select-text"
            data-testid="cannot-add"
          >
            <StateMark tone="warning" /> {cannot}
          </p>
        )}
        <Row title={t('add.exchange')}>
          <Segmented<BuiltInExchangeId>
            label={t('add.exchange')}
            value={exchange}
            options={exchangeOptions}
            disabled={busy !== null}
            wraps
            onChange={(value) => {
              setExchange(value)
              setProblems({})
              forgetTest()
              if (isTaken(known, value, label.trim())) setLabel('')
              else if (label === '' && !isTaken(known, value, 'main')) setLabel('main')
            }}
          />
        </Row>
        {needs && (
          <p className="ml-[7.25rem] text-2xs text-muted select-text" data-testid="key-advice">
            {needs.advice}
          </p>
        )}
        <div className="grid grid-cols-[6.5rem_1fr] items-center gap-x-3">
          <label htmlFor={`${id}-label`} className="text-strong">
            {t('add.name')}
          </label>
          <TextField
            ref={labelInput}
            id={`${id}-label`}
            data-testid="add-label"
            maxLength={40}
            placeholder={t('add.namePlaceholder')}
            value={label}
            readOnly={busy !== null}
            aria-invalid={problems.label !== undefined}
            aria-describedby={problems.label === undefined ? undefined : `${id}-label-problem`}
            onChange={(event) => {
              setLabel(event.target.value)
              setProblems(({ label: _gone, ...others }) => others)
            }}
          />
          {problems.label !== undefined && (
            <p id={`${id}-label-problem`} className="col-start-2 text-down">
              {problems.label}
            </p>
          )}
        </div>
        <KeyFields
          inputs={inputs}
          needsPassphrase={needsPassphrase}
          problems={problems}
          readOnly={busy !== null}
          onEdit={(part) => {
            setProblems(({ [part]: _gone, ...others }) => others)
            forgetTest()
          }}
        />
        <p className="ml-[7.25rem] text-2xs text-muted">{t('add.pasteHint')}</p>
        <div aria-live="polite" className="flex flex-col gap-2">
          {busy === 'test' && <p className="text-muted">{t('add.asking', { exchange: exchangeTitle(exchange) })}</p>}
          {test && busy !== 'test' && <TestResult test={test} exchange={exchange} />}
          {problem !== null && (
            <p role="alert" className="text-down select-text" data-testid="add-problem">
              {problem}
            </p>
          )}
        </div>
        {test?.ok && canWithdraw && (
          <div className="rounded border border-down bg-downwash p-3" data-testid="withdraw-refused">
            <label htmlFor={`${id}-override`}>
              <Trans
                t={t}
                i18nKey="add.withdraws"
                values={{ words: overrideWords }}
                components={{ refused: <strong className="text-down" />, words: <em className="text-strong" /> }}
              />
            </label>
            <TextField
              ref={overrideInput}
              id={`${id}-override`}
              data-testid="add-override"
              className="mt-2 w-full"
              value={override}
              readOnly={busy !== null}
              aria-invalid={problems.override !== undefined}
              onChange={(event) => {
                setOverride(event.target.value)
                setProblems(({ override: _gone, ...others }) => others)
              }}
            />
            {problems.override !== undefined && <p className="text-down">{problems.override}</p>}
          </div>
        )}
        <div className="mt-1 flex items-center gap-2">
          <Button disabled={busy !== null} data-testid="add-test" onClick={() => void tryKey()}>
            {t(busy === 'test' ? 'add.testing' : 'add.test')}
          </Button>
          <span className="flex-1" />
          <Keys>Esc</Keys>
          <Button onClick={close}>{t('add.cancel')}</Button>
          <Button
            type="submit"
            kind="primary"
            data-testid="add-save"
            disabled={busy !== null || cannot !== null || (canWithdraw && !isOverridden)}
          >
            {t(busy === 'save' ? 'add.saving' : 'add.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const Row = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="grid grid-cols-[6.5rem_1fr] items-center gap-x-3">
    <span className="text-strong">{title}</span>
    <div>{children}</div>
  </div>
)

function TestResult({ test, exchange }: { readonly test: KeyTest; readonly exchange: ExchangeId }) {
  const { ok, permissions, problem } = test
  return (
    <div className="rounded border border-line bg-base p-3" data-testid="test-result">
      <p className="mb-1 font-medium">
        <StateMark tone={ok ? 'good' : 'bad'} />{' '}
        <span className={ok ? 'text-strong' : 'text-down'}>
          {t(ok ? 'add.accepted' : 'add.refused', { exchange: exchangeTitle(exchange) })}
        </span>
      </p>
      {problem !== null && <p className="select-text">{problem}</p>}
      {permissions && <Permissions permissions={permissions} now={Date.now()} />}
    </div>
  )
}
