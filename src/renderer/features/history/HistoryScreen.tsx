import { useMemo, useState } from 'react'
import { Trans } from 'react-i18next'
import { z } from 'zod'
import { useStore } from 'zustand'
import type { Instrument } from '../../../shared/domain/index.ts'
import { formatKey } from '../../format/names.ts'
import { zoneName } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Segmented, Select } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { usePane } from '../../ui/PaneContext.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { oneOf, usePaneState } from '../../ui/usePaneState.ts'
import { Attribution } from '../chart/Attribution.tsx'
import { InstrumentPicker } from '../chart/InstrumentPicker.tsx'
import { BasisHistory } from './BasisHistory.tsx'
import { stepText } from './bucketText.ts'
import {
  chosenBasis,
  chosenPair,
  counterparts,
  type HistoryChoice,
  historySteps,
  noHistoryChoice,
  spotsOf,
} from './historySelection.ts'
import { SpreadHistory } from './SpreadHistory.tsx'

const t = textsOf('history')

type Part = 'spread' | 'basis'
const parts = [
  { value: 'spread', text: t('choice.spread') },
  { value: 'basis', text: t('choice.basis') },
] as const
const partState = oneOf(parts)
const stepState = z.literal(historySteps)
const stepOptions = historySteps.map((step) => ({ value: String(step), text: stepText(step) }))

/** The past of a pair of markets. On a screen of its own what was chosen is the shell's, in a pane it is the pane's. */
export function HistoryScreen() {
  const { quotes, shell } = useStores()
  const pane = usePane()
  const instruments = useStore(quotes, ({ table }) => table.instruments)
  const isLoaded = useStore(quotes, (state) => state.isLoaded)
  const symbol = useStore(shell, ({ chart }) => chart.symbol)
  const shared = useStore(shell, ({ history }) => history)
  const [own, setOwn] = useState<HistoryChoice>(noHistoryChoice)
  const firstPart = pane === null && shared.perpetual !== null && shared.buy === null ? 'basis' : 'spread'
  const [part, setPart] = usePaneState<Part>('part', partState, firstPart)
  const [stepMs, setStep] = usePaneState<(typeof historySteps)[number]>('step', stepState, 60_000)
  const choice = pane === null ? shared : own
  const choose = (change: Partial<HistoryChoice>) => {
    if (pane === null) shell.getState().setHistory({ ...shared, ...change })
    else setOwn({ ...own, ...change })
  }
  const pair = useMemo(() => chosenPair(instruments, choice, symbol), [instruments, choice, symbol])
  const basis = useMemo(() => chosenBasis(instruments, choice, symbol), [instruments, choice, symbol])
  const move = (by: number) => {
    const next = historySteps[historySteps.indexOf(stepMs) + by]
    if (next !== undefined) setStep(next)
  }
  const swap = () => {
    if (part === 'spread' && pair) choose({ buy: pair.sell.key, sell: pair.buy.key })
  }
  useScreenKeys([
    ['[', () => move(-1)],
    [']', () => move(1)],
    ['x', swap],
    ['b', () => setPart(part === 'spread' ? 'basis' : 'spread')],
  ])
  const shown = part === 'spread' ? pair : basis
  return (
    <section aria-label={t('title')} className="flex h-full flex-col bg-panel" data-testid="screen-history">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
        <Segmented<Part> label={t('choice.part')} value={part} options={parts} onChange={setPart} />
        {part === 'spread' && pair && (
          <PairChoice instruments={instruments} {...pair} onChoose={choose} onSwap={swap} />
        )}
        {part === 'basis' && basis && <BasisChoice instruments={instruments} {...basis} onChoose={choose} />}
        <Segmented
          label={t('choice.step')}
          value={String(stepMs)}
          options={stepOptions}
          onChange={(text) => setStep(historySteps.find((step) => String(step) === text) ?? stepMs)}
        />
        <span className="ml-auto flex items-center gap-4 text-2xs text-muted">
          <span>
            <Trans
              t={t}
              i18nKey="times"
              components={{ zone: <span className="text-text" /> }}
              values={{ zone: zoneName(Date.now()) }}
            />
          </span>
          <Attribution />
        </span>
      </div>
      <div className="min-h-0 flex-1">
        {!isLoaded ? (
          <Empty title={t('loading')} busy />
        ) : shown === null ? (
          <Empty title={t(part === 'spread' ? 'empty.spread' : 'empty.basis')}>
            <p>{t(part === 'spread' ? 'empty.whySpread' : 'empty.whyBasis')}</p>
            <Button onClick={() => shell.getState().go('settings')}>{t('empty.choose')}</Button>
          </Empty>
        ) : part === 'spread' && pair ? (
          <SpreadHistory buy={pair.buy.key} sell={pair.sell.key} stepMs={stepMs}>
            <ShadeKey />
          </SpreadHistory>
        ) : (
          basis && <BasisHistory spot={basis.spot.key} perpetual={basis.perpetual.key} stepMs={stepMs} />
        )}
      </div>
    </section>
  )
}

/** What the shades mean. */
const ShadeKey = () => (
  <span className="flex items-center gap-3 text-2xs text-muted">
    <span>
      <span aria-hidden="true" className="text-accent">
        ▮
      </span>{' '}
      {t('shades.opportunity')}
    </span>
    <span>
      <span aria-hidden="true" className="text-warn">
        ▨
      </span>{' '}
      {t('shades.rejected')}
    </span>
    <span>{t('shades.bars')}</span>
  </span>
)

interface PairChoiceProps {
  readonly instruments: readonly Instrument[]
  readonly buy: Instrument
  readonly sell: Instrument
  onChoose(change: Partial<HistoryChoice>): void
  onSwap(): void
}

function PairChoice({ instruments, buy, sell, onChoose, onSwap }: PairChoiceProps) {
  return (
    <span className="flex items-center gap-1.5 text-muted">
      {t('choice.buy')}
      <InstrumentPicker
        instruments={instruments}
        shown={buy}
        onPick={({ key }) => onChoose({ buy: key, sell: null })}
      />
      {t('choice.sell')}
      <Select
        label={t('choice.sellAt')}
        data-testid="history-sell"
        value={sell.key}
        options={counterparts(instruments, buy).map(({ key }) => ({ value: key, text: formatKey(key) }))}
        onChange={(key) => onChoose({ buy: buy.key, sell: key })}
      />
      <Button kind="quiet" title={t('choice.swap')} onClick={onSwap}>
        ⇄
      </Button>
    </span>
  )
}

interface BasisChoiceProps {
  readonly instruments: readonly Instrument[]
  readonly spot: Instrument
  readonly perpetual: Instrument
  onChoose(change: Partial<HistoryChoice>): void
}

function BasisChoice({ instruments, spot, perpetual, onChoose }: BasisChoiceProps) {
  const perpetuals = useMemo(() => instruments.filter(({ kind }) => kind === 'perpetual'), [instruments])
  return (
    <span className="flex items-center gap-1.5 text-muted">
      <InstrumentPicker
        instruments={perpetuals}
        shown={perpetual}
        onPick={({ key }) => onChoose({ perpetual: key, spot: null })}
      />
      {t('choice.above')}
      <Select
        label={t('choice.spot')}
        data-testid="history-spot"
        value={spot.key}
        options={spotsOf(instruments, perpetual).map(({ key }) => ({ value: key, text: formatKey(key) }))}
        onChange={(key) => onChoose({ perpetual: perpetual.key, spot: key })}
      />
    </span>
  )
}
