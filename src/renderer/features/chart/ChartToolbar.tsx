import type { ReactNode } from 'react'
import { Trans } from 'react-i18next'
import { type Instrument, type Period, periods } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { Segmented } from '../../ui/controls.tsx'
import { Attribution } from './Attribution.tsx'
import type { LineLook } from './chartView.ts'
import { InstrumentPicker } from './InstrumentPicker.tsx'
import { LineSample } from './LineSample.tsx'
import { clockOf, zoneText } from './timeAxis.ts'

const t = textsOf('chart')

const periodOptions = periods.map((period) => ({ value: period, text: period }))
const scales = [
  { value: 'price', text: t('toolbar.price') },
  { value: 'percent', text: t('toolbar.percent') },
] as const

/** An instrument that can be laid over the chart. */
export interface Comparison {
  readonly instrument: Instrument
  readonly look: LineLook
  readonly isOn: boolean
}

interface ChartToolbarProps {
  readonly instruments: readonly Instrument[]
  readonly shown: Instrument
  readonly period: Period
  readonly comparisons: readonly Comparison[]
  readonly isPercent: boolean
  readonly showsFills: boolean
  readonly showsTrades: boolean
  onPick(instrument: Instrument): void
  onPeriod(period: Period): void
  onCompare(exchange: string): void
  onPercent(isPercent: boolean): void
  onFills(): void
  onTrades(): void
  /** What is known of the candles shown. */
  readonly children?: ReactNode
}

export function ChartToolbar(props: ChartToolbarProps) {
  const { instruments, shown, period, comparisons, isPercent, onPick, onPeriod, onCompare, onPercent, children } = props
  const { showsFills, showsTrades, onFills, onTrades } = props
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
      <InstrumentPicker instruments={instruments} shown={shown} onPick={onPick} />
      <Segmented<Period> label={t('toolbar.period')} value={period} options={periodOptions} onChange={onPeriod} />
      <div data-wide className="contents">
        {comparisons.length > 0 && (
          <fieldset className="flex items-center gap-1" aria-label={t('toolbar.compareWith')}>
            <span data-roomy className="mr-1 text-2xs text-muted">
              {t('toolbar.compare')}
            </span>
            {comparisons.map(({ instrument, look, isOn }) => (
              <button
                key={instrument.key}
                type="button"
                aria-pressed={isOn}
                data-testid={`compare-${instrument.exchange}`}
                onClick={() => onCompare(instrument.exchange)}
                className={classes(
                  'flex h-7 items-center gap-1.5 rounded border px-2',
                  isOn
                    ? 'border-line bg-raised font-medium text-strong'
                    : 'border-transparent text-muted hover:bg-hover',
                )}
              >
                {isOn ? (
                  <LineSample look={look} />
                ) : (
                  <span aria-hidden="true" className="w-5 text-center text-faint">
                    +
                  </span>
                )}
                {exchangeTitle(instrument.exchange)}
              </button>
            ))}
          </fieldset>
        )}
        <Segmented<'price' | 'percent'>
          label={t('toolbar.scale')}
          value={isPercent ? 'percent' : 'price'}
          options={scales}
          onChange={(value) => onPercent(value === 'percent')}
        />
        <fieldset className="flex items-center gap-1" aria-label={t('toolbar.marks')}>
          <Toggle
            name={t('toggle.fills')}
            title={t('toggle.fillsHint')}
            sign="▲"
            isOn={showsFills}
            testId="toggle-fills"
            onToggle={onFills}
          />
          <Toggle
            name={t('toggle.trades')}
            title={t('toggle.tradesHint')}
            sign="○"
            isOn={showsTrades}
            testId="toggle-trades"
            onToggle={onTrades}
          />
        </fieldset>
      </div>
      <div className="ml-auto flex items-center gap-4 text-2xs text-muted">
        {children}
        <span data-roomy>
          <Trans
            t={t}
            i18nKey={clockOf(period) === 'UTC' ? 'toolbar.days' : 'toolbar.times'}
            components={{ zone: <span className="text-text" /> }}
            values={{ zone: zoneText(clockOf(period), Date.now()) }}
          />
        </span>
        <Attribution />
      </div>
    </div>
  )
}

interface ToggleProps {
  readonly name: string
  readonly title: string
  readonly sign: string
  readonly isOn: boolean
  readonly testId: string
  onToggle(): void
}

const Toggle = ({ name, title, sign, isOn, testId, onToggle }: ToggleProps) => (
  <button
    type="button"
    aria-pressed={isOn}
    title={title}
    data-testid={testId}
    onClick={onToggle}
    className={classes(
      'flex h-7 items-center gap-1.5 rounded border px-2',
      isOn ? 'border-line bg-raised font-medium text-strong' : 'border-transparent text-muted hover:bg-hover',
    )}
  >
    <span aria-hidden="true" className={isOn ? 'text-text' : 'text-faint'}>
      {isOn ? sign : '+'}
    </span>
    {name}
  </button>
)
