import { useEffect, useMemo, useState } from 'react'
import type { ConsolidatedBook } from '../../../shared/consolidated.ts'
import { bucketSizeChoices } from '../../../shared/consolidated-buckets.ts'
import type { Instrument } from '../../../shared/domain/index.ts'
import { decimalsOf, formatPrice } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Keys, Select } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { LeftOutNotice } from '../../ui/LeftOutNotice.tsx'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { usePainter } from '../../ui/usePainter.ts'
import { DepthPanel } from './DepthPanel.tsx'
import { MergedLadder } from './MergedLadder.tsx'
import { LiquidityPanel, SetAsidePanel, WeightsPanel } from './SummaryPanels.tsx'
import { coarsestTick, useConsolidated } from './useConsolidated.ts'

const t = textsOf('consolidated')

interface ConsolidatedViewProps {
  /** Of one symbol. */
  readonly instruments: readonly Instrument[]
  /** Buckets of each side. */
  readonly levels: number
}

/** Tables are rendered so often; ladder and chart are painted with every change. */
const summaryMs = 500
const usual = 'usual'

/** All exchanges' books of a symbol as one. */
export function ConsolidatedView({ instruments, levels }: ConsolidatedViewProps) {
  const { books } = useStores()
  const painter = usePainter(books)
  const [chosen, setChosen] = useState<number | null>(null)
  const feed = useConsolidated(instruments, chosen)
  const summary = useSummary(feed.read)
  const { bucketSize: size, reference } = summary ?? { bucketSize: null, reference: Number.NaN }
  const choices = useChoices(reference, coarsestTick(instruments), chosen)
  const step = (by: number) => {
    const at = choices.indexOf(size ?? Number.NaN)
    const next = choices[at + by]
    if (at >= 0 && next !== undefined) setChosen(next)
  }
  useScreenKeys([
    ['-', () => step(-1)],
    ['+', () => step(1)],
    ['=', () => step(1)],
    ['u', () => setChosen(null)],
  ])
  const [instrument] = instruments
  if (instrument === undefined) return null
  const text = (value: number) => formatPrice(value, decimalsOf(value))
  return (
    <>
      <LeftOutNotice books={feed.leftOut} />
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <span className="text-muted">{t('buckets.label')}</span>
        <Button aria-label={t('buckets.smaller')} onClick={() => step(-1)} disabled={choices.indexOf(size ?? 0) <= 0}>
          −
        </Button>
        <Select<string>
          label={t('buckets.size')}
          data-testid="bucket-size"
          value={chosen === null ? usual : String(chosen)}
          options={[
            {
              value: usual,
              text:
                size === null || chosen !== null ? t('buckets.usual') : t('buckets.usualSize', { size: text(size) }),
            },
            ...choices.map((value) => ({ value: String(value), text: text(value) })),
          ]}
          onChange={(value) => setChosen(value === usual ? null : Number(value))}
        />
        <Button
          aria-label={t('buckets.larger')}
          onClick={() => step(1)}
          disabled={choices.indexOf(size ?? 0) >= choices.length - 1}
        >
          +
        </Button>
        <span className="text-muted">{instrument.quote}</span>
        <Keys>− +</Keys>
        <Keys>u</Keys>
      </div>
      <div className="grid min-h-0 flex-1 grid-cols-1 gap-3 overflow-y-auto p-3 @4xl:grid-cols-[minmax(22rem,2fr)_3fr] @4xl:overflow-hidden">
        <MergedLadder painter={painter} read={feed.read} instrument={instrument} levels={levels} />
        <ScrollArea label={t('outlook')} className="flex min-h-max flex-col gap-3 @4xl:min-h-0">
          <DepthPanel painter={painter} read={feed.read} base={instrument.base} />
          <LiquidityPanel book={summary} quote={instrument.quote} />
          <WeightsPanel book={summary} quote={instrument.quote} />
          <SetAsidePanel book={summary} base={instrument.base} />
        </ScrollArea>
      </div>
    </>
  )
}

function useSummary(read: () => ConsolidatedBook | null): ConsolidatedBook | null {
  const [summary, setSummary] = useState<ConsolidatedBook | null>(null)
  useEffect(() => {
    const look = () => setSummary(read())
    look()
    const timer = setInterval(look, summaryMs)
    return () => clearInterval(timer)
  }, [read])
  return summary
}

/** Sizes around the price as it was when the symbol was opened: they must not change under the pointer. */
function useChoices(price: number, tick: number | null, chosen: number | null): readonly number[] {
  const [first, setFirst] = useState<number | null>(null)
  if (first === null && price > 0) setFirst(price)
  return useMemo(() => {
    const choices = first === null ? [] : bucketSizeChoices(first, tick)
    return chosen === null || choices.includes(chosen) ? choices : [...choices, chosen].sort((a, b) => a - b)
  }, [first, tick, chosen])
}
