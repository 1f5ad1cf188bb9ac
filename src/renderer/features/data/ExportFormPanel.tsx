import { type ReactNode, useEffect, useId, useState } from 'react'
import { useStore } from 'zustand'
import type { Reply } from '../../../shared/contract.ts'
import {
  type ExportFormat,
  type ExportJob,
  type ExportSubject,
  exportFormats,
  exportSubjects,
} from '../../../shared/data.ts'
import { type ExchangeId, knownExchanges, Period } from '../../../shared/domain/index.ts'
import { formatHints, formatTitles, subjectTitles } from '../../format/data-words.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatZone } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import {
  type ExportForm,
  normaliseSymbol,
  type RangePreset,
  rangePresets,
  readForm,
  withPreset,
  withZone,
  type Zone,
} from '../../stores/export-form.ts'
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx'
import { classes } from '../../ui/classes.ts'
import { Button, Segmented, Select, TextField } from '../../ui/controls.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { EstimateBox } from './EstimateBox.tsx'
import { saysFileIsThere, whyNotExport } from './export-rules.ts'
import { SymbolChips } from './SymbolChips.tsx'

const t = textsOf('data')

const subjects = exportSubjects.map((value) => ({ value, text: subjectTitles[value] }))
const formats = exportFormats.map((value) => ({ value, text: formatTitles[value] }))
const periods: readonly { readonly value: Period | ''; readonly text: string }[] = [
  { value: '', text: t('export.allPeriods') },
  ...Period.options.map((value) => ({ value, text: value })),
]
const presetTitles: Readonly<Record<RangePreset, string>> = {
  hour: '1 h',
  day: '24 h',
  week: '7 d',
  month: '30 d',
  all: t('export.presets.all'),
  custom: t('export.presets.custom'),
}
const rangeHints: Readonly<Record<RangePreset, string | undefined>> = {
  hour: t('export.ranges.hour'),
  day: t('export.ranges.day'),
  week: t('export.ranges.week'),
  month: t('export.ranges.month'),
  all: t('export.ranges.all'),
  custom: undefined,
}
const presets = rangePresets.map((value) => ({ value, text: presetTitles[value] }))
/** Subjects that are kept by asset, not by symbol. */
const byAsset: readonly ExportSubject[] = ['balances', 'transfers']

export function ExportFormPanel() {
  const { exports, api, link } = useStores()
  const form = useStore(exports.form)
  const estimate = useStore(exports.estimate)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [existing, setExisting] = useState<string | null>(null)
  useEffect(() => exports.watch(), [exports])

  const reading = readForm(form, Date.now())
  const set = (part: Partial<ExportForm>) => {
    setProblem(null)
    exports.form.setState(part)
  }
  const start = async (overwrite: boolean): Promise<Reply<ExportJob> | null> => {
    const now = readForm(exports.form.getState(), Date.now())
    if (!now.ok) return null
    const fileName = exports.form.getState().fileName.trim()
    const reply = await api.call('exports.start', {
      ...now.request,
      fileName: fileName === '' ? null : fileName,
      overwrite,
    })
    if (reply.ok) exports.jobs.getState().change([reply.value])
    return reply
  }
  const send = async () => {
    setBusy(true)
    setProblem(null)
    const reply = await start(false)
    setBusy(false)
    if (reply === null || reply.ok) return
    if (reply.code === 'badRequest' && saysFileIsThere(reply.message)) setExisting(reply.message)
    else setProblem(reply.message)
  }
  const whyNot = whyNotExport({ reading, estimate, isLinked })
  const isWhole = form.format === 'sqlite'
  return (
    <Panel title={t('export.title')} className="flex min-h-0 flex-col" testId="export-form">
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          if (whyNot === null && !busy) void send()
        }}
      >
        <div className="relative flex min-h-0 flex-1 flex-col gap-2.5 overflow-y-auto p-3">
          <Field title={t('export.format')} hint={formatHints[form.format]}>
            <Segmented<ExportFormat>
              label={t('export.format')}
              value={form.format}
              options={formats}
              onChange={(format) => set({ format })}
            />
          </Field>
          {!isWhole && <Choice form={form} set={set} problem={reading.ok ? null : reading} />}
          <FileName
            form={form}
            set={set}
            problem={reading.ok || reading.field !== 'fileName' ? null : reading.problem}
          />
        </div>
        <EstimateBox estimate={estimate} retry={exports.askEstimate} />
        <div className="flex items-center gap-3 border-t border-line px-3 py-2.5">
          <Button
            type="submit"
            kind="primary"
            disabled={whyNot !== null || busy}
            aria-describedby="export-why-not"
            data-testid="export-start"
          >
            {busy ? t('export.busy') : t('export.start')}
          </Button>
          <p
            id="export-why-not"
            role={problem === null ? undefined : 'alert'}
            className={classes('min-w-0 flex-1 select-text', problem === null ? 'text-muted' : 'text-down')}
            data-testid="export-why-not"
          >
            {problem ?? whyNot ?? ''}
          </p>
        </div>
      </form>
      {existing !== null && (
        <ConfirmDialog
          title={t('export.overwrite.title')}
          confirmText={t('export.overwrite.confirm')}
          cancelText={t('export.overwrite.cancel')}
          testId="export-overwrite"
          onClose={() => setExisting(null)}
          confirm={async () => {
            const reply = await start(true)
            return reply === null || reply.ok ? null : reply.message
          }}
        >
          <p className="select-text">{existing}</p>
          <p>{t('export.overwrite.effect')}</p>
        </ConfirmDialog>
      )}
    </Panel>
  )
}

interface PartProps {
  readonly form: ExportForm
  set(part: Partial<ExportForm>): void
}

/** Which rows: what, of which exchanges and symbols, from when to when. */
function Choice({
  form,
  set,
  problem,
}: PartProps & { readonly problem: { readonly field: string; readonly problem: string } | null }) {
  const { quotes } = useStores()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const isByAsset = byAsset.includes(form.what)
  const known = [
    ...new Set(instruments.flatMap(({ symbol, base, quote }) => (isByAsset ? [base, quote] : [symbol]))),
  ].sort()
  return (
    <>
      <Field title={t('export.what')}>
        <Select<ExportSubject>
          label={t('export.what')}
          className="flex-1"
          data-testid="export-what"
          value={form.what}
          options={subjects}
          onChange={(what) => set({ what, ...(byAsset.includes(what) !== isByAsset && { symbols: [] }) })}
        />
        {form.what === 'klines' && (
          <Select<Period | ''>
            label={t('export.period')}
            data-testid="export-period"
            value={form.period ?? ''}
            options={periods}
            onChange={(period) => set({ period: period === '' ? null : period })}
          />
        )}
      </Field>
      <Field title={t('export.exchanges')} hint={form.exchanges.length === 0 ? t('export.allExchanges') : undefined}>
        <Exchanges chosen={form.exchanges} onChange={(exchanges) => set({ exchanges })} />
      </Field>
      <Field
        title={isByAsset ? t('export.assets') : t('export.symbols')}
        hint={form.symbols.length === 0 ? t('export.allSymbols') : undefined}
      >
        <SymbolChips
          what={isByAsset ? 'asset' : 'symbol'}
          chosen={form.symbols}
          suggestions={known}
          normalise={normaliseSymbol}
          placeholder={isByAsset ? t('export.assetExamples') : t('export.symbolExamples')}
          onChange={(symbols) => set({ symbols })}
        />
      </Field>
      <Field title={t('export.range')} hint={rangeHints[form.preset]}>
        <Segmented<RangePreset>
          label={t('export.range')}
          value={form.preset}
          options={presets}
          onChange={(preset) => set(withPreset(form, preset, Date.now()))}
        />
      </Field>
      {form.preset === 'custom' && <CustomRange form={form} set={set} problem={problem} />}
    </>
  )
}

function CustomRange({
  form,
  set,
  problem,
}: PartProps & { readonly problem: { readonly field: string; readonly problem: string } | null }) {
  const id = useId()
  const zones = [
    { value: 'local', text: t('export.local', { zone: formatZone(new Date().getTimezoneOffset()) }) },
    { value: 'utc', text: 'UTC' },
  ] as const
  const side = (field: 'from' | 'to', title: string, hint: string) => {
    const wrong = problem?.field === field ? problem.problem : undefined
    return (
      <Field title={title} htmlFor={`${id}-${field}`} hint={hint} problem={wrong} problemId={`${id}-${field}-problem`}>
        <TextField
          id={`${id}-${field}`}
          type="datetime-local"
          data-testid={`export-${field}`}
          className="w-56"
          value={form[field]}
          aria-invalid={wrong !== undefined}
          aria-describedby={wrong === undefined ? undefined : `${id}-${field}-problem`}
          onChange={({ target }) => set({ [field]: target.value })}
        />
      </Field>
    )
  }
  return (
    <>
      {side('from', t('export.from'), t('export.fromHint'))}
      {side('to', t('export.to'), t('export.toHint'))}
      <Field title={t('export.zone')}>
        <Segmented<Zone>
          label={t('export.zone')}
          value={form.zone}
          options={zones}
          onChange={(zone) => set(withZone(form, zone))}
        />
      </Field>
    </>
  )
}

function FileName({ form, set, problem }: PartProps & { readonly problem: string | null }) {
  const { exports } = useStores()
  const folder = useStore(exports.folder, (state) => state.folder)
  const id = useId()
  return (
    <Field
      title={t('export.file')}
      htmlFor={id}
      hint={folder === null ? t('export.fileHintUnknown') : t('export.fileHint', { folder })}
      problem={problem ?? undefined}
      problemId={`${id}-problem`}
    >
      <TextField
        id={id}
        className="flex-1"
        data-testid="export-file"
        maxLength={200}
        placeholder={t('export.filePlaceholder')}
        value={form.fileName}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={({ target }) => set({ fileName: target.value })}
      />
    </Field>
  )
}

interface ExchangesProps {
  readonly chosen: readonly ExchangeId[]
  onChange(chosen: readonly ExchangeId[]): void
}

const Exchanges = ({ chosen, onChange }: ExchangesProps) => (
  <fieldset aria-label={t('export.exchanges')} className="flex flex-wrap gap-1.5">
    {knownExchanges().map((exchange) => (
      <label
        key={exchange}
        className="relative flex h-7 items-center gap-1.5 rounded border border-line bg-base px-2 text-muted has-checked:bg-raised has-checked:font-medium has-checked:text-strong has-focus-visible:outline-2 has-focus-visible:outline-accent"
      >
        <input
          type="checkbox"
          className="size-3.5 accent-accent"
          data-testid={`export-${exchange}`}
          checked={chosen.includes(exchange)}
          onChange={({ target }) =>
            onChange(target.checked ? [...chosen, exchange] : chosen.filter((other) => other !== exchange))
          }
        />
        {exchangeTitle(exchange)}
      </label>
    ))}
  </fieldset>
)

interface FieldProps {
  readonly title: string
  readonly hint?: string | undefined
  readonly htmlFor?: string
  readonly problem?: string | undefined
  readonly problemId?: string
  readonly children: ReactNode
}

function Field({ title, hint, htmlFor, problem, problemId, children }: FieldProps) {
  return (
    <div className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3">
      {htmlFor === undefined ? (
        <span className="leading-7 text-strong">{title}</span>
      ) : (
        <label htmlFor={htmlFor} className="leading-7 text-strong">
          {title}
        </label>
      )}
      <div className="flex min-w-0 flex-wrap items-center gap-1.5">{children}</div>
      {problem !== undefined ? (
        <p id={problemId} role="alert" className="col-start-2 text-2xs text-down">
          {problem}
        </p>
      ) : (
        hint !== undefined && <p className="col-start-2 text-2xs break-words text-muted">{hint}</p>
      )}
    </div>
  )
}
