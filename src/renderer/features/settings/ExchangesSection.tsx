import { useEffect, useId, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { type ExchangeId, knownExchanges, type MarketKind } from '../../../shared/domain/index.ts'
import type { Settings } from '../../../shared/settings.ts'
import { ratesText } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { fractionToPercentText, percentTextToFraction } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { exchangeChanges, feesOf, isEnabled, type Mode, matchesExchange } from './changes.ts'
import { HeldBy, Section, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

interface ExchangesProps {
  readonly settings: Settings
  readonly mode: Mode
}

/** Those that a few letters of their name or of what they trade find; all where nothing is written. */
function ExchangeFilter({ text, onText }: { readonly text: string; onText(text: string): void }) {
  return (
    <div className="border-b border-line py-2">
      <TextField
        type="search"
        aria-label={t('exchanges.filter')}
        placeholder={t('exchanges.filter')}
        data-testid="exchanges-filter"
        className="w-64"
        value={text}
        onChange={({ target }) => onText(target.value)}
        onKeyDown={({ key }) => {
          if (key === 'Escape') onText('')
        }}
      />
    </div>
  )
}

export function ExchangesSection({ settings, mode }: ExchangesProps) {
  const [text, setText] = useState('')
  const kinds = useStore(useStores().settings, (state) => state.kinds)
  const shown = knownExchanges().filter((id) =>
    matchesExchange(
      exchangeTitle(id),
      (kinds[id] ?? []).map((kind) => t(`exchanges.kinds.${kind}`)),
      text,
    ),
  )
  return (
    <Section id="exchanges" title={t('sections.exchanges')} intro={t('exchanges.intro')}>
      <ExchangeFilter text={text} onText={setText} />
      {shown.map((exchange) => (
        <ExchangeFields key={exchange} exchange={exchange} settings={settings} mode={mode} />
      ))}
      {shown.length === 0 && <p className="py-2 text-muted">{t('exchanges.nothing')}</p>}
    </Section>
  )
}

const marketKinds = ['spot', 'perpetual'] as const

function ExchangeFields({ exchange, settings, mode }: ExchangesProps & { readonly exchange: ExchangeId }) {
  const path = ['exchanges', exchange, 'enabled']
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  const { standardFees, kinds: allKinds } = useStore(useStores().settings)
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const enabled = isEnabled(settings, mode, exchange)
  const origins = Object.entries(settings.exchanges[exchange]?.origins ?? {})
  const title = exchangeTitle(exchange)
  const kinds = marketKinds.filter((kind) => allKinds[exchange]?.includes(kind))
  return (
    <fieldset className="border-b border-line py-1 last:border-b-0" data-testid={`setting-exchange-${exchange}`}>
      <legend className="sr-only">{title}</legend>
      <div className="flex min-h-8 flex-wrap items-center gap-x-3">
        <label className="flex w-36 items-center gap-2 font-medium text-strong">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            data-testid={`setting-exchanges.${exchange}.enabled`}
            checked={enabled}
            disabled={holder !== null || isBusy}
            onChange={(event) =>
              void update(exchangeChanges(settings, mode, { path: [...path], value: event.target.checked }))
            }
          />
          {title}
        </label>
        <span className="w-8 text-muted">{enabled ? t('field.on') : t('field.off')}</span>
        {holder !== null && <HeldBy holder={holder} />}
        <Button
          kind="quiet"
          className="ml-auto"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          data-testid={`setting-exchange-${exchange}-toggle`}
          onClick={() => setOpen((before) => !before)}
        >
          <span className="sr-only">{t('exchanges.feesOf', { exchange: title })}</span>
          <span className="tabular-nums">
            {kinds.map((kind) => feeWords(kind, feesOf(settings, standardFees, exchange, kind))).join(' · ')}
            {origins.length > 0 && ` · ${t('exchanges.otherAddresses')}`}
          </span>
          <span aria-hidden="true" className="w-3 text-2xs">
            {isOpen ? '▼' : '▶'}
          </span>
        </Button>
      </div>
      {problem !== null && (
        <p role="alert" className="text-down">
          {problem}
        </p>
      )}
      {isOpen && (
        <div id={id} className="grid grid-cols-2 gap-x-3 gap-y-2 py-2 pl-6 max-xl:grid-cols-1">
          {kinds.map((kind) => (
            <FeeFields key={kind} exchange={exchange} kind={kind} settings={settings} mode={mode} />
          ))}
        </div>
      )}
      {isOpen && origins.length > 0 && (
        <div className="pb-2 pl-6 text-muted">
          <p>
            <Trans
              t={t}
              i18nKey="exchanges.origins"
              components={{ code: <code /> }}
              values={{ number: origins.length, exchange: title }}
            />
          </p>
          <ul className="mt-1 font-mono text-2xs select-text">
            {origins.map(([from, to]) => (
              <li key={from}>
                {from} → {to}
              </li>
            ))}
          </ul>
        </div>
      )}
    </fieldset>
  )
}

/** `Spot 0.1 % maker, 0.1 % taker`: what is reckoned with. */
function feeWords(kind: MarketKind, fees: ReturnType<typeof feesOf>): string {
  const name = t(`exchanges.kinds.${kind}`)
  if (fees === null) return name
  const { maker, taker } = fees.rates
  return t('exchanges.fees', { kind: name, maker: fractionToPercentText(maker), taker: fractionToPercentText(taker) })
}

interface FeeFieldsProps extends ExchangesProps {
  readonly exchange: ExchangeId
  readonly kind: MarketKind
}

function FeeFields({ exchange, kind, settings, mode }: FeeFieldsProps) {
  const { settings: store, accounts: accountsStore } = useStores()
  const accounts = useStore(accountsStore, (state) => state.accounts)
  const standardFees = useStore(store, (state) => state.standardFees)
  const { update, problem, setProblem, isBusy } = useUpdate()
  const path = ['exchanges', exchange, 'fees', kind]
  const holder = useHolder(path)
  const fees = feesOf(settings, standardFees, exchange, kind)
  if (!fees) return null
  const { rates, isOwn } = fees
  const told = (accounts ?? []).flatMap((account) =>
    account.exchange === exchange
      ? account.fees.filter((fee) => fee.kind === kind).map((fee) => ({ label: account.label, fee }))
      : [],
  )

  const commit = (side: 'maker' | 'taker') => (text: string) => {
    const fraction = percentTextToFraction(text)
    if (fraction === null) return setProblem(t('exchanges.feeNotNumber'))
    if (fraction === rates[side]) return setProblem(null)
    void update(exchangeChanges(settings, mode, { path, value: { ...rates, [side]: fraction } }))
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="w-16 text-muted">{t(`exchanges.kinds.${kind}`)}</span>
      {(['maker', 'taker'] as const).map((side) => (
        <FeeField
          key={side}
          label={t(`exchanges.feeLabel.${kind}`, {
            exchange: exchangeTitle(exchange),
            side: t(`exchanges.sides.${side}`),
          })}
          testId={`fee-${exchange}-${kind}-${side}`}
          side={t(`exchanges.sides.${side}`)}
          fraction={rates[side]}
          isDisabled={isBusy || holder !== null}
          isBad={problem !== null}
          onCommit={commit(side)}
        />
      ))}
      {isOwn ? (
        <Button kind="quiet" disabled={isBusy} onClick={() => void update([{ path, value: null }])}>
          {told.length > 0 ? t('exchanges.useAccount') : t('exchanges.useStandard')}
        </Button>
      ) : (
        <span className="text-2xs text-muted">
          {t('exchanges.standard')}
          {told.map(({ label, fee }) => (
            <span key={label}>{t('exchanges.told', { account: label, rates: ratesText(fee) })}</span>
          ))}
        </span>
      )}
      {problem !== null && (
        <p role="alert" className="basis-full text-down">
          {problem}
        </p>
      )}
    </div>
  )
}

interface FeeFieldProps {
  readonly label: string
  readonly testId: string
  readonly side: string
  readonly fraction: number
  readonly isDisabled: boolean
  readonly isBad: boolean
  onCommit(text: string): void
}

function FeeField({ label, testId, side, fraction, isDisabled, isBad, onCommit }: FeeFieldProps) {
  const [text, setText] = useState(fractionToPercentText(fraction))
  useEffect(() => setText(fractionToPercentText(fraction)), [fraction])
  return (
    <span className="flex items-center gap-1 text-muted">
      {side}
      <TextField
        aria-label={label}
        data-testid={testId}
        className="w-18 text-right"
        inputMode="decimal"
        value={text}
        disabled={isDisabled}
        aria-invalid={isBad}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => onCommit(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onCommit(text)
          if (event.key === 'Escape') setText(fractionToPercentText(fraction))
        }}
      />
      %
    </span>
  )
}
