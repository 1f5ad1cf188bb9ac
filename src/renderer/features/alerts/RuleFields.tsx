import { type ReactNode, useId, useMemo } from 'react'
import { useStore } from 'zustand'
import { knownExchanges } from '../../../shared/domain/index.ts'
import { exchangeTitle, formatKey, formatSymbol } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { Select, TextField } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { conditionFields, type ParsedRule, type RuleField, type RuleForm } from './rule-form.ts'

const t = textsOf('alerts')

interface FieldProps {
  readonly form: RuleForm
  readonly problems: ParsedRule['problems']
  change(changed: Partial<RuleForm>): void
}

/** A labelled line of the editor, with what is wrong below it. */
export function Line({
  title,
  htmlFor,
  problem,
  children,
}: {
  readonly title: string
  readonly htmlFor?: string
  readonly problem?: string | undefined
  readonly children: ReactNode
}) {
  return (
    <div className="grid grid-cols-[7.5rem_1fr] items-start gap-x-3">
      {htmlFor === undefined ? (
        <span className="leading-7 text-muted">{title}</span>
      ) : (
        <label htmlFor={htmlFor} className="leading-7 text-muted">
          {title}
        </label>
      )}
      <div className="flex min-h-7 flex-wrap items-center gap-x-2 gap-y-1">
        {children}
        {problem !== undefined && (
          <p role="alert" className="basis-full text-2xs text-down">
            {problem}
          </p>
        )}
      </div>
    </div>
  )
}

interface NumberLineProps extends FieldProps {
  readonly field:
    | 'holdSeconds'
    | 'coolDownSeconds'
    | 'abovePercent'
    | 'price'
    | 'percent'
    | 'withinMinutes'
    | 'belowGigabytes'
  readonly title: string
  readonly unit: string
  readonly disabled?: boolean
}

export function NumberLine({ form, problems, change, field, title, unit, disabled = false }: NumberLineProps) {
  const id = useId()
  return (
    <Line title={title} htmlFor={id} problem={problems?.[field]}>
      <TextField
        id={id}
        data-testid={`rule-${field}`}
        className="w-24 text-right"
        inputMode="decimal"
        value={form[field]}
        disabled={disabled}
        aria-invalid={problems?.[field] !== undefined}
        onChange={({ target }) => change({ [field]: target.value })}
      />
      <span className="text-muted">{unit}</span>
    </Line>
  )
}

/** What the kind of rule asks for. */
export function ConditionFields(props: FieldProps) {
  return conditionFields[props.form.kind].map((field) => <ConditionField key={field} field={field} {...props} />)
}

function ConditionField({ field, ...props }: FieldProps & { readonly field: RuleField }) {
  const { form, change } = props
  switch (field) {
    case 'symbol':
      return <SymbolLine {...props} />
    case 'instrument':
      return <InstrumentLine {...props} />
    case 'account':
      return <AccountLine {...props} />
    case 'exchange':
      return (
        <Line title={t('fields.exchange')}>
          <Select
            label={t('fields.exchange')}
            data-testid="rule-exchange"
            value={form.exchange}
            options={[
              { value: '', text: t('fields.anyExchange') },
              ...knownExchanges().map((value) => ({ value: value as string, text: exchangeTitle(value) })),
            ]}
            onChange={(exchange) => change({ exchange })}
          />
        </Line>
      )
    case 'abovePercent':
      return form.kind === 'net_spread' ? (
        <NumberLine {...props} field="abovePercent" title={t('fields.spread')} unit={t('fields.spreadUnit')} />
      ) : (
        <NumberLine {...props} field="abovePercent" title={t('fields.width')} unit={t('fields.widthUnit')} />
      )
    case 'side':
      return (
        <Line title={t('fields.side')}>
          <Select
            label={t('fields.side')}
            data-testid="rule-side"
            value={form.side}
            options={[
              { value: 'above', text: t('fields.above') },
              { value: 'below', text: t('fields.below') },
            ]}
            onChange={(side) => change({ side })}
          />
        </Line>
      )
    case 'price':
      return <NumberLine {...props} field="price" title={t('fields.price')} unit={t('fields.priceUnit')} />
    case 'when':
      return (
        <Line title={t('fields.rate')}>
          <Select
            label={t('fields.rate')}
            data-testid="rule-when"
            value={form.when}
            options={[
              { value: 'beyond', text: t('fields.beyond') },
              { value: 'positive', text: t('fields.positive') },
              { value: 'negative', text: t('fields.negative') },
            ]}
            onChange={(when) => change({ when })}
          />
        </Line>
      )
    case 'percent':
      return <NumberLine {...props} field="percent" title={t('fields.percent')} unit={t('fields.percentUnit')} />
    case 'asset':
      return <AssetLine {...props} />
    case 'drop':
      return <DropLine {...props} />
    case 'withinMinutes':
      return <NumberLine {...props} field="withinMinutes" title={t('fields.within')} unit={t('fields.withinUnit')} />
    case 'belowGigabytes':
      return <NumberLine {...props} field="belowGigabytes" title={t('fields.free')} unit={t('fields.freeUnit')} />
    default:
      // The unit stands beside the amount.
      return null
  }
}

function SymbolLine({ form, problems, change }: FieldProps) {
  const id = useId()
  const instruments = useStore(useStores().quotes, ({ table }) => table.instruments)
  const symbols = useMemo(() => {
    const all = instruments.map(({ symbol, base, quote }) =>
      form.kind === 'net_spread' ? [symbol, `${base}_${quote}`] : [symbol],
    )
    return [...new Set(all.flat())].sort()
  }, [instruments, form.kind])
  return (
    <Line title={t('fields.symbol')} htmlFor={id} problem={problems?.symbol}>
      <TextField
        id={id}
        list={`${id}-list`}
        data-testid="rule-symbol"
        placeholder={t('fields.anySymbol')}
        className="w-44"
        value={form.symbol}
        aria-invalid={problems?.symbol !== undefined}
        onChange={({ target }) => change({ symbol: target.value.toUpperCase() })}
      />
      <datalist id={`${id}-list`}>
        {symbols.map((symbol) => (
          <option key={symbol} value={symbol} label={formatSymbol(symbol)} />
        ))}
      </datalist>
    </Line>
  )
}

function InstrumentLine({ form, problems, change }: FieldProps) {
  const id = useId()
  const instruments = useStore(useStores().quotes, ({ table }) => table.instruments)
  const fitting = instruments.filter(({ kind }) => form.kind !== 'funding' || kind === 'perpetual')
  const isWatched = form.instrument === '' || instruments.some(({ key }) => key === form.instrument)
  return (
    <Line title={t('fields.instrument')} htmlFor={id} problem={problems?.instrument}>
      <TextField
        id={id}
        list={`${id}-list`}
        data-testid="rule-instrument"
        placeholder={form.kind === 'funding' ? 'binance:BTC_USDT_PERP' : 'binance:BTC_USDT'}
        className="w-56"
        value={form.instrument}
        aria-invalid={problems?.instrument !== undefined}
        onChange={({ target }) => change({ instrument: target.value.trim() })}
      />
      <datalist id={`${id}-list`}>
        {fitting.map(({ key }) => (
          <option key={key} value={key} label={formatKey(key)} />
        ))}
      </datalist>
      {!isWatched && problems?.instrument === undefined && (
        <p className="basis-full text-2xs text-warn">{t('fields.unwatched')}</p>
      )}
    </Line>
  )
}

function AccountLine({ form, change }: FieldProps) {
  const accounts = useStore(useStores().accounts, (state) => state.accounts) ?? []
  const known = accounts.map(({ id, exchange, label }) => ({ value: id, text: `${exchangeTitle(exchange)} ${label}` }))
  const gone =
    known.some(({ value }) => value === form.account) || form.account === ''
      ? []
      : [{ value: form.account, text: form.account }]
  return (
    <Line title={t('fields.account')}>
      <Select
        label={t('fields.account')}
        data-testid="rule-account"
        value={form.account}
        options={[{ value: '', text: t('fields.anyAccount') }, ...known, ...gone]}
        onChange={(account) => change({ account })}
      />
    </Line>
  )
}

function AssetLine({ form, problems, change }: FieldProps) {
  const id = useId()
  return (
    <Line title={t('fields.asset')} htmlFor={id} problem={problems?.asset}>
      <TextField
        id={id}
        data-testid="rule-asset"
        className="w-24"
        value={form.asset}
        aria-invalid={problems?.asset !== undefined}
        onChange={({ target }) => change({ asset: target.value.toUpperCase() })}
      />
    </Line>
  )
}

function DropLine({ form, problems, change }: FieldProps) {
  const id = useId()
  return (
    <Line title={t('fields.drop')} htmlFor={id} problem={problems?.drop}>
      <TextField
        id={id}
        data-testid="rule-drop"
        className="w-24 text-right"
        inputMode="decimal"
        value={form.drop}
        aria-invalid={problems?.drop !== undefined}
        onChange={({ target }) => change({ drop: target.value })}
      />
      <Select
        label={t('fields.dropUnit')}
        data-testid="rule-unit"
        value={form.unit}
        options={[
          { value: 'percent', text: t('fields.dropPercent') },
          { value: 'amount', text: form.asset === '' ? t('fields.dropAmount') : form.asset },
        ]}
        onChange={(unit) => change({ unit })}
      />
    </Line>
  )
}
