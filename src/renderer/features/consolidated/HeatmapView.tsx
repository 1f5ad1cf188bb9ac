import { useCallback, useMemo, useRef, useState } from 'react'
import type { DepthHistoryStatus } from '../../../shared/depth-history.ts'
import type { Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Empty, Keys, Select } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useOnLink } from '../../ui/useOnLink.ts'
import { HeatCanvas, type HeatCanvasHandle } from './HeatCanvas.tsx'
import { HeatLegend } from './HeatLegend.tsx'
import type { HeatPicture, HeatPoint } from './heatmap.ts'
import { firstView, type HeatView, panPrice, panTime, zoomPrice, zoomTime } from './heatView.ts'
import { readoutText } from './readout.ts'
import { useStrangers } from './useStrangers.ts'

const t = textsOf('consolidated')

interface HeatmapViewProps {
  /** Of one symbol. */
  readonly instruments: readonly Instrument[]
}

const all = 'all'
const statusEveryMs = 30_000
/** Of one press of a key. */
const panShare = 0.25
const zoomFactor = 1.5

/** What stood in the books over the last hours: of all exchanges added up, or of one. */
export function HeatmapView({ instruments }: HeatmapViewProps) {
  const { api } = useStores()
  const [status, setStatus] = useState<DepthHistoryStatus | string | null>(null)
  useOnLink(() => {
    void api.call('depth.status', {}).then((reply) => setStatus(reply.ok ? reply.value : reply.message))
  }, statusEveryMs)
  if (status === null) return <Empty title={t('heatState.loading')} busy />
  if (typeof status === 'string') {
    return (
      <Empty title={t('heatState.unreadable')}>
        <p>{status}</p>
      </Empty>
    )
  }
  if (status.columnMs === 0) {
    return (
      <Empty title={t('heatState.off')}>
        <p>{t('heatState.offWhy')}</p>
      </Empty>
    )
  }
  return <Heat instruments={instruments} status={status} />
}

function Heat({ instruments, status }: HeatmapViewProps & { readonly status: DepthHistoryStatus }) {
  const [exchange, setExchange] = useState<string>(all)
  const [view, setView] = useState<HeatView>(firstView)
  const [point, setPoint] = useState<HeatPoint | null>(null)
  const [picture, setPicture] = useState<HeatPicture | null>(null)
  const canvas = useRef<HeatCanvasHandle>(null)
  const strangers = useStrangers(instruments)
  const shown = useMemo(
    () => instruments.filter((one) => (exchange === all ? !strangers.has(one.exchange) : one.exchange === exchange)),
    [instruments, strangers, exchange],
  )
  const market = picture?.market ?? Number.NaN
  // While it goes along with now the right edge stays where it is, else the moment under the pointer, or the middle.
  const zoom = useCallback(
    (factor: number) =>
      setView((now) =>
        zoomTime(now, factor, now.end === null ? 1 : (canvas.current?.pointerShare() ?? 0.5), Date.now()),
      ),
    [],
  )
  const pan = (share: number) => setView((now) => panTime(now, share, Date.now()))
  const lift = (share: number) => setView((now) => (Number.isNaN(market) ? now : panPrice(now, share, market)))
  const choices = [all, ...instruments.map((instrument) => instrument.exchange)]
  const next = () => setExchange(choices[(choices.indexOf(exchange) + 1) % choices.length] ?? all)
  useScreenKeys([
    ['ArrowLeft', () => pan(-panShare)],
    ['ArrowRight', () => pan(panShare)],
    ['ArrowUp', () => lift(panShare)],
    ['ArrowDown', () => lift(-panShare)],
    ['+', () => zoom(1 / zoomFactor)],
    ['=', () => zoom(1 / zoomFactor)],
    ['-', () => zoom(zoomFactor)],
    ['PageUp', () => setView((now) => zoomPrice(now, 1 / zoomFactor))],
    ['PageDown', () => setView((now) => zoomPrice(now, zoomFactor))],
    ['End', () => setView((now) => ({ ...now, end: null, price: null }))],
    ['x', next],
  ])
  const [first] = instruments
  if (first === undefined) return null
  const damaged = picture?.unreadable ?? 0
  const isAway = view.end !== null || view.price !== null
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <Select<string>
          label={t('heat.exchange')}
          data-testid="heat-exchange"
          value={exchange}
          options={choices.map((value) => ({
            value,
            text: value === all ? t('heat.all', { count: instruments.length - strangers.size }) : exchangeTitle(value),
          }))}
          onChange={setExchange}
        />
        <Keys>x</Keys>
        <Button aria-label={t('heat.lessTime')} onClick={() => zoom(1 / zoomFactor)}>
          +
        </Button>
        <Button aria-label={t('heat.moreTime')} onClick={() => zoom(zoomFactor)}>
          −
        </Button>
        <span className="text-muted" data-testid="heat-span">
          {formatDuration(view.spanMs)}
        </span>
        <Button
          disabled={!isAway}
          onClick={() => setView((now) => ({ ...now, end: null, price: null }))}
          data-testid="heat-now"
        >
          {t('heat.now')}
        </Button>
        <Keys>End</Keys>
        <span className="ml-auto flex items-center gap-3">
          <HeatLegend range={picture?.range ?? null} base={first.base} />
        </span>
      </div>
      <HeatCanvas
        ref={canvas}
        instruments={shown}
        sampleMs={status.columnMs}
        view={view}
        onView={setView}
        onPoint={setPoint}
        onPicture={setPicture}
      />
      <footer className="flex min-h-7 shrink-0 flex-wrap items-center gap-x-4 border-t border-line px-3 py-1 text-2xs text-muted select-text">
        <span data-testid="heat-readout" className="text-text">
          {point === null ? t('readout.invitation') : readoutText(point, shown, first)}
        </span>
        <span className="ml-auto flex gap-4">
          {exchange === all &&
            [...strangers].map(([stranger, than]) => (
              <span key={stranger} className="text-warn">
                ◇ {exchangeTitle(stranger)}: {t('setAside.otherCoin', { exchange: exchangeTitle(than) })}
              </span>
            ))}
          {picture?.isReading && <span role="status">{t('heatState.reading')}</span>}
          {picture?.problem != null && <span className="text-warn">◐ {picture.problem}</span>}
          {damaged > 0 && <span className="text-warn">◐ {t('heatState.damaged', { count: damaged })}</span>}
          <span>{t('heatLegend.hole')}</span>
          <span>{t('heatLegend.blank')}</span>
          {shown.length > 1 && <span>{t('heatLegend.edge')}</span>}
          <span>{t('heatLegend.best')}</span>
        </span>
      </footer>
    </div>
  )
}
