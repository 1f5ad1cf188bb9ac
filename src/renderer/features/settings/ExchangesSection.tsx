import { useEffect, useState } from 'react'
import { Trans } from 'react-i18next'
import { useStore } from 'zustand'
import { type ExchangeId, exchangeIds, type MarketKind } from '../../../shared/domain/index.ts'
import type { Settings } from '../../../shared/settings.ts'
import { ratesText } from '../../format/account-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { fractionToPercentText, percentTextToFraction } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button, TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { exchangeChanges, feesOf, isEnabled, type Mode } from './changes.ts'
import { HeldBy, Section, useHolder, useUpdate } from './fields.tsx'

const t = textsOf('settings')

interface ExchangesProps {
  readonly settings: Settings
  readonly mode: Mode
}

export function ExchangesSection({ settings, mode }: ExchangesProps) {
  return (
    <Section id="exchanges" title={t('sections.exchanges')} intro={t('exchanges.intro')}>
      {exchangeIds.map((exchange) => (
        <ExchangeFields key={exchange} exchange={exchange} settings={settings} mode={mode} />
      ))}
    </Section>
  )
}

function ExchangeFields({ exchange, settings, mode }: ExchangesProps & { readonly exchange: ExchangeId }) {
  const path = ['exchanges', exchange, 'enabled']
  const holder = useHolder(path)
  const { update, problem, isBusy } = useUpdate()
  const enabled = isEnabled(settings, mode, exchange)
  const origins = Object.entries(settings.exchanges[exchange]?.origins ?? {})
  const title = exchangeTitle(exchange)
  return (
    <fieldset className="border-b border-line py-3 last:border-b-0">
      <legend className="sr-only">{title}</legend>
      <div className="grid grid-cols-[8rem_3.5rem_1fr_1fr] items-center gap-x-3 gap-y-2 max-xl:grid-cols-[8rem_3.5rem_1fr]">
        <label className="flex items-center gap-2 font-medium text-strong">
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
        <span className="text-muted">{enabled ? t('field.on') : t('field.off')}</span>
        {(['spot', 'perpetual'] as const).map((kind) => (
          <FeeFields key={kind} exchange={exchange} kind={kind} settings={settings} mode={mode} />
        ))}
      </div>
      {holder !== null && <HeldBy holder={holder} />}
      {problem !== null && (
        <p role="alert" className="text-down">
          {problem}
        </p>
      )}
      {origins.length > 0 && (
        <details className="mt-2 text-muted">
          <summary>
            <Trans
              t={t}
              i18nKey="exchanges.origins"
              components={{ code: <code /> }}
              values={{ number: origins.length, exchange: title }}
            />
          </summary>
          <ul className="mt-1 font-mono text-2xs select-text">
            {origins.map(([from, to]) => (
              <li key={from}>
                {from} → {to}
              </li>
            ))}
          </ul>
        </details>
      )}
    </fieldset>
  )
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
    <div className="flex flex-wrap items-center gap-2 max-xl:col-start-3">
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
